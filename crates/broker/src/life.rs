//! Whether the broker runs, was closed, or failed: one value that everyone can watch.

use crate::error::Unavailable;
use engine::Poisoned;
use tokio::sync::watch;

/// How it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Running,
    Closed,
    Failed(Unavailable),
}

/// The broker's life.
#[derive(Debug)]
pub(crate) struct Life {
    state: watch::Sender<State>,
}

impl Life {
    pub(crate) fn new() -> Self {
        Self { state: watch::Sender::new(State::Running) }
    }

    pub(crate) fn end_closed(&self) {
        self.state.send_if_modified(|state| {
            let running = *state == State::Running;
            if running {
                *state = State::Closed;
            }
            running
        });
    }

    pub(crate) fn end_failed(&self, poisoned: &Poisoned) {
        let failed = State::Failed(Unavailable::Poisoned(poisoned.to_string().into()));
        self.state.send_if_modified(|state| {
            let first = !matches!(state, State::Failed(_));
            if first {
                *state = failed;
            }
            first
        });
    }

    /// Why there was no answer.
    pub(crate) fn reason(&self) -> Unavailable {
        match &*self.state.borrow() {
            State::Failed(unavailable) => unavailable.clone(),
            State::Running | State::Closed => Unavailable::Stopping,
        }
    }

    pub(crate) fn check(&self) -> Result<(), Unavailable> {
        match &*self.state.borrow() {
            State::Failed(unavailable) => Err(unavailable.clone()),
            State::Running | State::Closed => Ok(()),
        }
    }

    /// Waits until it does not run any more.
    pub(crate) async fn ended(&self) -> State {
        let mut watcher = self.state.subscribe();
        let ended = watcher.wait_for(|state| *state != State::Running).await;
        // The sender lives as long as `self`.
        ended.map_or(State::Closed, |state| state.clone())
    }
}
