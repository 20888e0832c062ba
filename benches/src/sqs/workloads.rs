//! What the connections ask for in the throughput measurements.

use super::requests::{FifoBatches, Renderer};
use crate::load::{Answer, Workload};
use anyhow::{Result, bail};
use bytes::Bytes;
use memchr::memmem::Finder;
use std::sync::LazyLock;

/// In the answer to a batch of which something failed.
static FAILED: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(br#""Failed":[{"#));

/// The same request over and over, or a given number of times.
pub struct Repeat {
    request: Bytes,
    left: u64,
}

impl Repeat {
    /// For as long as the run lasts.
    pub fn endlessly(request: Bytes) -> Self {
        Self { request, left: u64::MAX }
    }

    /// So many times, over all connections.
    pub fn times(request: Bytes, left: u64) -> Self {
        Self { request, left }
    }
}

impl Workload for Repeat {
    fn next(&mut self, _connection: usize) -> Option<Bytes> {
        self.left = self.left.checked_sub(1)?;
        Some(self.request.clone())
    }

    fn answered(&mut self, _connection: usize, answer: Answer<'_>) -> Result<bool> {
        succeeded(answer)
    }
}

fn succeeded(answer: Answer<'_>) -> Result<bool> {
    answer.expect_success()?;
    if FAILED.find(answer.body).is_some() {
        bail!("a batch failed in part: {}", String::from_utf8_lossy(answer.body));
    }
    Ok(true)
}

/// Requests that are each rendered anew, a given number of times.
pub struct Rendered<'a> {
    batches: &'a mut FifoBatches,
    left: u64,
}

impl<'a> Rendered<'a> {
    /// So many times, over all connections.
    pub fn times(batches: &'a mut FifoBatches, left: u64) -> Self {
        Self { batches, left }
    }
}

impl Workload for Rendered<'_> {
    fn next(&mut self, _connection: usize) -> Option<Bytes> {
        self.left = self.left.checked_sub(1)?;
        Some(self.batches.next_batch())
    }

    fn answered(&mut self, _connection: usize, answer: Answer<'_>) -> Result<bool> {
        succeeded(answer)
    }
}

/// Receive a batch, delete it, until a given number of messages is gone.
pub struct Consume {
    renderer: Renderer,
    url: String,
    receive: Bytes,
    delete: Vec<Option<(Bytes, usize)>>,
    left: usize,
}

impl Consume {
    /// Takes `messages` out of the queue over `connections`.
    pub fn new(renderer: Renderer, url: String, connections: usize, messages: usize) -> Self {
        let receive = renderer.receive(&url);
        Self { renderer, url, receive, delete: vec![None; connections], left: messages }
    }
}

impl Workload for Consume {
    fn next(&mut self, connection: usize) -> Option<Bytes> {
        match &self.delete[connection] {
            Some((request, _)) => Some(request.clone()),
            None if self.left > 0 => Some(self.receive.clone()),
            None => None,
        }
    }

    fn answered(&mut self, connection: usize, answer: Answer<'_>) -> Result<bool> {
        answer.expect_success()?;
        if let Some((_, count)) = self.delete[connection].take() {
            if FAILED.find(answer.body).is_some() {
                bail!("a delete failed in part: {}", String::from_utf8_lossy(answer.body));
            }
            self.left = self.left.saturating_sub(count);
            return Ok(true);
        }
        self.delete[connection] = self.renderer.delete_received(&self.url, answer.body);
        Ok(false)
    }
}
