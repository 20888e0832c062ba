//! Sentences, from made-up scenes.

use super::*;
use crate::dead_letters::specimen::id;
use crate::messages::standing::{Crowd, Held};
use broker::{Moment, What};
use vocab::ConsumerId;

const NOW_MS: u64 = (14 * 3600 + 2 * 60 + 10) * 1000;

fn told(standing: Option<&Standing>, life: &Life) -> Explanation {
    let place = |id: MessageId| Place { queue: Some("dead".to_owned()), id: id.to_string() };
    explain(&Scene {
        id: id(1, 5),
        now_ms: NOW_MS,
        is_disk_full: false,
        queue: Some("orders"),
        standing,
        life,
        moved: None,
        holder: Some(&Signature { name: "worker-3".to_owned(), peer: "10.0.0.1:5000".to_owned() }),
        place: &place,
    })
}

fn ended(what: What, reason: Option<&str>) -> Life {
    let moment = Moment {
        at_ms: NOW_MS - 42_000,
        id: id(1, 5),
        what,
        door: None,
        consumer: None,
        reason: reason.map(Into::into),
        to: Some(id(2, 9)),
        attempt: None,
    };
    Life { moments: vec![moment], known_from_ms: Some(0), ..Life::default() }
}

#[test]
fn sentences_name_who_and_until_when() {
    let held = Held {
        id: id(1, 3),
        consumer: ConsumerId::UNKNOWN,
        since_ms: NOW_MS - 42_000,
        deadline_ms: Some(NOW_MS + 8_000),
    };
    let lane = told(Some(&Standing::LaneLeased(held)), &Life::default());
    let by = "is being worked on by `worker-3` (10.0.0.1:5000) for 42 s; its lease ends at 14:02:18 UTC (in 8 s)";
    assert_eq!(lane.text, format!("its lane is held by message {}, which {by}", id(1, 3)));
    let session = Held { deadline_ms: None, ..held };
    let text = told(Some(&Standing::Leased(session)), &Life::default()).text;
    assert!(text.ends_with("its lease lasts as long as the consumer's connection"), "{text}");
    let waits = Standing::LaneWaits { by: id(1, 2), until_ms: Some(NOW_MS + 60_000) };
    let text = told(Some(&waits), &Life::default()).text;
    assert!(text.ends_with("and is delayed until 14:03:10 UTC (in 1 m)"), "{text}");
}

#[test]
fn each_end_has_its_verdict() {
    let check = |what, reason, verdict, part: &str| {
        let explanation = told(None, &ended(what, reason));
        assert_eq!(explanation.verdict, verdict, "{what:?}");
        assert!(explanation.text.contains(part), "{what:?}: {}", explanation.text);
    };
    check(What::Acked, None, Verdict::Acknowledged, "acknowledged at 14:01:28 UTC (42 s ago)");
    check(What::Buried, Some("rejected"), Verdict::Moved, "moved to `dead` as");
    check(What::Redriven, None, Verdict::Moved, "redriven");
    check(What::Expired, None, Verdict::Expired, "expired");
    check(What::Removed, Some("purge"), Verdict::Removed, "removed at 14:01:28 UTC (42 s ago): purge");
    check(What::Dropped, None, Verdict::Removed, "no place");
    check(What::Delivered, None, Verdict::NotKnown, "not known");
}

#[test]
fn what_nobody_asks_for_is_told_by_who_is_there() {
    let check = |full, others, verdict, part: &str| {
        let crowd = Crowd { full, leases: full * 20, others };
        let explanation = told(Some(&Standing::Unasked { ahead: 3, crowd }), &Life::default());
        assert_eq!((explanation.verdict, explanation.details.ahead), (verdict, Some(3)));
        assert_eq!(explanation.details.consumers, Some(full + others));
        assert!(explanation.text.contains(part), "{}", explanation.text);
    };
    check(0, 0, Verdict::WaitingForConsumer, "3 messages before it, and nobody waits");
    check(0, 2, Verdict::WaitingForConsumer, "none of the 2 consumers of `orders`");
    check(1, 2, Verdict::ConsumerPrefetchFull, "hold 20 messages, as many as they may");
}

#[test]
fn what_cannot_be_set_aside_names_the_queue_that_is_missing() {
    let explain = |queue: Option<&str>| {
        told(Some(&Standing::NoPlaceToBury { queue: queue.map(str::to_owned) }), &Life::default())
    };
    assert_eq!(explain(Some("dead")).verdict, Verdict::NoPlaceToBury);
    assert!(explain(Some("dead")).text.contains("`dead` does not exist"));
    assert!(explain(None).text.contains("leads to no queue"));
}

#[test]
fn a_full_disk_is_said_beside_the_reason() {
    let explanation = told(Some(&Standing::Paused), &Life::default()).at_a_full_disk(true);
    assert_eq!((explanation.verdict, explanation.details.disk_full), (Verdict::Paused, Some(true)));
    assert!(explanation.text.contains("paused") && explanation.text.ends_with("deliveries go on"));
}
