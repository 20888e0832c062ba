//! Redrives: what is moved and what stays, in which order and how fast, and what a restart, a deletion and a cancellation do.

use super::Bench;
use super::bench::{burying, key};
use crate::core::answer::Answer;
use crate::core::command::{Command, LeaseTerms, MoveFetched, Settle, StartRedrive};
use crate::core::error::{CancelRedriveError, NoSuchQueue, StartRedriveError};
use crate::core::event::Event;
use crate::core::redrive::{Outcome, Redrive, RedriveId, RedriveInfo, Trouble};
use std::num::NonZeroU32;
use vocab::limits::{MOVE_BATCH_COUNT, REDRIVES_KEPT};
use vocab::{CountedBy, Message, QueueId, QueueSettings, Seq};

fn ask_to_start(bench: &mut Bench, start: StartRedrive) -> Result<Box<RedriveInfo>, StartRedriveError> {
    match bench.ask(Command::StartRedrive(start)) {
        Some(Answer::RedriveStarted(started)) => started,
        other => panic!("no answer to a start: {other:?}"),
    }
}

fn start(bench: &mut Bench, source: QueueId, target: Option<QueueId>, per_second: u32) -> RedriveId {
    let per_second = NonZeroU32::new(per_second);
    ask_to_start(bench, StartRedrive { source, target, per_second }).expect("it can begin").id
}

fn cancel(bench: &mut Bench, id: RedriveId) -> Result<Box<RedriveInfo>, CancelRedriveError> {
    match bench.ask(Command::CancelRedrive { id }) {
        Some(Answer::RedriveCancelled(cancelled)) => cancelled,
        other => panic!("no answer to a cancellation: {other:?}"),
    }
}

fn redrives(bench: &Bench, source: QueueId) -> Vec<Redrive> {
    let told = bench.machine.state.redrives(source).expect("the queue exists");
    told.into_iter().map(|info| info.redrive).collect()
}

/// Moved, failed, and how it ended.
fn progress(bench: &Bench, source: QueueId) -> (u64, u64, Option<Outcome>) {
    let newest = &redrives(bench, source)[0];
    (newest.moved, newest.failed, newest.ended.map(|(outcome, _)| outcome))
}

/// Ten milliseconds, one after the other: a redrive without a rate moves a batch in each.
fn go_on(bench: &mut Bench) {
    for _ in 0..10 {
        bench.pass_ms(1);
    }
}

/// A queue and its dead-letter queue, in which so many messages of it are buried.
fn with_buried(bench: &mut Bench, count: usize) -> (QueueId, QueueId) {
    let dead = bench.create("dead", QueueSettings::default());
    let home = bench.create("home", burying(CountedBy::Deliveries, 1, "dead"));
    bury(bench, home, count);
    (home, dead)
}

fn bury(bench: &mut Bench, home: QueueId, count: usize) {
    let messages = (0..count).map(|number| Message::with_body(format!("{number}"))).collect();
    bench.publish(home, messages);
    for leased in bench.receive(home, u32::try_from(count).expect("few")) {
        bench.settle(leased.token, Settle::Release { delay_ms: 0 }).expect("it is leased");
    }
}

/// The bodies of all messages of a queue, as they are handed out.
fn bodies(bench: &mut Bench, queue: QueueId) -> Vec<String> {
    let leased = bench.receive(queue, 10_000);
    let body = |seq| String::from_utf8_lossy(&bench.content(queue, seq).body).into_owned();
    leased.iter().map(|leased| body(leased.token.seq)).collect()
}

#[test]
fn messages_go_back_to_where_they_were_buried_from_in_order_and_begin_anew() {
    let mut bench = Bench::new();
    let (home, dead) = with_buried(&mut bench, 3);
    assert_eq!(bench.counts(dead), (3, 0, 0));
    bench.now_ms += 4_999;
    start(&mut bench, dead, None, 0);
    go_on(&mut bench);
    assert_eq!((bench.counts(home), bench.counts(dead)), ((3, 0, 0), (0, 0, 0)));
    assert_eq!(progress(&bench, dead), (3, 0, Some(Outcome::Done)));
    assert_eq!(redrives(&bench, dead)[0].to_move, 3);
    assert_eq!(bench.stats(dead).totals.redriven, 3);
    let leased = bench.receive(home, 10);
    let seqs: Vec<_> = leased.iter().map(|leased| leased.token.seq).collect();
    assert_eq!(seqs, [Seq(4), Seq(5), Seq(6)], "each has a place, and so an id, of its own");
    assert!(leased.iter().all(|leased| leased.deliveries == 1), "the counts begin anew");
    for (number, seq) in seqs.into_iter().enumerate() {
        let message = bench.content(home, seq);
        assert_eq!(message.body, number.to_string());
        assert_eq!((message.facts.published_ms, message.facts.origin.as_ref()), (1_005_000, None));
    }
}

#[test]
fn with_a_target_all_messages_go_there_whatever_their_origin() {
    let mut bench = Bench::new();
    let (_, dead) = with_buried(&mut bench, 2);
    bench.publish(dead, vec![Message::with_body("never buried")]);
    let other = bench.create("other", QueueSettings { delay_ms: 60_000, ..QueueSettings::default() });
    start(&mut bench, dead, Some(other), 0);
    go_on(&mut bench);
    assert_eq!(progress(&bench, dead), (3, 0, Some(Outcome::Done)));
    assert_eq!(bodies(&mut bench, other), ["0", "1", "never buried"], "at once: they have waited long enough");
}

#[test]
fn what_cannot_be_moved_stays_and_is_counted_once() {
    let check = |spoil: fn(&mut Bench, QueueId, QueueId), trouble| {
        let mut bench = Bench::new();
        let (home, dead) = with_buried(&mut bench, 2);
        spoil(&mut bench, home, dead);
        start(&mut bench, dead, None, 0);
        go_on(&mut bench);
        let told = &redrives(&bench, dead)[0];
        let (ready, ..) = bench.counts(dead);
        assert_eq!((told.failed, told.trouble), (ready, Some(trouble)), "{trouble:?}");
        assert!(ready > 0 && told.ended.is_some_and(|(outcome, _)| outcome == Outcome::Done), "{told:?}");
    };
    check(
        |bench, _, dead| {
            bench.publish_plain(dead, 3);
        },
        Trouble::NoOrigin,
    );
    check(|bench, home, _| drop(bench.ask(Command::DeleteQueue { queue: home })), Trouble::OriginGone);
    check(
        |bench, home, _| {
            let settings = Box::new(QueueSettings { message_bytes_max: 0, ..QueueSettings::default() });
            let annotations = Default::default();
            bench.ask(Command::UpdateQueue { queue: home, revision: 1, settings, annotations });
        },
        Trouble::TooLarge,
    );
}

#[test]
fn a_message_that_cannot_be_read_stays() {
    let mut bench = Bench::new();
    let (home, dead) = with_buried(&mut bench, 1);
    bench.forget_content(dead, Seq(1));
    start(&mut bench, dead, None, 0);
    go_on(&mut bench);
    assert_eq!(progress(&bench, dead), (0, 1, Some(Outcome::Done)));
    assert_eq!(redrives(&bench, dead)[0].trouble, Some(Trouble::Unreadable));
    assert_eq!((bench.counts(home), bench.counts(dead)), ((0, 0, 0), (1, 0, 0)));
}

#[test]
fn leased_and_delayed_messages_stay_and_later_ones_are_not_its_business() {
    let mut bench = Bench::new();
    let (_, dead) = with_buried(&mut bench, 4);
    let other = bench.create("other", QueueSettings::default());
    let leased = bench.receive(dead, 2);
    bench.settle(leased[1].token, Settle::Release { delay_ms: 60_000 }).expect("it is leased");
    start(&mut bench, dead, Some(other), 0);
    assert_eq!(redrives(&bench, dead)[0].to_move, 2);
    bench.publish_plain(dead, 1);
    go_on(&mut bench);
    assert_eq!(progress(&bench, dead), (2, 0, Some(Outcome::Done)));
    assert_eq!((bench.counts(dead), bodies(&mut bench, other)), ((1, 1, 1), vec!["2".to_owned(), "3".to_owned()]));
    bench.settle(leased[0].token, Settle::Ack).expect("the lease holds");
}

#[test]
fn a_rate_is_kept_to_the_message() {
    let mut bench = Bench::new();
    let (home, dead) = with_buried(&mut bench, 50);
    start(&mut bench, dead, None, 10);
    for tenth in 1..=40 {
        bench.pass_ms(if tenth == 1 { 0 } else { 100 });
        assert_eq!(bench.counts(home).0, tenth);
    }
    bench.pass_ms(1_000);
    assert_eq!(progress(&bench, dead), (50, 0, None), "a short pause is made up for");
}

#[test]
fn a_rate_above_ten_goes_in_batches_and_never_beyond() {
    let mut bench = Bench::new();
    let (home, dead) = with_buried(&mut bench, 1_000);
    start(&mut bench, dead, None, 150);
    for second in 1..=5 {
        bench.pass_ms(1_000);
        assert!((150 * second..=150 * second + 15).contains(&bench.counts(home).0), "{}", bench.counts(home).0);
    }
}

#[test]
fn after_a_long_stop_a_rate_makes_up_for_a_second_and_no_more() {
    let mut bench = Bench::new();
    let (home, dead) = with_buried(&mut bench, 100);
    start(&mut bench, dead, None, 10);
    bench.pass_ms(3_600_000);
    assert!(bench.counts(home).0 <= 12, "{} were moved at once", bench.counts(home).0);
}

#[test]
fn without_a_rate_one_batch_goes_at_a_time() {
    let mut bench = Bench::new();
    let (home, dead) = with_buried(&mut bench, 2 * MOVE_BATCH_COUNT + 1);
    start(&mut bench, dead, None, 0);
    let mut seen = Vec::new();
    for _ in 0..4 {
        bench.pass_ms(1);
        seen.push(bench.counts(home).0);
    }
    let batch = MOVE_BATCH_COUNT as u64;
    assert_eq!(seen, [batch, 2 * batch, 2 * batch + 1, 2 * batch + 1]);
    assert_eq!(progress(&bench, dead).2, Some(Outcome::Done));
}

#[test]
fn a_queue_has_one_redrive_at_a_time_and_none_into_itself() {
    let mut bench = Bench::new();
    let (home, dead) = with_buried(&mut bench, 5);
    let wish = StartRedrive { source: dead, target: None, per_second: NonZeroU32::new(1) };
    let gone = QueueId(77);
    let mut check = |start, error| assert_eq!(ask_to_start(&mut bench, start), Err(error));
    check(StartRedrive { source: gone, ..wish }, NoSuchQueue(gone).into());
    check(StartRedrive { target: Some(gone), ..wish }, StartRedriveError::NoSuchTarget(gone));
    check(StartRedrive { target: Some(dead), ..wish }, StartRedriveError::IntoItself);
    let id = ask_to_start(&mut bench, wish).expect("nothing hinders it").id;
    assert_eq!(ask_to_start(&mut bench, wish), Err(StartRedriveError::Running(id)));
    assert!(ask_to_start(&mut bench, StartRedrive { source: home, ..wish }).is_ok(), "another queue's own");
}

#[test]
fn a_cancelled_redrive_stops_at_once_and_says_how_many_it_moved() {
    let mut bench = Bench::new();
    let (home, dead) = with_buried(&mut bench, 10);
    let id = start(&mut bench, dead, None, 10);
    bench.pass_ms(250);
    let told = cancel(&mut bench, id).expect("it runs").redrive;
    assert_eq!((told.moved, told.ended), (3, Some((Outcome::Cancelled, bench.now_ms))));
    bench.pass_ms(60_000);
    assert_eq!((bench.counts(home), bench.counts(dead)), ((3, 0, 0), (7, 0, 0)));
    assert_eq!(cancel(&mut bench, id), Err(CancelRedriveError::Ended(Outcome::Cancelled)));
    let unknown = RedriveId { number: 9, ..id };
    assert_eq!(cancel(&mut bench, unknown), Err(CancelRedriveError::NoSuchRedrive(unknown)));
    start(&mut bench, dead, None, 0);
    go_on(&mut bench);
    assert_eq!(bench.counts(home), (10, 0, 0), "another goes on where it stopped");
}

#[test]
fn a_batch_that_was_read_for_a_cancelled_redrive_moves_nothing() {
    let mut bench = Bench::new();
    let (home, dead) = with_buried(&mut bench, 2);
    let id = start(&mut bench, dead, None, 1);
    cancel(&mut bench, id).expect("it runs");
    start(&mut bench, dead, None, 1);
    let messages = vec![(Seq(1), Some(bench.content(dead, Seq(1))))];
    bench.ask(Command::Move(Box::new(MoveFetched { id, messages })));
    assert_eq!((bench.counts(home), bench.counts(dead)), ((0, 0, 0), (2, 0, 0)));
}

#[test]
fn what_was_leased_while_its_batch_was_read_stays_with_its_consumer() {
    let mut bench = Bench::new();
    let (home, dead) = with_buried(&mut bench, 2);
    let id = start(&mut bench, dead, None, 1);
    let token = bench.receive(dead, 1)[0].token;
    let messages = [1, 2].map(|seq| (Seq(seq), Some(bench.content(dead, Seq(seq))))).to_vec();
    bench.ask(Command::Move(Box::new(MoveFetched { id, messages })));
    assert_eq!((bench.counts(home), bench.counts(dead)), ((1, 0, 0), (0, 0, 1)));
    assert_eq!(bench.settle(token, Settle::Ack), Ok(()));
}

#[test]
fn the_same_batch_twice_moves_once() {
    let mut bench = Bench::new();
    let (home, dead) = with_buried(&mut bench, 2);
    let id = start(&mut bench, dead, None, 1);
    let content = bench.content(dead, Seq(1));
    for _ in 0..2 {
        let messages = vec![(Seq(1), Some(content.clone()))];
        bench.ask(Command::Move(Box::new(MoveFetched { id, messages })));
    }
    assert_eq!((bench.counts(home), progress(&bench, dead)), ((1, 0, 0), (1, 0, None)));
}

#[test]
fn deleting_the_target_fails_a_redrive_and_deleting_the_source_ends_it() {
    let mut bench = Bench::new();
    let (_, dead) = with_buried(&mut bench, 3);
    let other = bench.create("other", QueueSettings::default());
    start(&mut bench, dead, Some(other), 1);
    bench.pass_ms(0);
    bench.ask(Command::DeleteQueue { queue: other });
    bench.create("other", QueueSettings::default());
    bench.pass_ms(1_000);
    assert_eq!(progress(&bench, dead), (1, 0, Some(Outcome::TargetGone)), "the other one is another queue");
    assert_eq!(redrives(&bench, dead)[0].target.as_ref().map(|target| target.name.as_str()), Some("other"));
    start(&mut bench, dead, None, 1);
    bench.ask(Command::DeleteQueue { queue: dead });
    bench.pass_ms(10_000);
    assert_eq!(bench.machine.state.redrives(dead), Err(NoSuchQueue(dead)));
}

#[test]
fn a_redrive_goes_on_after_a_crash() {
    let mut bench = Bench::new();
    let (home, dead) = with_buried(&mut bench, 10);
    start(&mut bench, dead, None, 10);
    bench.pass_ms(300);
    bench.crash();
    bench.pass_ms(5_000);
    assert_eq!((bench.counts(home), bench.counts(dead)), ((10, 0, 0), (0, 0, 0)));
    assert_eq!(progress(&bench, dead), (10, 0, Some(Outcome::Done)));
    let moves = bench.events.iter().filter(|event| matches!(event, Event::Moved(moved) if !moved.seqs.is_empty()));
    assert_eq!(moves.count(), 10, "one by one");
}

#[test]
fn a_redrive_waits_for_room_and_for_a_log_that_keeps_up() {
    let mut bench = Bench::new();
    let (home, dead) = with_buried(&mut bench, 3);
    bench.machine.disk_full = true;
    start(&mut bench, dead, None, 0);
    bench.pass_ms(500);
    assert_eq!(bench.counts(home), (0, 0, 0));
    (bench.machine.disk_full, bench.machine.crowded) = (false, true);
    bench.pass_ms(5_000);
    assert_eq!(bench.counts(home), (0, 0, 0));
    bench.machine.crowded = false;
    bench.pass_ms(1);
    assert_eq!(bench.counts(home), (3, 0, 0));
}

#[test]
fn moved_messages_reach_those_who_wait_for_them() {
    let mut bench = Bench::new();
    let (home, dead) = with_buried(&mut bench, 1);
    let waiter = bench.wait(home, 1, 20_000);
    start(&mut bench, dead, None, 0);
    bench.pass_ms(1);
    assert!(matches!(bench.served.get(&waiter), Some(Answer::Received(Ok(leased))) if leased.len() == 1));
}

#[test]
fn only_the_newest_that_ended_are_remembered() {
    let mut bench = Bench::new();
    let (_, dead) = with_buried(&mut bench, 0);
    for _ in 0..REDRIVES_KEPT + 5 {
        start(&mut bench, dead, None, 0);
        go_on(&mut bench);
    }
    let told = bench.machine.state.redrives(dead).expect("the queue exists");
    let numbers: Vec<_> = told.iter().map(|info| info.id.number as usize).collect();
    assert_eq!(numbers, (6..=15).rev().collect::<Vec<_>>(), "newest first");
}

#[test]
fn a_claim_on_the_oldest_does_not_hold_up_the_others() {
    let mut bench = Bench::new();
    let (home, dead) = with_buried(&mut bench, 3);
    bench.receive_with(dead, 1, LeaseTerms::Claim);
    start(&mut bench, dead, None, 0);
    bench.crash();
    bench.publish_plain(dead, 1);
    go_on(&mut bench);
    assert_eq!((bench.counts(home), bench.counts(dead)), ((2, 0, 0), (1, 0, 1)));
    assert!(bench.machine.state.queues[&dead].is_live(key(dead).partition, Seq(1)));
}
