//! Counts of the door: requests by action and outcome (the door kit's tally), and errors by code.

use crate::action::Action;
use crate::errors::Code;
use door::{Outcome, Tally};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The door's counts since it was made. Reading them disturbs nothing.
#[derive(Debug)]
pub struct Figures {
    tally: Arc<Tally>,
    errors: Box<[AtomicU64]>,
}

impl Figures {
    pub(crate) fn new() -> Self {
        let errors = Code::ALL.iter().map(|_code| AtomicU64::new(0)).collect();
        Self { tally: Arc::new(Tally::new(Action::NAMES)), errors }
    }

    /// Requests by action and outcome.
    #[must_use]
    pub fn tally(&self) -> &Arc<Tally> {
        &self.tally
    }

    /// Errors by their Query code, also those that have not happened. Errors of batch entries count here too.
    pub fn errors(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        Code::ALL.iter().zip(&self.errors).map(|(code, count)| (code.row().query, count.load(Ordering::Relaxed)))
    }

    pub(crate) fn done(&self, action: Action) {
        self.tally.count(action as usize, Outcome::Done);
    }

    pub(crate) fn failed(&self, action: Option<Action>, code: Code) {
        if let Some(action) = action {
            let ours = code.row().status.is_server_error();
            self.tally.count(action as usize, if ours { Outcome::Failed } else { Outcome::Refused });
        }
        self.entry_failed(code);
    }

    pub(crate) fn entry_failed(&self, code: Code) {
        self.errors[code as usize].fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_their_own_index() {
        for (index, code) in Code::ALL.iter().enumerate() {
            assert_eq!(*code as usize, index);
        }
    }

    #[test]
    fn errors_are_counted_under_their_names() {
        let figures = Figures::new();
        figures.failed(Some(Action::SendMessage), Code::QueueDoesNotExist);
        figures.entry_failed(Code::QueueDoesNotExist);
        let count = figures.errors().find(|(name, _)| *name == "AWS.SimpleQueueService.NonExistentQueue");
        assert_eq!(count.map(|(_, count)| count), Some(2));
    }
}
