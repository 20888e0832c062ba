//! Checkpoints: they stand for exactly the commits before them.

use super::{Harness, Recorder, body, commit, fetched, key, message, note, open, reopen, settle};
use crate::contract::{Journal, Urgency};
use vocab::Seq;

/// Records before it are not replayed, records after it are.
pub fn a_checkpoint_covers_what_came_before_it_and_nothing_else<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    for text in ["covered 1", "covered 2"] {
        note(&mut journal, text);
        commit(harness, &mut journal);
    }
    journal.checkpoint(b"state".to_vec());
    settle(harness, &mut journal).expect("nothing failed");
    assert_eq!(journal.stats().checkpoints, 1);
    note(&mut journal, "after");
    commit(harness, &mut journal);
    let (mut journal, recorder, _) = reopen(harness, journal);
    assert_eq!(recorder.checkpoint.as_deref(), Some(&b"state"[..]));
    assert_eq!(recorder.notes(), ["after"]);
    note(&mut journal, "after a stop");
    commit(harness, &mut journal);
    let (_, recorder, _) = reopen(harness, journal);
    assert_eq!(recorder.checkpoint.as_deref(), Some(&b"state"[..]));
    assert_eq!(recorder.notes(), ["after", "after a stop"]);
}

/// A covered message's content is still the journal's to keep, as long as it lives.
pub fn messages_outlive_the_checkpoint_that_covers_them<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    journal.append_messages(key(1), Seq(1), &[message("one"), message("two"), message("three")]);
    commit(harness, &mut journal);
    journal.checkpoint(b"state".to_vec());
    settle(harness, &mut journal).expect("nothing failed");
    harness.stop(journal);
    let mut recorder = Recorder::default();
    recorder.dead.insert((key(1), Seq(2)));
    let (journal, _) = harness.open(&mut recorder).expect("the store opens");
    assert!(recorder.messages().is_empty(), "covered messages are not replayed");
    assert_eq!(body(&journal, key(1), 1).as_deref(), Some("one"));
    assert!(fetched(&journal, key(1), 2).is_none());
    assert_eq!(body(&journal, key(1), 3).as_deref(), Some("three"));
    assert_eq!(journal.held(key(1)), 2);
}

/// Otherwise a state could be found again whose commits were lost.
pub fn a_checkpoint_counts_only_once_its_commits_are_durable<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    note(&mut journal, "durable");
    commit(harness, &mut journal);
    harness.hold();
    note(&mut journal, "lost");
    journal.submit(Urgency::Now);
    journal.checkpoint(b"too early".to_vec());
    settle(harness, &mut journal).expect("nothing failed");
    assert_eq!(journal.stats().checkpoints, 0);
    let (_, recorder, _) = reopen(harness, journal);
    assert_eq!(recorder.checkpoint, None);
    assert_eq!(recorder.notes(), ["durable"]);
}

/// Each replaces the one before, over stops too.
pub fn the_newest_checkpoint_is_replayed<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    for number in 0..5 {
        note(&mut journal, "note");
        commit(harness, &mut journal);
        let state = format!("state {number}").into_bytes();
        journal.checkpoint(state.clone());
        settle(harness, &mut journal).expect("nothing failed");
        let recorder;
        (journal, recorder, _) = reopen(harness, journal);
        assert_eq!(recorder.checkpoint, Some(state));
        assert!(recorder.records.is_empty());
    }
}
