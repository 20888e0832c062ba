//! Sending back what failed: previews that move nothing, filters, rates, canaries that stop and that complete, changed copies.

use crate::bench::Server;
use broker::Settle;
use serde_json::{Value, json};
use vocab::{BuryPolicy, CountedBy, Facts, Message, Order, QueueId, QueueSettings};

fn bury(body: &str) -> Settle {
    Settle::Bury { reason: Some(format!("cannot work on {}", body.trim_end_matches(char::is_numeric))) }
}

/// A queue and its dead-letter queue, in which messages with these bodies lie.
async fn with_buried(bodies: &[&str]) -> (Server, QueueId, QueueId) {
    let server = Server::start().await;
    let (orders, grave) = server.create_with_grave().await;
    fill(&server, orders, grave, bodies).await;
    (server, orders, grave)
}

async fn fill(server: &Server, orders: QueueId, grave: QueueId, bodies: &[&str]) {
    server.publish(orders, bodies).await;
    while server.work(orders, 1_000, bury).await > 0 {}
    server.until_ready(grave, bodies.len() as u64).await;
}

async fn ready(server: &Server, queue: QueueId) -> u64 {
    server.broker.stats(queue).await.expect("it exists").ready
}

/// Begins a redrive of `orders-dead`.
async fn start(server: &Server, wish: Value) -> Value {
    let (status, redrive) = server.post("/v1/queues/orders-dead/redrives", &wish).await;
    assert_eq!(status, 201, "{redrive}");
    redrive
}

/// Waits until the redrive is in another state than this.
async fn until_not(server: &Server, redrive: &Value, state: &str) -> Value {
    let path = format!("/v1/redrives/{}", redrive["id"].as_str().expect("a text"));
    loop {
        let told = server.good(&path).await;
        if told["state"] != state {
            return told;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_dry_run_tells_what_would_go_where_and_moves_nothing() {
    let (server, orders, grave) = with_buried(&["a1", "a2", "b1"]).await;
    let wish = json!({ "filter": { "text": "cannot work on a" }, "dry_run": true });
    let (status, preview) = server.post("/v1/queues/orders-dead/redrives", &wish).await;
    assert_eq!((status, &preview["matched"], &preview["by_target"]), (200, &json!(2), &json!({ "orders": 2 })));
    assert_eq!(preview["sample"][0]["body"], "a1");
    assert_eq!((ready(&server, orders).await, ready(&server, grave).await), (0, 3));
    assert_eq!(server.good("/v1/redrives").await["redrives"], json!([]));
}

#[tokio::test]
async fn only_what_the_filter_means_goes_back() {
    let (server, orders, grave) = with_buried(&["a1", "b1", "a2", "b2"]).await;
    let groups = server.good("/v1/queues/orders-dead/failures?text=on%20b").await;
    let redrive = start(&server, json!({ "filter": { "fingerprint": groups["groups"][0]["fingerprint"] } })).await;
    let told = until_not(&server, &redrive, "running").await;
    assert_eq!(
        (&told["state"], &told["to_move"], &told["moved"], &told["kept"]),
        (&json!("done"), &json!(2), &json!(2), &json!(0))
    );
    assert_eq!((ready(&server, orders).await, ready(&server, grave).await), (2, 2));
    let left = server.good("/v1/queues/orders-dead/messages").await;
    assert_eq!((&left["messages"][0]["body"], &left["messages"][1]["body"]), (&json!("a1"), &json!("a2")));
    assert_eq!(server.good("/v1/redrives?queue=orders-dead").await["redrives"][0], told);
}

#[tokio::test]
async fn all_of_a_queue_is_the_engines_to_move() {
    let (server, orders, grave) = with_buried(&["a1", "a2"]).await;
    let redrive = start(&server, json!({})).await;
    assert!(redrive["id"].as_str().is_some_and(|id| id.starts_with('q')), "{redrive}");
    let told = until_not(&server, &redrive, "running").await;
    assert_eq!((&told["state"], &told["moved"]), (&json!("done"), &json!(2)));
    assert_eq!((ready(&server, orders).await, ready(&server, grave).await), (2, 0));
}

#[tokio::test]
async fn a_canary_that_fails_again_stops_and_the_rest_stays() {
    let (server, orders, grave) = with_buried(&["a1", "a2", "a3", "a4"]).await;
    let redrive = start(&server, json!({ "canary": true })).await;
    server.until_ready(orders, 1).await;
    assert_eq!(server.work(orders, 10, bury).await, 1);
    let told = until_not(&server, &redrive, "running").await;
    assert_eq!((&told["state"], &told["stage"], &told["moved"]), (&json!("stopped"), &json!("canary_1"), &json!(1)));
    assert_eq!(told["failed_again"], 1);
    assert!(told["why"].as_str().is_some_and(|why| why.contains("cannot work on a")), "{told}");
    server.until_ready(grave, 4).await;
    assert_eq!(ready(&server, orders).await, 0);
}

#[tokio::test]
async fn a_canary_that_is_well_is_followed_by_ten_and_then_by_the_rest() {
    let names: Vec<_> = (0..20).map(|number| format!("a{number}")).collect();
    let (server, orders, grave) = with_buried(&names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let redrive = start(&server, json!({ "canary": true })).await;
    for stage in [1, 10] {
        server.until_ready(orders, stage).await;
        assert_eq!(server.work(orders, 100, |_| Settle::Ack).await as u64, stage);
    }
    let told = until_not(&server, &redrive, "running").await;
    assert_eq!((&told["state"], &told["stage"], &told["moved"]), (&json!("done"), &json!("rest"), &json!(20)));
    assert_eq!((ready(&server, orders).await, ready(&server, grave).await), (9, 0));
}

#[tokio::test]
async fn without_a_history_nobody_sends_a_canary() {
    let server = Server::start_without_history().await;
    let (orders, grave) = server.create_with_grave().await;
    fill(&server, orders, grave, &["a1"]).await;
    let (status, body) = server.post("/v1/queues/orders-dead/redrives", &json!({ "canary": true })).await;
    assert_eq!((status, &body["error"]["code"]), (409, &json!("conflict")), "{body}");
    assert_eq!(ready(&server, grave).await, 1);
}

#[tokio::test]
async fn a_cancelled_redrive_keeps_what_it_moved_and_a_queue_has_one_at_a_time() {
    let (server, orders, grave) = with_buried(&["a1", "a2", "a3"]).await;
    let redrive = start(&server, json!({ "canary": true })).await;
    server.until_ready(orders, 1).await;
    let wish = json!({ "filter": { "text": "a" } });
    let (status, body) = server.post("/v1/queues/orders-dead/redrives", &wish).await;
    assert_eq!((status, &body["error"]["code"]), (409, &json!("conflict")), "{body}");
    let path = format!("/v1/redrives/{}/cancel", redrive["id"].as_str().expect("a text"));
    let (status, told) = server.post(&path, &Value::Null).await;
    assert_eq!((status, &told["state"], &told["moved"]), (200, &json!("cancelled"), &json!(1)), "{told}");
    assert_eq!((ready(&server, orders).await, ready(&server, grave).await), (1, 2));
    assert_eq!(server.post(&path, &Value::Null).await.0, 409);
}

#[tokio::test]
async fn a_restart_in_the_middle_loses_nothing_and_doubles_nothing() {
    let names: Vec<_> = (0..50).map(|number| format!("a{number}")).collect();
    let (server, orders, grave) = with_buried(&names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let redrive = start(&server, json!({ "filter": { "text": "a" }, "per_second": 100 })).await;
    while ready(&server, orders).await == 0 {
        tokio::task::yield_now().await;
    }
    let server = server.restart().await;
    assert_eq!(ready(&server, orders).await + ready(&server, grave).await, 50);
    let (status, body) = server.get(&format!("/v1/redrives/{}", redrive["id"].as_str().expect("a text"))).await;
    assert_eq!((status, &body["error"]["code"]), (404, &json!("no_such_redrive")), "{body}");
    let again = start(&server, json!({ "filter": { "text": "a" } })).await;
    until_not(&server, &again, "running").await;
    let page = server.good("/v1/queues/orders/messages?limit=200").await;
    let mut bodies: Vec<_> = page["messages"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|seen| seen["body"].as_str().expect("a text"))
        .collect();
    bodies.sort_unstable();
    let mut expected: Vec<_> = names.iter().map(String::as_str).collect();
    expected.sort_unstable();
    assert_eq!(bodies, expected);
}

#[tokio::test]
async fn lanes_keep_their_order() {
    let server = Server::start().await;
    let laned = |bury| QueueSettings { order: Order::Laned, bury, ..QueueSettings::default() };
    let grave = server.create("orders-dead", laned(None)).await;
    let policy = BuryPolicy::into_queue(CountedBy::Failures, 1, "orders-dead");
    let orders = server.create("orders", laned(Some(policy))).await;
    let message = |number: usize| {
        let facts = Facts { lane: Some((number % 3).to_string()), ..Facts::default() };
        Message { facts, ..Message::with_body(number.to_string()) }
    };
    server.broker.publish(orders, (0..600).map(message).collect()).await.expect("the queue takes them");
    while ready(&server, grave).await < 600 {
        server.work(orders, 1_000, bury).await;
    }
    let redrive = start(&server, json!({ "filter": { "reason": "rejected" } })).await;
    assert_eq!(until_not(&server, &redrive, "running").await["moved"], 600);
    let mut last = [None; 3];
    let mut from = json!(0);
    while !from.is_null() {
        let page = server.good(&format!("/v1/queues/orders/messages?limit=200&from={from}")).await;
        for seen in page["messages"].as_array().expect("a list") {
            let number: usize = seen["body"].as_str().and_then(|body| body.parse().ok()).expect("a number");
            let before = last[number % 3].replace(number);
            assert!(before < Some(number), "{number} after {before:?}");
        }
        from = page["next"].clone();
    }
    assert_eq!(last, [Some(597), Some(598), Some(599)]);
}

#[tokio::test]
async fn one_message_goes_back_changed_and_headers_not_named_stay() {
    let (server, _, _) = with_buried(&["a1"]).await;
    let page = server.good("/v1/queues/orders-dead/messages").await;
    let id = page["messages"][0]["id"].as_str().expect("an id");
    let edit = json!({ "edit": { "body": "<b>mended</b>\u{0}", "headers": { "mended": true } } });
    let (status, place) = server.post(&format!("/v1/messages/{id}/redrive"), &edit).await;
    assert_eq!((status, &place["queue"]), (200, &json!("orders")), "{place}");
    let seen = &server.good("/v1/queues/orders/messages").await["messages"][0];
    assert_eq!((&seen["id"], &seen["body"]), (&place["id"], &json!("<b>mended</b>\u{0}")));
    assert_eq!(seen["headers"], json!({ "mended": true }));
    let (status, body) = server.post(&format!("/v1/messages/{id}/redrive"), &json!({})).await;
    assert_eq!((status, &body["error"]["code"]), (404, &json!("no_such_message")), "{body}");
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let (server, _, grave) = with_buried(&["a1"]).await;
    let check = async |wish: Value, status: u16, code: &str| {
        let (got, body) = server.post("/v1/queues/orders-dead/redrives", &wish).await;
        assert_eq!((got, &body["error"]["code"]), (status, &json!(code)), "{wish}: {body}");
    };
    check(json!({ "target": "nowhere" }), 404, "no_such_queue").await;
    check(json!({ "target": "orders-dead" }), 400, "bad_request").await;
    check(json!({ "filter": { "reason": "bored" } }), 400, "bad_request").await;
    check(json!({ "per_second": 0 }), 400, "bad_request").await;
    check(json!({ "canary": true, "canary_wait_ms": 1 }), 400, "bad_request").await;
    check(json!({ "filtre": {} }), 400, "bad_request").await;
    assert_eq!(ready(&server, grave).await, 1);
    for id in ["q9-9", "t1-9"] {
        assert_eq!(server.get(&format!("/v1/redrives/{id}")).await.0, 404, "{id}");
    }
    assert_eq!(server.get("/v1/redrives/nine").await.0, 400);
}
