//! Commits: atomic, in order, durable when they say so.

use super::{Harness, KIND, Recorder, Replayed, commit, message, note, open, reopen, settle};
use crate::contract::{Journal, Urgency};
use vocab::{Position, QueueId, Seq};

/// Nothing is replayed, the first position is 1, the first boot is 1.
pub fn a_fresh_store_is_empty_and_clean<H: Harness>(harness: &mut H) {
    let (mut journal, recorder, opened) = open(harness);
    assert!(recorder.records.is_empty() && recorder.checkpoint.is_none());
    assert!(opened.clean);
    assert_eq!((opened.boot.0, opened.log_ms), (1, 0));
    assert_eq!((journal.open_position(), journal.open_bytes()), (Position(1), 0));
    assert_eq!(journal.poll(), Ok(Position::ZERO));
}

/// The durable position moves to it, and the next commit has the next position.
pub fn a_submitted_commit_becomes_durable<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    for expected in 1..=5 {
        note(&mut journal, "note");
        assert!(journal.open_bytes() > 0);
        assert_eq!(commit(harness, &mut journal), Position(expected));
        assert_eq!((journal.open_position(), journal.open_bytes()), (Position(expected + 1), 0));
    }
    assert_eq!(journal.stats().commits, 5);
}

/// Submitting nothing takes no position.
pub fn an_empty_commit_is_not_submitted<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    journal.submit(Urgency::Now);
    assert_eq!(journal.open_position(), Position(1));
    assert_eq!(settle(harness, &mut journal), Ok(Position::ZERO));
}

/// Order is that of appending, over commits and stops.
pub fn durable_commits_are_replayed_in_order<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    let mut expected = Vec::new();
    for round in 0..3 {
        for number in 0..10 {
            let text = format!("{round}.{number}");
            note(&mut journal, &text);
            expected.push(text);
            if number % 3 == 1 {
                commit(harness, &mut journal);
            }
        }
        commit(harness, &mut journal);
        let recorder;
        (journal, recorder, _) = reopen(harness, journal);
        assert_eq!(recorder.notes(), expected);
    }
}

/// Kind, critical mark, queue and content survive.
pub fn records_come_back_as_they_were_appended<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    let large = vec![0x5A; 100_000];
    let records: [(u8, bool, u32, &[u8]); 4] =
        [(KIND, true, 0, b""), (127, false, u32::MAX, b"x"), (KIND + 1, false, 7, &large), (KIND, true, 7, b"last")];
    for (kind, critical, queue, payload) in records {
        journal.append(kind, critical, QueueId(queue), payload);
    }
    commit(harness, &mut journal);
    let (_, recorder, _) = reopen(harness, journal);
    let expected: Vec<_> = records
        .iter()
        .map(|(kind, critical, queue, payload)| Replayed::Engine {
            kind: *kind,
            critical: *critical,
            queue: QueueId(*queue),
            payload: payload.to_vec(),
        })
        .collect();
    assert_eq!(recorder.records, expected);
}

/// Of a commit that never became durable, nothing is replayed; of those before it, everything.
pub fn a_commit_that_is_not_durable_is_lost_whole<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    note(&mut journal, "kept");
    commit(harness, &mut journal);
    harness.hold();
    for text in ["lost 1", "lost 2"] {
        note(&mut journal, text);
    }
    journal.submit(Urgency::Now);
    assert_eq!(settle(harness, &mut journal), Ok(Position(1)));
    note(&mut journal, "never submitted");
    let (journal, recorder, opened) = reopen(harness, journal);
    assert_eq!(recorder.notes(), ["kept"]);
    assert!(!opened.clean);
    assert_eq!(journal.open_position(), Position(2));
}

/// When the writer is behind, `can_submit` says so, and says yes again later.
pub fn only_so_many_commits_wait<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    harness.hold();
    let mut submitted = 0;
    while journal.can_submit() {
        note(&mut journal, "note");
        journal.submit(Urgency::Now);
        submitted += 1;
        assert!(submitted <= 2, "one is written, one waits");
    }
    harness.release();
    assert_eq!(settle(harness, &mut journal), Ok(Position(submitted)));
    assert!(journal.can_submit());
}

/// Commits that wait for nobody become durable no later than an urgent one after them.
pub fn a_commit_of_any_urgency_is_durable_with_a_later_urgent_one<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    for urgency in [Urgency::Whenever, Urgency::WithinMs(60_000), Urgency::Whenever, Urgency::Now] {
        note(&mut journal, "note");
        assert!(journal.can_submit());
        journal.submit(urgency);
        harness.run(&mut journal);
        journal.poll().expect("nothing failed");
    }
    assert_eq!(settle(harness, &mut journal), Ok(Position(4)));
    let (_, recorder, _) = reopen(harness, journal);
    assert_eq!(recorder.notes().len(), 4);
}

/// Several times the size of a frame, with one record larger than a frame.
pub fn a_large_commit_is_replayed_whole<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    let sizes = [400_000, 400_000, 400_000, 2_500_000, 1, 400_000];
    for size in sizes {
        journal.append(KIND, true, QueueId(1), &vec![7; size]);
    }
    journal.append_messages(super::key(1), Seq(1), &vec![message("small"); 1000]);
    commit(harness, &mut journal);
    let (_, recorder, _) = reopen(harness, journal);
    assert_eq!(recorder.notes().iter().map(String::len).collect::<Vec<_>>(), sizes);
    assert_eq!(recorder.messages().len(), 1000);
}

/// The next position is the last durable one's successor, also after opening in vain.
pub fn positions_go_on_after_a_stop<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    for last in [3_u64, 6, 9] {
        for _ in 0..3 {
            note(&mut journal, "note");
            commit(harness, &mut journal);
        }
        for _ in 0..3 {
            (journal, _, _) = reopen(harness, journal);
            assert_eq!(journal.open_position(), Position(last + 1));
            assert_eq!(journal.poll(), Ok(Position(last)));
        }
    }
}

/// An engine that refuses a record gets its error back, and a later one that takes it gets everything.
pub fn a_refused_replay_leaves_the_store_as_it_was<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    note(&mut journal, "note");
    commit(harness, &mut journal);
    harness.stop(journal);
    assert!(harness.open(&mut Recorder { refuse: true, ..Recorder::default() }).is_err());
    let (_, recorder, _) = open(harness);
    assert_eq!(recorder.notes(), ["note"]);
}
