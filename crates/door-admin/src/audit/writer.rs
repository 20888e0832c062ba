//! Lines from many requests to one file, in the order in which they came.
//!
//! Whoever brings a line while nobody writes starts a writer on a blocking thread; it goes on while there are lines, so that
//! a busy time costs one thread, and a line that comes meanwhile waits for one write of all that wait.

use super::file::AuditFile;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// The one that all requests share.
#[derive(Debug)]
pub(super) struct Writer {
    waiting: Mutex<Waiting>,
    file: Mutex<AuditFile>,
}

#[derive(Debug, Default)]
struct Waiting {
    lines: Vec<u8>,
    told: Vec<oneshot::Sender<()>>,
    /// Whether somebody writes.
    writes: bool,
}

impl Writer {
    /// Writes in `folder`.
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { waiting: Mutex::default(), file: Mutex::new(AuditFile::new(folder)) }
    }

    /// Has `line` written. The answer comes, or its sender goes, when that was tried.
    pub(super) fn put(self: &Arc<Self>, line: &[u8]) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        let mut waiting = lock(&self.waiting);
        waiting.lines.extend_from_slice(line);
        waiting.told.push(sender);
        if !std::mem::replace(&mut waiting.writes, true) {
            let writer = Arc::clone(self);
            tokio::task::spawn_blocking(move || writer.write_all());
        }
        receiver
    }

    /// The newest lines, newest first.
    pub(super) fn newest(&self, limit: usize) -> Vec<String> {
        lock(&self.file).newest(limit)
    }

    fn write_all(&self) {
        loop {
            let (lines, told) = {
                let mut waiting = lock(&self.waiting);
                if waiting.lines.is_empty() {
                    waiting.writes = false;
                    return;
                }
                (std::mem::take(&mut waiting.lines), std::mem::take(&mut waiting.told))
            };
            if let Err(error) = lock(&self.file).append(&lines) {
                tracing::error!(%error, "changes could not be recorded in the audit log");
            }
            for sender in told {
                // Who hung up needs no answer.
                let _ = sender.send(());
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
