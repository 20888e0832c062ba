//! Endings: failure, a clean stop, and what is known at the next start.

use super::{Harness, commit, key, note, open, reopen, settle};
use crate::contract::{Journal, Room, Urgency};
use std::sync::Arc;
use vocab::{Facts, Message, Position, Seq};

/// `poll` never says anything else again, and nothing more becomes durable.
pub fn a_failed_journal_is_poisoned_for_ever<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    note(&mut journal, "durable");
    commit(harness, &mut journal);
    harness.fail();
    note(&mut journal, "unknown");
    journal.submit(Urgency::Now);
    let first = settle(harness, &mut journal).expect_err("the failure is told");
    for _ in 0..3 {
        if journal.can_submit() {
            note(&mut journal, "in vain");
            journal.submit(Urgency::Now);
        }
        assert_eq!(settle(harness, &mut journal), Err(first.clone()));
    }
    assert!(!journal.closed());
}

/// At the next start everything durable is there; the rest is there whole or not at all.
pub fn a_failure_keeps_what_was_durable<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    note(&mut journal, "durable");
    commit(harness, &mut journal);
    harness.fail();
    for text in ["unknown 1", "unknown 2"] {
        note(&mut journal, text);
    }
    journal.submit(Urgency::Now);
    assert!(settle(harness, &mut journal).is_err());
    let (_, recorder, opened) = reopen(harness, journal);
    let notes = recorder.notes();
    assert!(notes == ["durable"] || notes == ["durable", "unknown 1", "unknown 2"], "{notes:?}");
    assert!(!opened.clean);
}

/// The seal is what makes the difference.
pub fn a_closed_store_is_clean_and_an_unclosed_one_is_not<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    for close in [true, false, true, true, false] {
        note(&mut journal, "note");
        commit(harness, &mut journal);
        assert!(!journal.closed());
        if close {
            journal.close();
            settle(harness, &mut journal).expect("nothing failed");
            assert!(journal.closed());
        }
        let opened;
        (journal, _, opened) = reopen(harness, journal);
        assert_eq!(opened.clean, close);
    }
}

/// The seal comes after everything that was submitted.
pub fn closing_makes_what_was_not_urgent_durable<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    note(&mut journal, "whenever");
    journal.submit(Urgency::Whenever);
    journal.close();
    assert_eq!(settle(harness, &mut journal), Ok(Position(1)));
    assert!(journal.closed());
    let (_, recorder, opened) = reopen(harness, journal);
    assert_eq!(recorder.notes(), ["whenever"]);
    assert!(opened.clean);
}

/// By at least one at each opening, whatever ended the one before.
pub fn boot_epochs_grow_and_the_store_keeps_its_id<H: Harness>(harness: &mut H) {
    let (mut journal, _, mut before) = open(harness);
    for round in 0..4 {
        if round % 2 == 0 {
            note(&mut journal, "note");
            commit(harness, &mut journal);
        }
        let opened;
        (journal, _, opened) = reopen(harness, journal);
        assert!(opened.boot > before.boot);
        assert_eq!(opened.store_id, before.store_id);
        before = opened;
    }
}

/// So that log time never goes back.
pub fn the_store_knows_the_newest_publishing_time<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    for (seq, published_ms) in [(1, 5_000), (2, 9_000), (3, 7_000)] {
        let facts = Facts { published_ms, ..Facts::default() };
        journal.append_messages(key(1), Seq(seq), &[Arc::new(Message { facts, ..Message::default() })]);
    }
    commit(harness, &mut journal);
    let (_, _, opened) = reopen(harness, journal);
    assert_eq!(opened.log_ms, 9_000);
}

/// Nothing was written yet.
pub fn a_fresh_store_has_room<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    assert_eq!(settle(harness, &mut journal), Ok(Position::ZERO));
    assert_eq!(journal.room(), Room::Enough);
}
