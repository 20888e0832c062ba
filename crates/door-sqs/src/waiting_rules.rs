//! AWS's two waiting rules, which hold under its limits alone: 60 s between purges of a queue, and before a deleted name is reused.
//!
//! What they are not: durable. A restart forgets them, which is harmless: they exist on AWS because deletion takes time
//! there, and here it does not.

use crate::errors::{Code, SqsError};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use vocab::QueueId;
use vocab::clock::Clock;

/// What happened so lately that it still matters.
pub(crate) struct WaitingRules {
    clock: Arc<dyn Clock>,
    wait_ms: Option<u64>,
    recent: Mutex<Recent>,
}

#[derive(Default)]
struct Recent {
    purged_us: BTreeMap<QueueId, u64>,
    deleted_us: BTreeMap<String, u64>,
}

impl WaitingRules {
    /// Rules that make clients wait so long, or not at all.
    pub(crate) fn new(clock: Arc<dyn Clock>, wait_ms: Option<u64>) -> Self {
        Self { clock, wait_ms, recent: Mutex::default() }
    }

    /// Lets a purge pass and remembers it, or refuses it.
    pub(crate) fn purge(&self, queue: QueueId, name: &str) -> Result<(), SqsError> {
        self.with(|recent, now_us| {
            if recent.purged_us.contains_key(&queue) {
                return Err(SqsError::new(
                    Code::PurgeQueueInProgress,
                    format!("Only one PurgeQueue operation on {name} is allowed every 60 seconds."),
                ));
            }
            recent.purged_us.insert(queue, now_us);
            Ok(())
        })
    }

    /// Remembers that a queue of this name was deleted.
    pub(crate) fn deleted(&self, name: &str) {
        let remembered = self.with(|recent, now_us| {
            recent.deleted_us.insert(name.to_owned(), now_us);
            Ok(())
        });
        debug_assert!(remembered.is_ok(), "remembering refuses nothing");
    }

    /// Refuses to make a queue under a name that was deleted just before.
    pub(crate) fn create(&self, name: &str) -> Result<(), SqsError> {
        self.with(|recent, _now_us| match recent.deleted_us.contains_key(name) {
            false => Ok(()),
            true => Err(SqsError::new(
                Code::QueueDeletedRecently,
                "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
            )),
        })
    }

    fn with(&self, act: impl FnOnce(&mut Recent, u64) -> Result<(), SqsError>) -> Result<(), SqsError> {
        let Some(wait_ms) = self.wait_ms else { return Ok(()) };
        let now_us = self.clock.mono_us();
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let is_recent = |at_us: &u64| now_us.saturating_sub(*at_us) < wait_ms * 1000;
        recent.purged_us.retain(|_, at_us| is_recent(at_us));
        recent.deleted_us.retain(|_, at_us| is_recent(at_us));
        act(&mut recent, now_us)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vocab::clock::ManualClock;

    fn code(result: Result<(), SqsError>) -> Option<Code> {
        result.err().map(|error| error.code)
    }

    #[test]
    fn a_minute_has_to_pass_where_the_rules_hold() {
        let clock = ManualClock::at(0);
        let rules = WaitingRules::new(Arc::new(clock.clone()), Some(60_000));
        assert_eq!(code(rules.purge(QueueId(1), "jobs")), None);
        rules.deleted("old");
        clock.advance_ms(59_999);
        assert_eq!(code(rules.purge(QueueId(1), "jobs")), Some(Code::PurgeQueueInProgress));
        assert_eq!(code(rules.purge(QueueId(2), "others")), None);
        assert_eq!(code(rules.create("old")), Some(Code::QueueDeletedRecently));
        clock.advance_ms(1);
        assert_eq!(code(rules.purge(QueueId(1), "jobs")), None);
        assert_eq!(code(rules.create("old")), None);
    }

    #[test]
    fn nothing_waits_where_they_do_not() {
        let rules = WaitingRules::new(Arc::new(ManualClock::at(0)), None);
        rules.deleted("old");
        assert_eq!(code(rules.create("old")), None);
        assert_eq!(code(rules.purge(QueueId(1), "jobs")), None);
        assert_eq!(code(rules.purge(QueueId(1), "jobs")), None);
    }
}
