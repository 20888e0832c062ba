//! Checkpoints: they stand for exactly the commits before them.

use super::{Harness, Recorder, body, commit, fetched, key, message, note, open, reopen, save, settle};
use crate::contract::{Journal, PageChange, PageKey, Urgency};
use std::collections::BTreeMap;
use vocab::Seq;

/// Records before it are not replayed, records after it are.
pub fn a_checkpoint_covers_what_came_before_it_and_nothing_else<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    for text in ["covered 1", "covered 2"] {
        note(&mut journal, text);
        commit(harness, &mut journal);
    }
    save(&mut journal, "state");
    settle(harness, &mut journal).expect("nothing failed");
    assert_eq!(journal.stats().checkpoints, 1);
    note(&mut journal, "after");
    commit(harness, &mut journal);
    let (mut journal, recorder, _) = reopen(harness, journal);
    assert_eq!(recorder.saved().as_deref(), Some("state"));
    assert_eq!(recorder.notes(), ["after"]);
    note(&mut journal, "after a stop");
    commit(harness, &mut journal);
    let (_, recorder, _) = reopen(harness, journal);
    assert_eq!(recorder.saved().as_deref(), Some("state"));
    assert_eq!(recorder.notes(), ["after", "after a stop"]);
}

/// A covered message's content is still the journal's to keep, as long as it lives.
pub fn messages_outlive_the_checkpoint_that_covers_them<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    journal.append_messages(key(1), Seq(1), &[message("one"), message("two"), message("three")]);
    commit(harness, &mut journal);
    save(&mut journal, "state");
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
    save(&mut journal, "too early");
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
        let state = format!("state {number}");
        save(&mut journal, &state);
        settle(harness, &mut journal).expect("nothing failed");
        let recorder;
        (journal, recorder, _) = reopen(harness, journal);
        assert_eq!(recorder.saved(), Some(state));
        assert!(recorder.records.is_empty());
    }
}

fn change(key: u128, content: Option<&str>) -> PageChange {
    (PageKey(key), content.map(|text| text.as_bytes().to_vec()))
}

fn apply(pages: &mut BTreeMap<PageKey, Vec<u8>>, changes: &[PageChange]) {
    for (key, content) in changes {
        match content {
            Some(content) => pages.insert(*key, content.clone()),
            None => pages.remove(key),
        };
    }
}

/// Only what is given changes; a page that is gone is not shown, and may come back. Over stops too.
pub fn pages_that_did_not_change_stay_as_they_were<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    let steps = [
        vec![change(3, Some("three")), change(1, Some("one")), change(u128::MAX, Some("last"))],
        vec![change(2, Some("two")), change(1, None)],
        vec![change(77, None)],
        vec![],
        vec![change(1, Some("one again")), change(3, Some(""))],
    ];
    let mut pages = BTreeMap::new();
    for changes in steps {
        note(&mut journal, "note");
        commit(harness, &mut journal);
        apply(&mut pages, &changes);
        journal.checkpoint(changes);
        settle(harness, &mut journal).expect("nothing failed");
        let recorder;
        (journal, recorder, _) = reopen(harness, journal);
        assert_eq!(recorder.checkpoint.as_ref(), Some(&pages));
    }
}

/// However many and large: pages of a kilobyte, of which each checkpoint changes some and ends some.
pub fn pages_of_many_checkpoints_are_replayed_as_one_set<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    let mut pages = BTreeMap::new();
    for round in 0..60_u128 {
        note(&mut journal, "note");
        commit(harness, &mut journal);
        let text = format!("{round} {}", "x".repeat(1000));
        let mut changes: Vec<_> = (0..6).map(|number| change((round * 11 + number * 17) % 101, Some(&text))).collect();
        changes.push(change((round * 11 + 3) % 101, None));
        apply(&mut pages, &changes);
        journal.checkpoint(changes);
        settle(harness, &mut journal).expect("nothing failed");
        if round % 13 == 12 {
            let recorder;
            (journal, recorder, _) = reopen(harness, journal);
            assert_eq!(recorder.checkpoint.as_ref(), Some(&pages), "after {round}");
        }
    }
}

/// The second is not held back from counting, nor the first from counting with it.
pub fn a_checkpoint_handed_over_before_another_counted_loses_no_page<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    note(&mut journal, "first");
    commit(harness, &mut journal);
    harness.hold();
    journal.checkpoint(vec![change(1, Some("one")), change(2, Some("two"))]);
    harness.run(&mut journal);
    note(&mut journal, "second");
    journal.submit(Urgency::Now);
    journal.checkpoint(vec![change(2, None), change(3, Some("three"))]);
    harness.run(&mut journal);
    journal.checkpoint(vec![change(4, Some("four"))]);
    harness.release();
    settle(harness, &mut journal).expect("nothing failed");
    settle(harness, &mut journal).expect("nothing failed");
    let (_, recorder, _) = reopen(harness, journal);
    assert!(recorder.records.is_empty());
    let mut pages = BTreeMap::new();
    apply(&mut pages, &[change(1, Some("one")), change(3, Some("three")), change(4, Some("four"))]);
    assert_eq!(recorder.checkpoint, Some(pages));
}
