//! Which messages a filter means.

use super::*;
use crate::dead_letters::specimen::{buried, id};
use vocab::{BuryReason, Header, HeaderValue};

const NOW_MS: u64 = 10_000;

/// One that `orders` buried at 6000 because its consumer said so.
fn specimen() -> Message {
    let header = Header { name: "tenant".into(), value: HeaderValue::Text("7".into()) };
    let reason = BuryReason::Rejected(Some("no stock of item 12".into()));
    Message { headers: vec![header], ..buried("orders", reason, 6_000, "body of <b>12</b>") }
}

fn check(json: &str, expected: bool) {
    let text: FilterText = serde_json::from_str(json).expect("it is a filter");
    let filter = text.read(NOW_MS).expect("it is understood");
    assert_eq!(filter.means(id(9, 40), &specimen()), expected, "{json}");
}

#[test]
fn each_criterion_takes_and_refuses() {
    check("{}", true);
    check(r#"{"origin":"orders"}"#, true);
    check(r#"{"origin":"orders2"}"#, false);
    check(r#"{"reason":"rejected"}"#, true);
    check(r#"{"reason":"expired"}"#, false);
    check(r#"{"text":"<b>12"}"#, true);
    check(r#"{"text":"no stock"}"#, true);
    check(r#"{"text":"no body"}"#, false);
    check(r#"{"header":"tenant"}"#, true);
    check(r#"{"header":"tenant=7"}"#, true);
    check(r#"{"header":"tenant=8"}"#, false);
    check(r#"{"older_than_ms":4000}"#, true);
    check(r#"{"older_than_ms":4001}"#, false);
    check(r#"{"newer_than_ms":4001}"#, true);
    check(r#"{"newer_than_ms":4000}"#, false);
}

#[test]
fn a_message_is_named_by_its_place_or_by_its_first_id() {
    check(&format!(r#"{{"ids":["{}"]}}"#, id(9, 40)), true);
    let first = first_id(id(9, 40), &specimen());
    check(&format!(r#"{{"ids":["{}","{first}"]}}"#, id(9, 41)), true);
    check(&format!(r#"{{"ids":["{}"]}}"#, id(9, 41)), false);
    check(r#"{"ids":[]}"#, false);
}

#[test]
fn a_fingerprint_takes_its_kind() {
    let failure = |reason| Failure::of(&buried("orders", reason, 1, "another body")).fingerprint().to_string();
    let same = failure(BuryReason::Rejected(Some("no stock of item 77".into())));
    check(&format!(r#"{{"fingerprint":"{same}"}}"#), true);
    let other = failure(BuryReason::Rejected(Some("no room for item 12".into())));
    check(&format!(r#"{{"fingerprint":"{other}"}}"#), false);
}

#[test]
fn all_that_is_given_must_hold() {
    check(r#"{"origin":"orders","reason":"rejected","text":"body"}"#, true);
    check(r#"{"origin":"orders","reason":"rejected","text":"nobody"}"#, false);
}

#[test]
fn what_is_not_understood_is_refused() {
    let read = |json| serde_json::from_str::<FilterText>(json).expect("it is a filter").read(NOW_MS).map(|_| ());
    assert_eq!(read(r#"{"reason":"bored"}"#), Err(FilterError::Reason { name: "bored".into() }));
    assert_eq!(read(r#"{"fingerprint":"12"}"#), Err(FilterError::Fingerprint("12".into())));
    assert_eq!(read(r#"{"ids":["x"]}"#), Err(FilterError::Id("x".into())));
    let ids = vec![id(9, 1).to_string(); IDS_MAX + 1];
    let many = FilterText { ids: Some(ids), ..FilterText::default() };
    assert_eq!(many.read(NOW_MS).map(|_| ()), Err(FilterError::TooManyIds(IDS_MAX + 1)));
    assert!(serde_json::from_str::<FilterText>(r#"{"orgin":"orders"}"#).is_err());
}

#[test]
fn only_ids_of_the_queue_itself_tell_places() {
    let places = |ids: &[MessageId]| {
        let ids = Some(ids.iter().map(ToString::to_string).collect());
        FilterText { ids, ..FilterText::default() }.read(NOW_MS).expect("they are ids").places(QueueId(9))
    };
    assert_eq!(places(&[id(9, 5), id(9, 3)]), Some(vec![Seq(3), Seq(5)]));
    assert_eq!(places(&[id(9, 5), id(8, 3)]), None);
    assert_eq!(Filter::default().places(QueueId(9)), None);
}
