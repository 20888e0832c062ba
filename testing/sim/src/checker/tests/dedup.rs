//! Repeats: told the first one's id within the window, stored at its end.

use super::tale::{Tale, WORK, id, settings};
use crate::history::{Call, Ending, Labels, Reply, Seen, What};
use broker::MessageState;
use vocab::{DedupPolicy, DedupScope, Durability, Seq};

const WINDOW_MS: u64 = 100;

fn tale(scope: DedupScope) -> Tale {
    Tale::with(settings(|settings| settings.dedup = Some(DedupPolicy { window_ms: WINDOW_MS, scope })))
}

/// A publish under a dedup id in a lane that is answered with the id of `told`.
fn send(tale: &mut Tale, uid: u64, lane: u64, dedup: u64, told: u64) {
    tale.label(uid, Labels { lane: Some(lane), dedup: Some(dedup) });
    tale.ask(tale.sending(&[uid]), Reply::Published(vec![id(told)]));
}

#[test]
fn a_repeat_within_the_window_and_another_message_after_it_are_accepted() {
    let mut tale = tale(DedupScope::Queue);
    send(&mut tale, 1, 0, 7, 1);
    tale.lease(1, 1);
    send(&mut tale, 2, 1, 7, 1);
    tale.wait(WINDOW_MS);
    send(&mut tale, 3, 0, 7, 3);
    tale.census(&[1, 3]);
    tale.is_accepted();
}

#[test]
fn a_repeat_of_a_publish_without_an_answer_is_accepted_whichever_was_stored() {
    for stored in [1, 2] {
        let mut tale = tale(DedupScope::Queue);
        tale.label(1, Labels { lane: None, dedup: Some(7) });
        tale.call(tale.sending(&[1]));
        tale.restart(Ending::Killed);
        tale.label(2, Labels { lane: None, dedup: Some(7) });
        let told = if stored == 1 { id(1) } else { id(2) };
        tale.ask(tale.sending(&[2]), Reply::Published(vec![told]));
        tale.census(&[stored]);
        tale.is_accepted();
    }
}

#[test]
fn ids_of_different_lanes_are_accepted_as_different_where_the_scope_is_the_lane() {
    let mut tale = tale(DedupScope::Lane);
    send(&mut tale, 1, 0, 7, 1);
    send(&mut tale, 2, 1, 7, 2);
    tale.census(&[1, 2]);
    tale.is_accepted();
}

#[test]
fn an_id_that_a_weak_queue_lost_with_its_message_is_accepted_again() {
    let mut tale = Tale::with(settings(|settings| {
        settings.durability = Durability::Never;
        settings.dedup = Some(DedupPolicy { window_ms: 10_000, scope: DedupScope::Queue });
    }));
    send(&mut tale, 1, 0, 7, 1);
    tale.restart(Ending::PowerLost);
    send(&mut tale, 2, 0, 7, 2);
    tale.census(&[2]);
    tale.is_accepted();
}

#[test]
fn dedup_that_stores_a_repeat() {
    let mut tale = tale(DedupScope::Queue);
    send(&mut tale, 1, 0, 7, 1);
    tale.wait(WINDOW_MS - 10);
    send(&mut tale, 2, 0, 7, 2);
    tale.census(&[1, 2]);
    tale.is_rejected_by("dedup", "m2 was stored within 100 ms of m1");
}

#[test]
fn dedup_that_a_crash_forgot() {
    let mut tale = tale(DedupScope::Lane);
    send(&mut tale, 1, 0, 7, 1);
    tale.restart(Ending::PowerLost);
    send(&mut tale, 2, 0, 7, 2);
    tale.census(&[1, 2]);
    tale.is_rejected_by("dedup", "m2 was stored within");
}

#[test]
fn dedup_after_the_windows_end() {
    let mut tale = tale(DedupScope::Queue);
    send(&mut tale, 1, 0, 7, 1);
    tale.lease(1, 1);
    tale.wait(WINDOW_MS);
    send(&mut tale, 2, 0, 7, 1);
    tale.is_rejected_by("dedup", "m2 was called a repeat of m1");
}

#[test]
fn dedup_across_scopes() {
    let mut tale = tale(DedupScope::Lane);
    send(&mut tale, 1, 0, 7, 1);
    tale.lease(1, 1);
    send(&mut tale, 2, 1, 7, 1);
    tale.is_rejected_by("dedup", "does not repeat it");
}

#[test]
fn dedup_that_stores_what_it_called_a_repeat() {
    let mut tale = tale(DedupScope::Queue);
    send(&mut tale, 1, 0, 7, 1);
    send(&mut tale, 2, 0, 7, 1);
    tale.census(&[1, 2]);
    tale.is_rejected_by("dedup", "is there all the same");
}

#[test]
fn loss_of_a_message_that_was_sent_twice() {
    let mut tale = tale(DedupScope::Queue);
    tale.label(1, Labels { lane: None, dedup: Some(7) });
    tale.call(tale.sending(&[1]));
    tale.restart(Ending::Killed);
    tale.label(2, Labels { lane: None, dedup: Some(7) });
    tale.ask(tale.sending(&[2]), Reply::Published(vec![id(1)]));
    tale.census(&[]);
    tale.is_rejected_by("loss", "m2 is lost");
}

#[test]
fn counts_of_repeats_as_published() {
    let mut tale = tale(DedupScope::Queue);
    send(&mut tale, 1, 0, 7, 1);
    tale.lease(1, 1);
    send(&mut tale, 2, 0, 7, 1);
    tale.push(What::CensusBegins { drained: false });
    tale.count(|stats| (stats.totals.published, stats.totals.acked, stats.ready) = (2, 1, 1));
    let seen = Seen { uid: Some(1), seq: Seq(1), state: MessageState::Ready, origin: None };
    tale.ask(Call::Peek(WORK), Reply::Peeked(vec![seen]));
    tale.push(What::CensusEnds);
    tale.is_rejected_by("counts", "2 published; it was 1 to 1");
}

#[test]
fn ghosts_with_another_dedup_id() {
    let mut tale = tale(DedupScope::Queue);
    send(&mut tale, 1, 0, 7, 1);
    tale.label(1, Labels { lane: Some(0), dedup: Some(8) });
    let handed = tale.handed(1, 1);
    tale.ask(tale.receiving(), Reply::Received(vec![handed]));
    tale.is_rejected_by("ghosts", "nobody sent");
}
