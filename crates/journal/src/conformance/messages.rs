//! Messages: fetched from the moment they are appended until they are forgotten.

use super::{Harness, Recorder, body, commit, fetched, key, message, note, open, reopen, settle};
use crate::contract::{Journal, Urgency};
use std::sync::Arc;
use vocab::{
    BuryReason, Death, DeathReason, Facts, Header, HeaderValue, Message, MessageId, Native, Origin, PartitionId,
    PartitionKey, QueueId, Route, Seq,
};

/// In the open commit, submitted, durable: always there.
pub fn a_message_is_fetched_before_and_after_it_is_durable<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    journal.append_messages(key(1), Seq(1), &[message("one"), message("two")]);
    let check = |journal: &H::Journal| {
        assert_eq!(body(journal, key(1), 1).as_deref(), Some("one"));
        assert_eq!(body(journal, key(1), 2).as_deref(), Some("two"));
        assert_eq!(journal.held(key(1)), 2);
    };
    check(&journal);
    harness.hold();
    journal.submit(Urgency::Now);
    check(&journal);
    harness.release();
    settle(harness, &mut journal).expect("nothing failed");
    check(&journal);
}

/// Other partitions, other queues, other seqs.
pub fn unknown_messages_are_gone<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    journal.append_messages(key(1), Seq(5), &[message("five")]);
    commit(harness, &mut journal);
    assert!(fetched(&journal, key(1), 4).is_none());
    assert!(fetched(&journal, key(1), 6).is_none());
    assert!(fetched(&journal, key(2), 5).is_none());
    assert!(fetched(&journal, PartitionKey::new(QueueId(1), PartitionId(1)), 5).is_none());
    assert_eq!(journal.held(key(2)), 0);
}

fn message_with_everything() -> Message {
    let header = |name: &str, value| Header { name: name.into(), value };
    let origin = Origin {
        id: MessageId::new(key(9), Seq(1 << 40)),
        queue: "orders".into(),
        published_ms: 1,
        buried_ms: 2,
        deliveries: 3,
        failures: 4,
        reason: BuryReason::Rejected(Some("no such customer".into())),
        deaths: vec![Death {
            queue: "orders".into(),
            reason: DeathReason::Rejected,
            count: 2,
            first_ms: 1_700_000_000_000,
            is_first: true,
            route: Some(Route { router: "orders".into(), keys: vec!["order.paid".into()] }),
        }],
    };
    Message {
        body: "body".into(),
        headers: vec![
            header("text", HeaderValue::Text("täxt".into())),
            header("number", HeaderValue::Number("1e400".into())),
            header("bytes", HeaderValue::Bytes(vec![0, 255].into())),
            header("yes", HeaderValue::Bool(true)),
            header("no", HeaderValue::Bool(false)),
        ],
        facts: Facts {
            published_ms: 1_700_000_000_000,
            due_ms: Some(1_700_000_000_001),
            expires_ms: Some(u64::MAX),
            lane: Some("customer-7".into()),
            dedup: Some("order-4711".into()),
            moved: true,
            priority: 200,
            sender: Some("alice".into()),
            route: Some(Box::new(Route { router: "orders".into(), keys: vec!["order.paid".into(), "audit".into()] })),
            origin: Some(Box::new(origin)),
        },
        native: Some(Native { door: 3, bytes: vec![1, 2, 3].into() }),
    }
}

/// Also after a stop.
pub fn a_message_keeps_every_field<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    let expected = Arc::new(message_with_everything());
    journal.append_messages(key(1), Seq(1), &[Arc::clone(&expected)]);
    commit(harness, &mut journal);
    assert_eq!(fetched(&journal, key(1), 1).as_ref(), Some(&expected));
    let (journal, recorder, _) = reopen(harness, journal);
    assert_eq!(fetched(&journal, key(1), 1).as_ref(), Some(&expected));
    assert_eq!(recorder.messages(), [(key(1), Seq(1), expected)]);
}

/// Ranges may name seqs that were forgotten before or never existed.
pub fn forgotten_messages_are_gone_and_others_stay<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    journal.append_messages(key(1), Seq(1), &vec![message("m"); 10]);
    journal.append_messages(key(2), Seq(1), &[message("other queue")]);
    commit(harness, &mut journal);
    journal.forget(key(1), Seq(3)..=Seq(5));
    journal.forget(key(1), Seq(4)..=Seq(4));
    journal.forget(key(1), Seq(10)..=Seq(1000));
    journal.forget(key(3), Seq(1)..=Seq(10));
    let left: Vec<_> = (1..=10).filter(|seq| fetched(&journal, key(1), *seq).is_some()).collect();
    assert_eq!(left, [1, 2, 6, 7, 8, 9]);
    assert_eq!((journal.held(key(1)), journal.held(key(2))), (6, 1));
}

/// As a purge does.
pub fn forgetting_everything_at_once_leaves_nothing<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    for first in [1, 101, 201] {
        journal.append_messages(key(1), Seq(first), &vec![message("m"); 100]);
        commit(harness, &mut journal);
    }
    journal.forget(key(1), Seq(0)..=Seq(u64::MAX));
    assert_eq!(journal.held(key(1)), 0);
    assert!((1..=300).all(|seq| fetched(&journal, key(1), seq).is_none()));
    journal.append_messages(key(1), Seq(301), &[message("next")]);
    commit(harness, &mut journal);
    assert_eq!(body(&journal, key(1), 301).as_deref(), Some("next"));
}

/// From appending to forgetting, whether durable or not.
pub fn held_counts_what_is_not_forgotten<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    let mut held = 0;
    for round in 0..20 {
        journal.append_messages(key(1), Seq(1 + round * 10), &vec![message("m"); 10]);
        held += 10;
        assert_eq!(journal.held(key(1)), held);
        commit(harness, &mut journal);
        journal.forget(key(1), Seq(1 + round * 10)..=Seq(4 + round * 10));
        held -= 4;
        assert_eq!(journal.held(key(1)), held);
    }
}

/// Over several stops.
pub fn live_messages_are_fetched_after_a_stop<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    for round in 0..4 {
        journal.append_messages(key(1), Seq(1 + round), &[message(&format!("message {round}"))]);
        commit(harness, &mut journal);
        (journal, _, _) = reopen(harness, journal);
        for seq in 1..=round + 1 {
            assert_eq!(body(&journal, key(1), seq), Some(format!("message {}", seq - 1)));
        }
        assert_eq!(journal.held(key(1)), round + 1);
    }
}

/// They are replayed, as their records are not covered, but neither fetched nor counted.
pub fn messages_that_do_not_live_are_dropped_at_open<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    journal.append_messages(key(1), Seq(1), &vec![message("m"); 5]);
    commit(harness, &mut journal);
    harness.stop(journal);
    let mut recorder = Recorder::default();
    recorder.dead.extend([1, 2, 4].map(|seq| (key(1), Seq(seq))));
    let (journal, _) = harness.open(&mut recorder).expect("the store opens");
    assert_eq!(recorder.messages().len(), 5);
    let left: Vec<_> = (1..=5).filter(|seq| fetched(&journal, key(1), *seq).is_some()).collect();
    assert_eq!(left, [3, 5]);
    assert_eq!(journal.held(key(1)), 2);
}

/// As they have after an unclean boot.
pub fn seqs_may_have_gaps<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    let seqs = [1, 2, 65_536, 1 << 40, (1 << 40) + 1, 1 << 62];
    for seq in seqs {
        journal.append_messages(key(1), Seq(seq), &[message(&seq.to_string())]);
    }
    commit(harness, &mut journal);
    let check = |journal: &H::Journal| {
        assert!(seqs.iter().all(|seq| body(journal, key(1), *seq) == Some(seq.to_string())));
        assert!([0, 3, 65_535, (1 << 40) + 2].iter().all(|seq| fetched(journal, key(1), *seq).is_none()));
    };
    let (mut journal, _, _) = reopen(harness, journal);
    check(&journal);
    journal.forget(key(1), Seq(2)..=Seq(1 << 40));
    let left: Vec<_> = seqs.into_iter().filter(|seq| fetched(&journal, key(1), *seq).is_some()).collect();
    assert_eq!(left, [1, (1 << 40) + 1, 1 << 62]);
}

/// Large enough for several frames; also after a stop.
pub fn a_large_batch_is_fetched_message_by_message<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    let text = |seq: u64| format!("{seq}{}", "x".repeat(2000));
    let messages: Vec<_> = (1..=1500).map(|seq| message(&text(seq))).collect();
    journal.append_messages(key(1), Seq(1), &messages);
    commit(harness, &mut journal);
    let check = |journal: &H::Journal| {
        assert!((1..=1500).all(|seq| body(journal, key(1), seq) == Some(text(seq))));
    };
    check(&journal);
    let (journal, _, _) = reopen(harness, journal);
    check(&journal);
}

/// And their seqs are free for others, whose content is then what is fetched.
pub fn messages_of_a_lost_commit_are_gone<H: Harness>(harness: &mut H) {
    let (mut journal, _, _) = open(harness);
    note(&mut journal, "kept");
    commit(harness, &mut journal);
    harness.hold();
    journal.append_messages(key(1), Seq(1), &[message("lost")]);
    journal.submit(Urgency::Now);
    let (mut journal, recorder, _) = reopen(harness, journal);
    assert!(recorder.messages().is_empty());
    assert!(fetched(&journal, key(1), 1).is_none());
    assert_eq!(journal.held(key(1)), 0);
    journal.append_messages(key(1), Seq(1), &[message("other")]);
    commit(harness, &mut journal);
    assert_eq!(body(&journal, key(1), 1).as_deref(), Some("other"));
}
