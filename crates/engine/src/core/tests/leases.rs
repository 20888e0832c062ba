//! Leases: given, ended in each way, moved, handed on, proven by tokens.

use super::Bench;
use crate::core::answer::Answer;
use crate::core::command::{Command, Extension, LeaseTerms, Settle, Transfer};
use crate::core::error::{ReceiveError, SettleError};
use vocab::{BootEpoch, LeaseEpoch, QueueSettings, SessionId};

const RELEASE: Settle = Settle::Release { delay_ms: 0 };

#[test]
fn messages_come_in_order_and_only_once_while_leased() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    bench.publish_plain(queue, 5);
    assert_eq!(bench.seqs(queue, 3), [1, 2, 3]);
    assert_eq!(bench.seqs(queue, 10), [4, 5]);
    assert_eq!(bench.counts(queue), (0, 0, 5));
}

#[test]
fn an_acknowledged_message_is_gone_for_good() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    bench.publish_plain(queue, 2);
    let lease = bench.receive(queue, 1)[0];
    assert_eq!(bench.settle(lease.token, Settle::Ack), Ok(()));
    assert_eq!(bench.settle(lease.token, Settle::Ack), Err(SettleError::Gone));
    bench.pass_ms(60_000);
    assert_eq!(bench.seqs(queue, 10), [2]);
}

#[test]
fn an_expired_lease_gives_the_message_back_to_its_place_and_counts_a_failure() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings { lease_ms: 5_000, ..QueueSettings::default() });
    bench.publish_plain(queue, 2);
    bench.receive(queue, 1);
    bench.pass_ms(4_999);
    assert_eq!(bench.counts(queue), (1, 0, 1));
    bench.pass_ms(1);
    let again = bench.receive(queue, 2);
    assert_eq!(again.iter().map(|lease| lease.token.seq.0).collect::<Vec<_>>(), [1, 2]);
    assert_eq!((again[0].deliveries, again[0].failures), (2, 1));
    assert_eq!((again[1].deliveries, again[1].failures), (1, 0));
}

#[test]
fn a_released_message_keeps_its_place_and_has_no_failure() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    bench.publish_plain(queue, 3);
    let leases = bench.receive(queue, 2);
    bench.settle(leases[1].token, RELEASE).expect("it is leased");
    let again = bench.receive(queue, 1)[0];
    assert_eq!((again.token.seq, again.deliveries, again.failures), (leases[1].token.seq, 2, 0));
}

#[test]
fn a_released_message_with_a_delay_waits_for_it() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    bench.publish_plain(queue, 1);
    let lease = bench.receive(queue, 1)[0];
    bench.settle(lease.token, Settle::Release { delay_ms: 500 }).expect("it is leased");
    bench.pass_ms(499);
    assert!(bench.receive(queue, 1).is_empty());
    bench.pass_ms(1);
    assert_eq!(bench.seqs(queue, 1), [1]);
}

#[test]
fn a_stale_token_settles_nothing_once_there_is_a_newer_lease() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings { lease_ms: 1_000, ..QueueSettings::default() });
    bench.publish_plain(queue, 1);
    let old = bench.receive(queue, 1)[0];
    bench.pass_ms(1_000);
    let new = bench.receive(queue, 1)[0];
    assert!(new.token.epoch > old.token.epoch);
    assert_eq!(bench.settle(old.token, Settle::Ack), Err(SettleError::Stale));
    assert_eq!(bench.settle(new.token, RELEASE), Ok(()));
    assert_eq!(bench.settle(old.token, Settle::Ack), Err(SettleError::Stale));
    assert_eq!(bench.settle(new.token, Settle::Ack), Ok(()), "the newest lease may acknowledge after its end");
}

#[test]
fn a_token_older_than_its_message_proves_nothing() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    bench.publish_plain(queue, 1);
    let mut token = bench.receive(queue, 1)[0].token;
    bench.settle(token, RELEASE).expect("it is leased");
    bench.publish_plain(queue, 1);
    token.seq = token.seq.next();
    token.epoch = LeaseEpoch::first_of(BootEpoch(0));
    assert_eq!(bench.settle(token, Settle::Ack), Err(SettleError::Gone));
}

#[test]
fn only_a_held_lease_can_be_released_failed_or_extended() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings { lease_ms: 1_000, ..QueueSettings::default() });
    bench.publish_plain(queue, 1);
    let token = bench.receive(queue, 1)[0].token;
    bench.pass_ms(1_000);
    assert_eq!(bench.settle(token, RELEASE), Err(SettleError::NotLeased));
    assert_eq!(bench.settle(token, Settle::Fail { delay_ms: 0, reason: None }), Err(SettleError::NotLeased));
    let extension = Extension { token, lease_ms: 1, total_ms_max: None };
    assert_eq!(bench.ask(Command::Extend(vec![extension])), Some(Answer::Extended(vec![Err(SettleError::NotLeased)])));
}

#[test]
fn an_extension_moves_the_deadline_up_to_a_total() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings { lease_ms: 1_000, ..QueueSettings::default() });
    bench.publish_plain(queue, 1);
    let token = bench.receive(queue, 1)[0].token;
    bench.pass_ms(900);
    let extend = |lease_ms| Command::Extend(vec![Extension { token, lease_ms, total_ms_max: Some(5_000) }]);
    let deadline_ms = bench.now_ms + 3_000;
    assert_eq!(bench.ask(extend(3_000)), Some(Answer::Extended(vec![Ok(deadline_ms)])));
    let too_long = SettleError::TooLong { total_ms: 5_900, max_ms: 5_000 };
    assert_eq!(bench.ask(extend(5_000)), Some(Answer::Extended(vec![Err(too_long)])));
    bench.pass_ms(2_999);
    assert_eq!(bench.counts(queue), (0, 0, 1));
    bench.pass_ms(1);
    assert_eq!(bench.counts(queue), (1, 0, 0));
}

#[test]
fn a_session_s_leases_end_with_it_and_without_a_fault() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    bench.publish_plain(queue, 3);
    bench.receive_with(queue, 2, LeaseTerms::Session(SessionId(7)));
    bench.receive_with(queue, 1, LeaseTerms::Session(SessionId(8)));
    bench.pass_ms(1_000_000);
    assert_eq!(bench.counts(queue), (0, 0, 3), "a session's lease has no deadline");
    bench.ask(Command::EndSession { session: SessionId(7) });
    let again = bench.receive(queue, 10);
    assert_eq!(again.iter().map(|l| (l.token.seq.0, l.failures)).collect::<Vec<_>>(), [(1, 0), (2, 0)]);
}

#[test]
fn a_claim_ends_only_by_its_owner_or_by_being_handed_on() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    bench.publish_plain(queue, 1);
    let old = bench.receive_with(queue, 1, LeaseTerms::Claim)[0];
    bench.pass_ms(10 * 24 * 3_600_000);
    let transfer = Transfer { token: old.token, terms: LeaseTerms::Deadline(Some(100)), deliveries: Some(9) };
    let Some(Answer::Transferred(answers)) = bench.ask(Command::Transfer(vec![transfer])) else { panic!("no answer") };
    let new = answers[0].expect("the claim holds");
    assert_eq!(new.deliveries, 9);
    assert_eq!(bench.settle(old.token, Settle::Ack), Err(SettleError::Stale));
    bench.pass_ms(100);
    assert_eq!(bench.receive(queue, 1)[0].deliveries, 10);
}

#[test]
fn a_delivery_that_reached_nobody_counts_for_nothing() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    bench.publish_plain(queue, 1);
    let token = bench.receive(queue, 1)[0].token;
    bench.ask(Command::Undeliver(vec![token]));
    assert_eq!(bench.receive(queue, 1)[0].deliveries, 1);
}

#[test]
fn a_queue_gives_out_no_more_leases_than_it_may() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings { leases_max: Some(3), ..QueueSettings::default() });
    bench.publish_plain(queue, 5);
    assert_eq!(bench.receive(queue, 10).len(), 3);
    let receive = crate::core::command::Receive {
        queue,
        subscription: vocab::SubscriptionId(0),
        max: 1,
        wait_ms: Some(0),
        terms: LeaseTerms::Claim,
        rank: 0,
        consumer: vocab::ConsumerId::UNKNOWN,
    };
    let answer = bench.ask(Command::Receive { receive, waiter: crate::core::command::WaiterId(0) });
    assert_eq!(answer, Some(Answer::Received(Err(ReceiveError::TooManyLeases { max: 3 }))));
}

#[test]
fn those_who_wait_are_served_in_turn_and_sent_away_at_their_time() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    let (first, second, third) =
        (bench.wait(queue, 2, 1_000), bench.wait(queue, 10, 1_000), bench.wait(queue, 1, 1_000));
    bench.publish_plain(queue, 3);
    let served = |bench: &Bench, waiter| match bench.served.get(&waiter) {
        Some(Answer::Received(Ok(leased))) => Some(leased.iter().map(|l| l.token.seq.0).collect::<Vec<_>>()),
        _ => None,
    };
    assert_eq!(served(&bench, first), Some(vec![1, 2]));
    assert_eq!(served(&bench, second), Some(vec![3]));
    assert_eq!(served(&bench, third), None);
    bench.pass_ms(1_000);
    assert_eq!(served(&bench, third), Some(vec![]));
}

#[test]
fn a_waiter_that_gave_up_takes_nothing() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    let waiter = bench.wait(queue, 1, 1_000);
    bench.ask(Command::CancelReceive { waiter });
    bench.publish_plain(queue, 1);
    assert!(!bench.served.contains_key(&waiter));
    assert_eq!(bench.counts(queue), (1, 0, 0));
}

#[test]
fn the_same_message_twice_in_one_command_is_settled_once() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    bench.publish_plain(queue, 1);
    let token = bench.receive(queue, 1)[0].token;
    let twice = vec![crate::Settlement { token, how: Settle::Ack }, crate::Settlement { token, how: Settle::Ack }];
    assert_eq!(bench.ask(Command::Settle(twice)), Some(Answer::Settled(vec![Ok(()), Err(SettleError::Gone)])));
    assert_eq!(bench.stats(queue).totals.acked, 1);
}

#[test]
fn those_who_hold_for_a_session_share_what_comes_together() {
    let mut bench = Bench::new();
    let queue = bench.create("q", QueueSettings::default());
    for (waiter, max, rank) in [(1, 10, 5), (2, 10, 5), (3, 1, 5), (4, 10, 0)] {
        let (subscription, terms) = (vocab::SubscriptionId(0), LeaseTerms::Session(SessionId(waiter)));
        let (wait_ms, consumer) = (Some(9_000), vocab::ConsumerId::UNKNOWN);
        let receive = crate::core::command::Receive { queue, subscription, max, wait_ms, terms, rank, consumer };
        bench.ask(Command::Receive { receive, waiter: crate::core::command::WaiterId(waiter) });
    }
    bench.publish_plain(queue, 8);
    let leased = bench.machine.state.queues[&queue].subscriptions[&vocab::SubscriptionId(0)][0].leases.values();
    let mut counts = [0; 4];
    for lease in leased {
        let crate::core::event::LeaseEnd::Session(SessionId(session)) = lease.end else { panic!("of a session") };
        counts[usize::try_from(session).expect("small") - 1] += 1;
    }
    assert_eq!(counts, [3, 3, 1, 1], "alike until the highest rank has had enough");
}
