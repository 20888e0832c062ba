//! Who uses a connection during a run: a publisher with a window of unconfirmed messages, or a consumer.

use super::connection::Connection;
use super::wire::{ACK, DELIVER, Frame, NACK, Out};
use crate::latency::Latency;
use anyhow::{Context, Result, bail};
use std::collections::VecDeque;
use std::time::Instant;

/// Deliveries that are acknowledged together.
const ACK_EVERY: u64 = 50;

/// Publishes rendered one after the other, so that many go in one copy.
const RENDERED: usize = 64;

/// Publishes the same persistent message again and again.
pub struct Publisher {
    rendered: Vec<u8>,
    window: usize,
    /// When each message was sent that is not confirmed, from the lowest tag on.
    unconfirmed: VecDeque<Option<Instant>>,
    first_tag: u64,
    open: usize,
}

impl Publisher {
    /// One with so many messages unconfirmed at most.
    pub fn new(key: &str, body: &[u8], window: usize) -> Self {
        let mut out = Out::default();
        for _ in 0..RENDERED {
            out.publish(1, key, body);
        }
        Self { rendered: out.0, window, unconfirmed: VecDeque::new(), first_tag: 1, open: 0 }
    }

    /// Messages that are not confirmed.
    pub fn open(&self) -> usize {
        self.open
    }

    /// Publishes up to `limit` messages, as far as the window lets it; says how many.
    pub fn publish(&mut self, connection: &mut Connection, limit: u64) -> Result<u64> {
        if !connection.is_flushed() {
            return Ok(0);
        }
        let room = self.window.saturating_sub(self.open).min(usize::try_from(limit).unwrap_or(usize::MAX));
        if room == 0 {
            return Ok(0);
        }
        let now = Instant::now();
        let each = self.rendered.len() / RENDERED;
        let mut left = room;
        while left > 0 {
            let count = left.min(RENDERED);
            connection.put(&self.rendered[..count * each]);
            left -= count;
        }
        self.unconfirmed.extend(std::iter::repeat_n(Some(now), room));
        self.open += room;
        connection.flush()?;
        Ok(room as u64)
    }

    /// Takes a frame; says how many messages it confirmed.
    pub fn take(&mut self, frame: Frame<'_>, latency: &mut Latency) -> Result<u64> {
        match frame.method() {
            Some(ACK) => {}
            Some(NACK) => bail!("a publish was refused"),
            _ => return Ok(0),
        }
        let (tag, multiple) = frame.confirm().context("a confirm has a tag")?;
        let now = Instant::now();
        let last = usize::try_from(tag - self.first_tag).context("confirms are of what was published")?;
        let from = if multiple { 0 } else { last };
        let mut confirmed = 0;
        for sent in self.unconfirmed.range_mut(from..=last) {
            if let Some(sent) = sent.take() {
                latency.record(now - sent);
                confirmed += 1;
            }
        }
        while let Some(None) = self.unconfirmed.front() {
            self.unconfirmed.pop_front();
            self.first_tag += 1;
        }
        self.open -= usize::try_from(confirmed).context("no more than were open")?;
        Ok(confirmed)
    }
}

/// Takes deliveries and acknowledges many at a time.
#[derive(Default)]
pub struct Consumer {
    last_tag: u64,
    acked: u64,
}

impl Consumer {
    /// Takes a frame; says how many deliveries it was.
    pub fn take(&mut self, frame: Frame<'_>) -> Result<u64> {
        if frame.method() != Some(DELIVER) {
            return Ok(0);
        }
        self.last_tag = frame.delivery_tag().context("a delivery has a tag")?;
        Ok(1)
    }

    /// Acknowledges what came if it is enough, or all of it at the end.
    pub fn ack(&mut self, connection: &mut Connection, all: bool) -> Result<()> {
        let open = self.last_tag - self.acked;
        if open >= ACK_EVERY || (all && open > 0) {
            let mut out = Out::default();
            out.ack_up_to(1, self.last_tag);
            connection.put(&out.0);
            self.acked = self.last_tag;
        }
        connection.flush()
    }
}
