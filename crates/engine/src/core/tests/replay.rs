//! Replay equals live operation: the events, through their bytes, lead to the same state; so does a checkpoint in the
//! middle. Random commands against the machine, with every invariant checked after each.

use super::Bench;
use super::bench::burying;
use crate::core::command::{Command, Extension, LeaseTerms, Settle, Settlement, Transfer};
use crate::core::event::Event;
use crate::core::state::State;
use crate::{record, snapshot};
use proptest::prelude::*;
use vocab::{BootEpoch, CountedBy, Facts, LeaseToken, Message, QueueId, QueueSettings};

#[derive(Clone, Debug)]
enum Act {
    Publish { queue: usize, count: usize, due_in_ms: Option<u64>, expires_in_ms: Option<u64> },
    Receive { queue: usize, max: u32, lease_ms: Option<u64> },
    Wait { queue: usize, wait_ms: u64 },
    Settle { which: usize, how: u8 },
    Extend { which: usize, lease_ms: u64 },
    Transfer { which: usize },
    Pass { ms: u64 },
    Purge { queue: usize },
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let queue = || 0_usize..3;
    let act = prop_oneof![
        4 => (queue(), 1_usize..5, proptest::option::weighted(0.3, 0_u64..3_000), proptest::option::weighted(0.2, 1_u64..9_000))
            .prop_map(|(queue, count, due_in_ms, expires_in_ms)| Act::Publish { queue, count, due_in_ms, expires_in_ms }),
        5 => (queue(), 1_u32..6, proptest::option::of(0_u64..3_000))
            .prop_map(|(queue, max, lease_ms)| Act::Receive { queue, max, lease_ms }),
        1 => (queue(), 1_u64..2_000).prop_map(|(queue, wait_ms)| Act::Wait { queue, wait_ms }),
        5 => (any::<usize>(), 0_u8..6).prop_map(|(which, how)| Act::Settle { which, how }),
        1 => (any::<usize>(), 0_u64..5_000).prop_map(|(which, lease_ms)| Act::Extend { which, lease_ms }),
        1 => any::<usize>().prop_map(|which| Act::Transfer { which }),
        3 => (0_u64..5_000).prop_map(|ms| Act::Pass { ms }),
        1 => queue().prop_map(|queue| Act::Purge { queue }),
    ];
    proptest::collection::vec(act, 1..80)
}

fn settle_of(how: u8) -> Settle {
    match how {
        0 | 1 => Settle::Ack,
        2 => Settle::Release { delay_ms: 0 },
        3 => Settle::Release { delay_ms: 700 },
        4 => Settle::Fail { delay_ms: 300, reason: Some("broken".to_owned()) },
        _ => Settle::Bury { reason: None },
    }
}

fn run(bench: &mut Bench, queues: &[QueueId], acts: &[Act]) {
    let mut tokens: Vec<LeaseToken> = Vec::new();
    let pick = |tokens: &[LeaseToken], which: usize| (!tokens.is_empty()).then(|| tokens[which % tokens.len()]);
    for act in acts {
        match *act {
            Act::Publish { queue, count, due_in_ms, expires_in_ms } => {
                let due_ms = due_in_ms.map(|ms| bench.now_ms + ms);
                let expires_ms = expires_in_ms.map(|ms| bench.now_ms + ms);
                let facts = Facts { due_ms, expires_ms, ..Facts::default() };
                let message = Message { facts, ..Message::with_body("body") };
                bench.publish(queues[queue], vec![message; count]);
            }
            Act::Receive { queue, max, lease_ms } => {
                let leased = bench.receive_with(queues[queue], max, LeaseTerms::Deadline(lease_ms));
                tokens.extend(leased.iter().map(|leased| leased.token));
            }
            Act::Wait { queue, wait_ms } => {
                bench.wait(queues[queue], 2, wait_ms);
            }
            Act::Settle { which, how } => {
                if let Some(token) = pick(&tokens, which) {
                    bench.ask(Command::Settle(vec![Settlement { token, how: settle_of(how) }]));
                }
            }
            Act::Extend { which, lease_ms } => {
                if let Some(token) = pick(&tokens, which) {
                    bench.ask(Command::Extend(vec![Extension { token, lease_ms, total_ms_max: None }]));
                }
            }
            Act::Transfer { which } => {
                if let Some(token) = pick(&tokens, which) {
                    bench.ask(Command::Transfer(vec![Transfer { token, terms: LeaseTerms::Claim, deliveries: None }]));
                }
            }
            Act::Pass { ms } => bench.pass_ms(ms),
            Act::Purge { queue } => {
                bench.ask(Command::Purge { queue: queues[queue] });
            }
        }
    }
}

fn bench_with_queues() -> (Bench, Vec<QueueId>) {
    let mut bench = Bench::new();
    let dead = bench.create("dead", QueueSettings { retention_ms: Some(20_000), ..QueueSettings::default() });
    let counted =
        bench.create("counted", QueueSettings { lease_ms: 1_000, ..burying(CountedBy::Deliveries, 2, "dead") });
    let failing = bench.create(
        "failing",
        QueueSettings { delay_ms: 400, retention_ms: Some(60_000), ..burying(CountedBy::Failures, 2, "dead") },
    );
    (bench, vec![dead, counted, failing])
}

/// Applies events as recovery would: through their bytes where they have some.
fn replay(state: &mut State, events: &[Event]) {
    for event in events {
        let mut payload = Vec::new();
        match record::encode(event, &mut payload) {
            Some((kind, _)) => state.apply(&record::decode(kind, &payload).expect("it was just written")),
            None => state.apply(event),
        }
    }
}

fn at_rest(state: &mut State, now_ms: u64) -> Vec<u8> {
    state.advance(now_ms);
    snapshot::encode(state)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn replayed_events_and_checkpoints_lead_to_the_live_state(acts in acts(), cut: proptest::sample::Index) {
        let (mut bench, queues) = bench_with_queues();
        run(&mut bench, &queues, &acts);
        let now_ms = bench.now_ms;
        let live = at_rest(&mut bench.machine.state, now_ms);

        let mut replayed = State::default();
        replay(&mut replayed, &bench.events);
        prop_assert_eq!(&at_rest(&mut replayed, now_ms), &live);

        let cut = cut.index(bench.events.len());
        let mut before = State::default();
        replay(&mut before, &bench.events[..cut]);
        let mut resumed = snapshot::decode(&snapshot::encode(&before)).expect("it was just written");
        replay(&mut resumed, &bench.events[cut..]);
        prop_assert_eq!(&at_rest(&mut resumed, now_ms), &live);
    }
}

#[test]
fn after_an_unclean_stop_no_seq_and_no_epoch_is_given_again() {
    let (mut bench, queues) = bench_with_queues();
    bench.publish_plain(queues[1], 3);
    let before = bench.receive(queues[1], 1)[0];
    let reserved = bench.machine.state.queues[&queues[1]].logs[0].reserved;
    let now_ms = bench.now_ms;
    bench.machine.state.apply(&Event::Booted { epoch: BootEpoch(2), clean: false, at_ms: now_ms });
    let first = bench.publish_plain(queues[1], 1);
    assert!(first >= reserved, "{first} was reserved before the stop");
    let after = bench.receive(queues[1], 10);
    assert_eq!(after.iter().map(|l| l.token.seq.0).collect::<Vec<_>>(), [2, 3, first.0], "the gap is passed by");
    assert!(after.iter().all(|leased| leased.token.epoch > before.token.epoch));
}
