//! Looking at messages: page by page everything in the wanted states is found once, and each look is bounded.

use super::Bench;
use crate::core::browse::{Browse, MessageState, Page, States};
use crate::core::command::{Command, Settle};
use crate::core::command::{LeaseTerms, Receive, WaiterId};
use proptest::prelude::*;
use vocab::{ConsumerId, Facts, Message, QueueId, QueueSettings, Seq, SubscriptionId};

const READY: States = States { ready: true, delayed: false, leased: false };
const DELAYED: States = States { ready: false, delayed: true, leased: false };
const LEASED: States = States { ready: false, delayed: false, leased: true };

fn look(bench: &Bench, queue: QueueId, from: u64, count: u32, states: States) -> Page {
    bench.machine.state.browse(Browse { queue, from: Seq(from), count, states }).expect("the queue exists")
}

/// All pages, of `count` messages each.
fn all(bench: &Bench, queue: QueueId, count: u32, states: States) -> Vec<u64> {
    let (mut seqs, mut next) = (Vec::new(), Some(Seq(0)));
    while let Some(from) = next {
        let page = look(bench, queue, from.0, count, states);
        assert!(page.next.is_none_or(|next| next > from), "a look goes on");
        seqs.extend(page.seen.iter().map(|seen| seen.seq.0));
        next = page.next;
    }
    seqs
}

fn delayed(bench: &Bench, ms: u64) -> Message {
    let facts = Facts { due_ms: Some(bench.now_ms + ms), ..Facts::default() };
    Message { facts, ..Message::with_body("x") }
}

#[test]
fn each_state_says_what_is_waited_for() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings { lease_ms: 5_000, ..QueueSettings::default() });
    bench.publish_plain(queue, 2);
    let (subscription, consumer) = (SubscriptionId(0), ConsumerId(7));
    let (terms, wait_ms) = (LeaseTerms::Deadline(None), Some(0));
    let receive = Receive { queue, subscription, max: 1, wait_ms, terms, rank: 0, consumer };
    bench.ask(Command::Receive { receive, waiter: WaiterId(9) }).expect("a message is there");
    let late = delayed(&bench, 700);
    bench.publish(queue, vec![late]);
    let now_ms = bench.now_ms;
    let states: Vec<_> = look(&bench, queue, 0, 10, States::ALL).seen.iter().map(|seen| seen.state).collect();
    let leased = MessageState::Leased { since_ms: now_ms, deadline_ms: Some(now_ms + 5_000), consumer };
    assert_eq!(states, [leased, MessageState::Ready, MessageState::Delayed { due_ms: now_ms + 700 }]);
    assert_eq!(all(&bench, queue, 1, READY), [2]);
    assert_eq!(all(&bench, queue, 1, DELAYED), [3]);
    assert_eq!(all(&bench, queue, 1, LEASED), [1]);
}

#[test]
fn one_leased_message_among_very_many_is_found_by_the_first_look() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    for _ in 0..30 {
        bench.publish_unchecked(queue, vec![Message::with_body("x"); 10_000]);
    }
    let late = delayed(&bench, 700);
    bench.publish_unchecked(queue, vec![late]);
    assert_eq!(bench.machine.state.queue_stats(queue).map(|stats| stats.ready), Ok(300_000));
    let page = look(&bench, queue, 1, 10, DELAYED);
    assert_eq!((page.seen.len(), page.next), (1, None));
    let busy_and_ready = look(&bench, queue, 1, 10, States { ready: true, ..DELAYED });
    assert_eq!((busy_and_ready.seen.len(), busy_and_ready.next), (10, Some(Seq(11))));
}

#[test]
fn a_look_that_finds_nothing_for_long_says_where_to_go_on() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    let late = delayed(&bench, 700);
    bench.publish_unchecked(queue, vec![late; 9_000]);
    let page = look(&bench, queue, 0, 10, READY);
    assert_eq!((page.seen.len(), page.next), (0, Some(Seq(4_097))));
    assert_eq!(all(&bench, queue, 10, READY), [0_u64; 0]);
}

proptest! {
    #[test]
    fn pages_together_show_everything_once(
        lives in proptest::collection::vec(0_u8..6, 1..60),
        count in 1_u32..7,
    ) {
        let mut bench = Bench::new();
        let queue = bench.create("q", QueueSettings::default());
        let mut expected = [vec![], vec![], vec![]];
        for (seq, life) in (1..).zip(lives) {
            let message = if life == 0 { delayed(&bench, 700) } else { Message::with_body("x") };
            bench.publish(queue, vec![message]);
            match life {
                0 => expected[0].push(seq),
                1 => {
                    // Everything ready is leased; all but this one are given back, or done with.
                    for leased in bench.receive(queue, 100) {
                        let this = leased.token.seq == Seq(seq);
                        if !this {
                            bench.settle(leased.token, Settle::Release { delay_ms: 0 }).expect("it is held");
                        }
                    }
                    expected[1].push(seq);
                }
                2 => {
                    let leased = bench.receive(queue, 100);
                    for leased in leased {
                        let how = if leased.token.seq == Seq(seq) { Settle::Ack } else { Settle::Release { delay_ms: 0 } };
                        bench.settle(leased.token, how).expect("it is held");
                    }
                }
                _ => expected[2].push(seq),
            }
        }
        let [delayed, leased, ready] = expected;
        prop_assert_eq!(all(&bench, queue, count, DELAYED), delayed.clone());
        prop_assert_eq!(all(&bench, queue, count, LEASED), leased.clone());
        prop_assert_eq!(all(&bench, queue, count, READY), ready.clone());
        let mut any = [delayed, leased, ready].concat();
        any.sort_unstable();
        prop_assert_eq!(all(&bench, queue, count, States::ALL), any);
    }
}
