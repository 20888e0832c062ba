//! One message's life, told from the beginning to the end, over all ids it had.

use crate::store::{Store, id, key, steps};
use history::{Ending, EnteredConsumer, Lack, Passage, Remover, What};
use vocab::{ConsumerId, DeathReason, DoorCode, Position, Seq};

const BYTES: u64 = 1 << 20;

#[test]
fn a_life_names_door_consumer_reason_and_attempt() {
    let mut store = Store::new(BYTES);
    store.history.enter_door(DoorCode(1), "front");
    let consumer = EnteredConsumer { id: ConsumerId(9), door: DoorCode(1), name: "w1", peer: "10.0.0.1:5", user: "bo" };
    store.history.enter_consumer(consumer);
    store.publish(10, 1, 5, 3);
    store.deliver(11, 1, 6, 9);
    store.end(12, 1, 6, Ending::Failed, "no coffee");
    store.deliver(13, 1, 6, 9);
    store.end(14, 1, 6, Ending::Acked, "");
    let life = store.life(1, 6);
    let expected = [(10, What::Published), (11, What::Delivered), (12, What::Failed), (13, What::Delivered)];
    assert_eq!(steps(&life)[..4], expected);
    assert_eq!(life.moments[0].door.as_deref(), Some("front"));
    let failed = &life.moments[2];
    let holder = failed.consumer.as_ref().expect("it is known who had it");
    assert_eq!((&*holder.name, &*holder.peer, &*holder.user, &*holder.door), ("w1", "10.0.0.1:5", "bo", "front"));
    assert_eq!((failed.reason.as_deref(), failed.attempt), (Some("no coffee"), Some(1)));
    assert_eq!((life.moments[4].what, life.moments[4].attempt), (What::Acked, Some(2)));
    assert_eq!((life.known_from_ms, &life.gaps[..]), (Some(1), &[][..]));
    assert_eq!(steps(&store.life(1, 4)), []);
}

#[test]
fn burials_and_redrives_join_lives_in_both_directions() {
    let mut store = Store::new(BYTES);
    store.publish(10, 1, 1, 4);
    store.commit(20, |recording| {
        recording.published(key(2), Seq(100), 3, DoorCode(0));
        recording.became(key(1), Passage::Buried(DeathReason::Limit), Seq(2), 3, id(2, 100));
    });
    store.commit(30, |recording| {
        recording.published(key(1), Seq(50), 1, DoorCode(0));
        recording.became(key(2), Passage::Redriven, Seq(101), 1, id(1, 50));
    });
    store.end(40, 1, 50, Ending::Acked, "");
    let whole = [
        (10, What::Published),
        (20, What::Published),
        (20, What::Buried),
        (30, What::Published),
        (30, What::Redriven),
        (40, What::Acked),
    ];
    for (queue, seq) in [(1, 3), (2, 101), (1, 50)] {
        let life = store.life(queue, seq);
        assert_eq!(steps(&life), whole, "from {queue}/{seq}");
        assert_eq!(life.moments[2].to, Some(id(2, 101)));
        assert_eq!(life.moments[4].to, Some(id(1, 50)));
    }
    assert_eq!(steps(&store.life(1, 1)), [(10, What::Published)]);
}

#[test]
fn of_a_message_in_two_dead_letter_queues_each_copy_has_its_own_end() {
    let mut store = Store::new(BYTES);
    store.publish(10, 1, 1, 1);
    store.commit(20, |recording| {
        for target in [2, 3] {
            recording.published(key(target), Seq(1), 1, DoorCode(0));
            recording.became(key(1), Passage::Buried(DeathReason::Rejected), Seq(1), 1, id(target, 1));
        }
    });
    store.end(30, 2, 1, Ending::Acked, "");
    store.end(40, 3, 1, Ending::Removed(Remover::Purge), "");
    assert_eq!(steps(&store.life(2, 1)).last(), Some(&(30, What::Acked)));
    assert_eq!(steps(&store.life(3, 1)).last(), Some(&(40, What::Removed)));
    let original = store.life(1, 1);
    assert_eq!(original.moments.iter().filter(|moment| moment.what.is_end()).count(), 4);
}

#[test]
fn a_queues_end_ends_what_was_left_in_it() {
    let mut store = Store::new(BYTES);
    store.publish(10, 1, 1, 2);
    store.end(11, 1, 1, Ending::Dropped(Lack::QueueTooLong), "");
    store.commit(12, |recording| recording.queue_deleted(key(1)));
    assert_eq!(steps(&store.life(1, 1)), [(10, What::Published), (11, What::Dropped)]);
    assert_eq!(steps(&store.life(1, 2)), [(10, What::Published), (12, What::Removed)]);
}

#[test]
fn a_delivery_after_a_restart_says_that_the_lease_before_ended_with_it() {
    let mut store = Store::new(BYTES);
    store.publish(10, 1, 1, 1);
    store.deliver(11, 1, 1, 0);
    assert_eq!(steps(&store.life(1, 1)).len(), 2);
    let mut store = store.kill();
    store.deliver(30, 1, 1, 0);
    let life = store.life(1, 1);
    let expected = [(10, What::Published), (11, What::Delivered), (30, What::Released), (30, What::Delivered)];
    assert_eq!(steps(&life), expected);
    assert_eq!(life.gaps.iter().map(|gap| gap.entries).collect::<Vec<_>>(), [None]);
}

#[test]
fn what_is_not_durable_is_not_told() {
    let store = Store::new(BYTES);
    store.history.record(Position(u64::MAX), 10).published(key(1), Seq(1), 1, DoorCode(0));
    assert_eq!(steps(&store.life(1, 1)), []);
    store.history.advance(Position(u64::MAX));
    assert_eq!(steps(&store.life(1, 1)), [(10, What::Published)]);
}

#[test]
fn a_message_that_never_rests_keeps_its_newest_moments() {
    let mut store = Store::new(BYTES);
    store.publish(1, 1, 1, 1);
    for at_ms in 2..3002 {
        store.end(at_ms, 1, 1, Ending::Released, "");
    }
    let life = store.life(1, 1);
    assert_eq!((life.moments.len(), life.omitted), (1000, 2001));
    assert_eq!(steps(&life).last(), Some(&(3001, What::Released)));
}
