//! What was promised and what happened, message by message; the verdict over it.
//!
//! Invariant: an answer is noted before anything is done that follows from it, so that what is noted is never ahead of the
//! truth and an order that was observed is the server's.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Names a message: its group, and its number there.
pub(super) type Name = (usize, u64);

/// Everything that is known. Shared by producers and consumers.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pages: Mutex<Pages>,
}

#[derive(Debug, Default)]
struct Pages {
    messages: BTreeMap<Name, Life>,
    /// The greatest number received of each group.
    newest: BTreeMap<usize, u64>,
    received: u64,
    reordered: u64,
    returned: u64,
    doubled: u64,
    stored_twice: u64,
}

#[derive(Debug, Default)]
struct Life {
    acknowledged: bool,
    received: bool,
    deleted: bool,
    /// The id that the server gave it.
    id: Option<String>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) acknowledged: u64,
    pub(super) received: u64,
    pub(super) deleted: u64,
    pub(super) lost: u64,
    pub(super) returned: u64,
    pub(super) reordered: u64,
    pub(super) stored_twice: u64,
    pub(super) doubled: u64,
}

impl Verdict {
    /// Whether every promise was kept.
    pub(super) fn is_kept(&self) -> bool {
        self.lost + self.returned + self.reordered + self.stored_twice == 0
    }
}

impl Ledger {
    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A send was acknowledged.
    pub(super) fn sent(&self, name: Name, id: &str) {
        let mut pages = self.pages();
        let life = pages.messages.entry(name).or_default();
        life.acknowledged = true;
        let twice = life.id.get_or_insert_with(|| id.to_owned()) != id;
        pages.stored_twice += u64::from(twice);
    }

    /// A message was delivered.
    pub(super) fn received(&self, name: Name, id: &str) {
        let mut pages = self.pages();
        pages.received += 1;
        let life = pages.messages.entry(name).or_default();
        let twice = life.id.get_or_insert_with(|| id.to_owned()) != id;
        let (again, returned) = (life.received && !life.deleted, life.deleted && !twice);
        let first = !std::mem::replace(&mut life.received, true);
        pages.stored_twice += u64::from(twice);
        pages.doubled += u64::from(again && !twice);
        pages.returned += u64::from(returned);
        if first {
            let newest = pages.newest.entry(name.0).or_default();
            let reordered = name.1 < *newest;
            *newest = (*newest).max(name.1);
            pages.reordered += u64::from(reordered);
        }
    }

    /// A delete was acknowledged.
    pub(super) fn deleted(&self, name: Name) {
        self.pages().messages.entry(name).or_default().deleted = true;
    }

    /// Sends that were acknowledged.
    pub(super) fn acknowledged(&self) -> u64 {
        self.count(|life| life.acknowledged)
    }

    /// Of these, those that were not received yet.
    pub(super) fn missing(&self) -> u64 {
        self.count(|life| life.acknowledged && !life.received)
    }

    /// Deliveries so far.
    pub(super) fn deliveries(&self) -> u64 {
        self.pages().received
    }

    fn count(&self, counts: impl Fn(&Life) -> bool) -> u64 {
        self.pages().messages.values().filter(|life| counts(life)).count() as u64
    }

    /// The verdict, once everything has come to rest.
    pub(super) fn audit(&self) -> Verdict {
        let Pages { received, reordered, returned, doubled, stored_twice, .. } = *self.pages();
        Verdict {
            acknowledged: self.acknowledged(),
            received,
            deleted: self.count(|life| life.deleted),
            lost: self.missing(),
            returned,
            reordered,
            stored_twice,
            doubled,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(story: impl FnOnce(&Ledger), expected: Verdict) {
        let ledger = Ledger::default();
        story(&ledger);
        assert_eq!(ledger.audit(), expected);
    }

    #[test]
    fn every_broken_promise_is_counted() {
        let one = Verdict { acknowledged: 1, received: 1, deleted: 1, ..Verdict::default() };
        let whole = |ledger: &Ledger| {
            ledger.sent((0, 1), "a");
            ledger.received((0, 1), "a");
            ledger.deleted((0, 1));
        };
        check(whole, one);
        check(|ledger| ledger.sent((0, 1), "a"), Verdict { acknowledged: 1, lost: 1, ..Verdict::default() });
        let comes_back = |ledger: &Ledger| {
            whole(ledger);
            ledger.received((0, 1), "a");
        };
        check(comes_back, Verdict { received: 2, returned: 1, ..one });
        let is_stored_twice = |ledger: &Ledger| {
            whole(ledger);
            ledger.received((0, 1), "b");
        };
        check(is_stored_twice, Verdict { received: 2, stored_twice: 1, ..one });
        let overtakes = |ledger: &Ledger| {
            ledger.received((0, 2), "b");
            whole(ledger);
        };
        check(overtakes, Verdict { received: 2, reordered: 1, ..one });
        let comes_twice = |ledger: &Ledger| {
            ledger.received((0, 1), "a");
            whole(ledger);
        };
        check(comes_twice, Verdict { received: 2, doubled: 1, ..one });
        assert!(Verdict { doubled: 1, ..one }.is_kept(), "what was not deleted may come again");
    }

    #[test]
    fn another_groups_messages_are_in_no_order() {
        let story = |ledger: &Ledger| {
            ledger.received((0, 2), "a");
            ledger.received((1, 1), "b");
        };
        check(story, Verdict { received: 2, ..Verdict::default() });
    }
}
