//! What people and scripts are shown.

use super::canned::{Ran, ask};
use serde_json::{Value, json};

/// Runs a command that asks one question, for people and for scripts. The scripts' answer is the server's own.
fn check_shown(arguments: &[&str], question: &str, answer: &Value, rows: &[&str]) {
    let Ran { code, out, err, asked } = ask(&[(question, answer.clone())], &[arguments, &["--json"]].concat());
    assert_eq!((code, asked), (Some(0), vec![question.to_owned()]), "{err}");
    assert_eq!(serde_json::from_str::<Value>(&out).expect("one JSON value"), *answer);
    let people = ask(&[(question, answer.clone())], arguments);
    assert_eq!(people.code, Some(0), "{}", people.err);
    for row in rows {
        assert!(people.rows().iter().any(|shown| shown.contains(row)), "{row:?} is not in\n{}", people.out);
    }
    assert!(!people.out.contains('\u{1b}'), "{:?}", people.out);
}

#[test]
fn a_queue_is_told_in_full() {
    let queue = json!({
        "name": "a/b", "ready": 1204, "delayed": 1, "leased": 2, "waiters": 3, "oldest_ms": null, "paused": false, "order": "laned",
        "dead_letter": "dead", "sources": [], "rates": { "in": 12.5, "out": null, "ack": 0, "fail": 3 },
        "settings": { "lease_ms": 30000 },
    });
    let rows = [
        "messages 1,204 ready, 1 delayed, 2 leased",
        "per second 12.5 in, - out, 0 acked, 3.0 failed",
        "dead letters go to dead",
        "setting lease_ms=30000",
    ];
    check_shown(&["queue", "show", "a/b"], "GET /v1/queues/a%2Fb", &queue, &rows);
}

#[test]
fn queues_are_listed_page_by_page() {
    let queue = |name: String| json!({ "name": name, "ready": 1204, "rates": { "in": 0.5 }, "order": "standard" });
    let page = |from: usize, to: usize| {
        let queues: Vec<Value> = (from..to).map(|n| queue(format!("q{n}"))).collect();
        json!({ "total": 1002, "matched": 1002, "offset": from, "queues": queues })
    };
    let answers = [
        ("GET /v1/queues?sort=ready&order=desc&offset=0&limit=1000", page(0, 1000)),
        ("GET /v1/queues?sort=ready&order=desc&offset=1000&limit=500", page(1000, 1002)),
        ("GET /v1/queues?sort=ready&order=desc&offset=1002&limit=498", page(1002, 1002)),
    ];
    let arguments = ["queue", "list", "--sort", "ready", "--desc", "--limit", "1500"];
    let ran = ask(&answers, &arguments);
    assert_eq!((ran.code, ran.rows().len()), (Some(0), 1003), "{}", ran.err);
    assert_eq!(ran.rows()[0], "QUEUE READY DELAYED LEASED OLDEST IN/s OUT/s FAIL/s NOTES");
    assert_eq!(ran.rows()[1002], "q1001 1,204 0 0 - 0.5 - -");
    let ran = ask(&answers, &[&arguments[..], &["--json"]].concat());
    let listed: Value = serde_json::from_str(&ran.out).expect("one JSON value");
    assert_eq!(listed["queues"].as_array().map(Vec::len), Some(1002));
}

#[test]
fn a_message_its_life_and_why_it_is_not_delivered() {
    let message = json!({ "message": { "id": "m1", "queue": "orders", "state": "ready", "deliveries": 1, "failures": 1,
        "headers": { "kind": "le\u{1b}[2Jmons" }, "body": "40\u{7} crates", "body_bytes": 10, "published_ms": 0 },
        "life": [{ "at_ms": 0, "what": "published", "door": "sqs" }], "life_from_ms": 0 });
    let rows = ["id m1", "header kind=le␛[2Jmons", "40␇ crates", "published through sqs"];
    check_shown(&["message", "show", "m1"], "GET /v1/messages/m1", &message, &rows);
    let explanation = json!({ "verdict": "delayed", "text": "delayed for 42 s", "details": {}, "next": "wait" });
    check_shown(
        &["explain", "m1"],
        "GET /v1/messages/m1/explain",
        &explanation,
        &["delayed: delayed for 42 s", "next: wait"],
    );
}

#[test]
fn who_is_there_page_by_page() {
    let consumer = |id: u64| json!({ "id": id, "name": "", "door": "amqp", "queue": "orders", "peer": "p", "user": "ann", "leases": 5, "connected": true });
    let answers = [
        ("GET /v1/consumers?queue=orders", json!({ "consumers": [consumer(1)], "next": 2, "complete": false })),
        (
            "GET /v1/consumers?queue=orders&from=2",
            json!({ "consumers": [consumer(2)], "next": null, "complete": true }),
        ),
    ];
    let ran = ask(&answers, &["consumers", "orders"]);
    assert_eq!((ran.rows().len(), &ran.rows()[2][..23]), (3, "2 orders amqp p ann 5 -"), "{}{}", ran.out, ran.err);
    let ran = ask(&answers, &["consumers", "orders", "--json"]);
    let all: Value = serde_json::from_str(&ran.out).expect("one JSON value");
    assert_eq!(all["consumers"].as_array().map(Vec::len), Some(2));
    let connections =
        json!({ "connections": [{ "id": 9, "door": "sqs", "peer": "p", "tls": true, "consumers": 1 }], "next": null });
    let ran = ask(&[("GET /v1/connections?door=sqs", connections)], &["connections", "sqs"]);
    assert!(ran.rows()[1].starts_with("9 sqs p - yes 1 0 "), "{}{}", ran.out, ran.err);
}

#[test]
fn who_may_and_who_did() {
    let users =
        json!({ "users": [{ "name": "shop", "keys": ["a"], "permissions": [{ "queues": "*", "may": ["send"] }] }] });
    check_shown(&["users"], "GET /v1/users", &users, &["shop a * send"]);
    let audit =
        json!({ "entries": [{ "at_ms": 0, "user": "ann", "action": "purge", "queue": "orders", "outcome": "ok" }] });
    check_shown(&["audit"], "GET /v1/audit?limit=50", &audit, &["1970-01-01 00:00:00Z ann - purge orders ok"]);
}

#[test]
fn dead_letters_and_their_groups() {
    let queues = json!({ "queues": [{ "name": "dead", "messages": 40, "oldest_ms": null, "newest_ms": null, "sources": ["orders"] }] });
    check_shown(&["dlq", "list"], "GET /v1/dead-letters", &queues, &["dead 40 - - orders"]);
    let redrives =
        json!({ "redrives": [{ "id": "r1", "queue": "dead", "state": "running", "moved": 3, "to_move": 40 }] });
    check_shown(&["dlq", "redrives"], "GET /v1/redrives", &redrives, &["r1 dead their own running 3 40 0"]);
    let group = json!({ "fingerprint": "3fa9", "count": 7, "origin": "orders", "reason": "failures", "error": "no crate …", "sample_id": "m1" });
    let page =
        |next: Value| json!({ "groups": [group.clone()], "scanned": 7, "complete": next.is_null(), "next": next });
    let answers = [
        ("GET /v1/queues/dead/failures?reason=failures", page(json!("p2"))),
        ("GET /v1/queues/dead/failures?reason=failures&from=p2", page(Value::Null)),
    ];
    let ran = ask(&answers, &["dlq", "show", "dead", "--reason", "failures"]);
    assert_eq!(ran.rows()[1], "3fa9 14 - - orders failures no crate … m1", "{}{}", ran.out, ran.err);
    let unreadable = json!({ "groups": [], "scanned": 9, "unreadable": 1, "complete": true, "next": null });
    let ran = ask(&[("GET /v1/queues/dead/failures", unreadable)], &["dlq", "show", "dead"]);
    assert_eq!(ran.rows()[1], "1 message cannot be read: longshore verify says why", "{}{}", ran.out, ran.err);
}

#[test]
fn peeking_goes_on_until_there_is_enough() {
    let message = |id: &str| json!({ "id": id, "state": "ready", "published_ms": 0, "body": "x" });
    let answers = [
        (
            "GET /v1/queues/orders/messages?limit=3&state=ready&text=x",
            json!({ "messages": [message("a")], "scanned": 20_000, "next": 77 }),
        ),
        (
            "GET /v1/queues/orders/messages?limit=2&state=ready&from=77&text=x",
            json!({ "messages": [message("b"), message("c")], "scanned": 9, "next": 90 }),
        ),
    ];
    let arguments = ["peek", "orders", "--limit", "3", "--state", "ready", "--text", "x"];
    let ran = ask(&answers, &arguments);
    assert_eq!((ran.rows().len(), ran.rows()[4].as_str()), (5, "there are more: --from 90"), "{}{}", ran.out, ran.err);
    let ran = ask(&answers, &[&arguments[..], &["--json"]].concat());
    let ids: Vec<Value> =
        ran.out.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")["id"].clone()).collect();
    assert_eq!(ids, ["a", "b", "c"]);
}

#[test]
fn top_over_a_pipe_is_lines() {
    let answers = [
        (
            "GET /v1/overview",
            json!({ "version": "9", "phase": "serving", "queues": 1, "messages": { "ready": 5 }, "store": { "healthy": false } }),
        ),
        ("GET /v1/queues?sort=oldest&order=desc&limit=40", json!({ "queues": [{ "name": "orders", "ready": 5 }] })),
    ];
    let ran = ask(&answers, &["top", "--sort", "oldest", "--times", "2", "--every", "1ms"]);
    assert_eq!(ran.asked.len(), 4);
    assert_eq!(ran.rows().iter().filter(|row| row.starts_with("orders 5 0 0")).count(), 2, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("THE STORE HAS FAILED"), "{}", ran.out);
    let ran = ask(&answers, &["top", "--sort", "oldest", "--times", "2", "--every", "1ms", "--json"]);
    assert_eq!(
        ran.out
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["overview"]["version"].clone())
            .collect::<Vec<_>>(),
        ["9", "9"]
    );
}
