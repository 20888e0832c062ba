//! Questions to the engine: a journal that gives back space on their grounds keeps what lives.

use super::recorder::live;
use super::{Harness, Recorder, body, commit, key, message, note, open, save, settle};
use crate::contract::Journal;
use std::collections::BTreeSet;
use vocab::{PartitionKey, Seq};

const ROUNDS: u64 = 24;
const PER_ROUND: u64 = 40;

/// Answers as an engine does, for which everything lives but the dead.
fn answer(journal: &mut impl Journal, dead: &BTreeSet<(PartitionKey, Seq)>) {
    if let Some(inquiry) = journal.inquiry() {
        let sets = inquiry.ranges.into_iter().map(|(key, seqs)| live(dead, key, &seqs)).collect();
        journal.resolve(sets);
    }
}

fn text(seq: u64) -> String {
    format!("{seq}{}", "x".repeat(1000))
}

/// Two messages of three are forgotten as they age, over checkpoints, however much space is given back meanwhile; the third
/// is fetched at any time, and after a stop.
pub fn questions_answered_truly_lose_nothing<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    let mut dead = BTreeSet::new();
    for round in 0..ROUNDS {
        let first = 1 + round * PER_ROUND;
        let messages: Vec<_> = (first..first + PER_ROUND).map(|seq| message(&text(seq))).collect();
        journal.append_messages(key(1), Seq(first), &messages);
        commit(harness, &mut journal);
        let old = first.saturating_sub(4 * PER_ROUND)..first.saturating_sub(3 * PER_ROUND);
        for seq in old.filter(|seq| *seq > 0 && seq % 3 != 0).map(Seq) {
            journal.forget(key(1), seq..=seq);
            dead.insert((key(1), seq));
        }
        if round % 4 == 3 {
            save(&mut journal, "state");
        }
        settle(harness, &mut journal).expect("nothing failed");
        answer(&mut journal, &dead);
        note(&mut journal, "what the answer rests on");
        commit(harness, &mut journal);
        let lost =
            (1..first + PER_ROUND).find(|seq| lives(&dead, *seq) && body(&journal, key(1), *seq) != Some(text(*seq)));
        assert_eq!(lost, None, "lost in round {round}");
    }
    harness.stop(journal);
    let mut recorder = Recorder { dead: dead.clone(), ..Recorder::default() };
    let (journal, _) = harness.open(&mut recorder).expect("the store opens");
    let living: Vec<_> = (1..=ROUNDS * PER_ROUND).filter(|seq| lives(&dead, *seq)).collect();
    assert!(living.iter().all(|seq| body(&journal, key(1), *seq) == Some(text(*seq))));
    assert_eq!(journal.held(key(1)), living.len() as u64);
}

fn lives(dead: &BTreeSet<(PartitionKey, Seq)>, seq: u64) -> bool {
    !dead.contains(&(key(1), Seq(seq)))
}
