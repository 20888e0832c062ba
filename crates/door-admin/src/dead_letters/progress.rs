//! How far a task came, and whether somebody asked it to stop: what the task and those who watch it share.
//!
//! Invariant: an end is set once, by the task.

use crate::dead_letters::redrive::{Redrive, RedriveState};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;
use vocab::QueueId;

/// One task's progress.
#[derive(Debug)]
pub(crate) struct Progress {
    /// The queue that it empties.
    pub(crate) source: QueueId,
    told: Mutex<Redrive>,
    signal: watch::Sender<Signal>,
}

/// What the two sides have to say to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signal {
    /// Nothing yet.
    Go,
    /// It is to stop after the batch in hand.
    Stop,
    /// It has ended.
    Over,
}

/// How a task ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It looked at every message.
    Done,
    /// Somebody stopped it.
    Cancelled,
    /// It stopped by itself.
    Stopped(String),
    /// It could not go on.
    Failed(String),
}

impl Progress {
    /// A task that begins like this.
    pub(crate) fn new(source: QueueId, redrive: Redrive) -> Self {
        Self { source, told: Mutex::new(redrive), signal: watch::Sender::new(Signal::Go) }
    }

    /// The redrive as it is.
    pub(crate) fn told(&self) -> Redrive {
        self.lock().clone()
    }

    /// Whether it goes on.
    pub(crate) fn is_running(&self) -> bool {
        self.lock().state == RedriveState::Running
    }

    /// Asks it to stop after the batch in hand.
    pub(crate) fn cancel(&self) {
        self.signal.send_if_modified(|signal| {
            let asks = *signal == Signal::Go;
            *signal = if asks { Signal::Stop } else { *signal };
            asks
        });
    }

    /// Whether it was asked to stop.
    pub(crate) fn is_cancelled(&self) -> bool {
        *self.signal.borrow() == Signal::Stop
    }

    /// Resolves once it was asked to stop.
    pub(crate) async fn cancelled(&self) {
        self.wait_for(|signal| signal != Signal::Go).await;
    }

    /// Resolves once it has ended.
    pub(crate) async fn ended(&self) {
        self.wait_for(|signal| signal == Signal::Over).await;
    }

    async fn wait_for(&self, wanted: impl Fn(Signal) -> bool) {
        // The sender lives as long as this, so there is no other end of waiting.
        let _ = self.signal.subscribe().wait_for(|signal| wanted(*signal)).await;
    }

    /// Notes what happened.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Redrive)) {
        change(&mut self.lock());
    }

    /// Says how it ended.
    pub(crate) fn end(&self, end: End, now_ms: u64) {
        let (state, why) = match end {
            End::Done => (RedriveState::Done, None),
            End::Cancelled => (RedriveState::Cancelled, None),
            End::Stopped(why) => (RedriveState::Stopped, Some(why)),
            End::Failed(why) => (RedriveState::Failed, Some(why)),
        };
        self.change(|redrive| {
            redrive.state = state;
            redrive.ended_ms = Some(now_ms);
            // Without an end of its own the reason why messages stay is what there is to say.
            redrive.why = why.or(redrive.why.take());
        });
        self.signal.send_replace(Signal::Over);
    }

    fn lock(&self) -> MutexGuard<'_, Redrive> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
