//! Messages come and go.

use super::bench::Bench;
use serde_json::{Value, json};

async fn bench() -> Bench {
    let bench = Bench::new();
    bench.done("POST", "/v1/queues", r#"{"name":"dead"}"#).await;
    let bury = r#"{"counted_by":"failures","max":2,"dead_letter":"dead"}"#;
    bench.done("POST", "/v1/queues", &format!(r#"{{"name":"orders","settings":{{"bury":{bury}}}}}"#)).await;
    bench
}

async fn receive(bench: &Bench, queue: &str) -> Value {
    bench.done("POST", &format!("/v1/queues/{queue}/receive"), r#"{"wait_ms":10000}"#).await["deliveries"][0].clone()
}

async fn settle(bench: &Bench, delivery: &Value, how: &str) -> Value {
    let body = format!(r#"{{"settlements":[{{"token":{},{how}}}]}}"#, delivery["token"]);
    bench.done("POST", "/v1/settle", &body).await["results"][0].clone()
}

#[tokio::test]
async fn a_message_comes_as_it_was_sent_and_goes_when_it_is_acknowledged() {
    let bench = bench().await;
    let message = json!({
        "body": "zwei Kaffee ☕", "headers": { "n": 12, "t": "x", "b": true, "bytes": { "base64": "AP8=" } },
        "lane": "table-7", "priority": 3,
    });
    let sent = bench.done("POST", "/v1/queues/orders/messages", &message.to_string()).await;
    let delivery = receive(&bench, "orders").await;
    for field in ["body", "headers", "lane", "priority"] {
        assert_eq!(delivery[field], message[field], "{field}");
    }
    assert_eq!((&delivery["id"], &delivery["deliveries"]), (&sent["ids"][0], &json!(1)));
    assert_eq!(settle(&bench, &delivery, r#""how":"ack""#).await, json!({ "ok": true }));
    assert_eq!(settle(&bench, &delivery, r#""how":"ack""#).await["error"]["code"], "no_such_message");
}

#[tokio::test]
async fn a_body_that_is_no_text_is_base64_both_ways() {
    let bench = bench().await;
    bench.done("POST", "/v1/queues/orders/messages", r#"{"body_base64":"AP/+"}"#).await;
    let delivery = receive(&bench, "orders").await;
    assert_eq!((&delivery["body_base64"], &delivery["body_bytes"]), (&json!("AP/+"), &json!(3)));
    assert!(delivery.get("body").is_none());
}

#[tokio::test]
async fn what_fails_too_often_is_set_aside_with_the_consumers_words() {
    let bench = bench().await;
    bench.done("POST", "/v1/queues/orders/messages", r#"{"body":"a"}"#).await;
    for _ in 0..2 {
        let delivery = receive(&bench, "orders").await;
        assert_eq!(settle(&bench, &delivery, r#""how":"fail","reason":"no such <customer>""#).await["ok"], true);
    }
    let delivery = receive(&bench, "dead").await;
    let origin = &delivery["origin"];
    assert_eq!(
        (&origin["queue"], &origin["error"], &origin["failures"]),
        (&json!("orders"), &json!("no such <customer>"), &json!(2))
    );
    assert_eq!((&origin["reason"], &origin["deaths"][0]["queue"]), (&json!("too_many_failures"), &json!("orders")));
}

#[tokio::test]
async fn a_lease_is_extended_and_given_back() {
    let bench = bench().await;
    bench.done("POST", "/v1/queues/orders/messages", r#"{"body":"a"}"#).await;
    let first = receive(&bench, "orders").await;
    let extend = |lease_ms: u64| format!(r#"{{"extensions":[{{"token":{},"lease_ms":{lease_ms}}}]}}"#, first["token"]);
    let extended = bench.done("POST", "/v1/extend", &extend(3_600_000)).await["results"][0].clone();
    assert!(extended["deadline_ms"].as_u64() > first["deadline_ms"].as_u64(), "{extended}");
    assert_eq!(settle(&bench, &first, r#""how":"release""#).await["ok"], true);
    let second = receive(&bench, "orders").await;
    assert_eq!((&second["deliveries"], &second["failures"]), (&json!(2), &json!(0)));
    assert_eq!(settle(&bench, &first, r#""how":"ack""#).await["error"]["code"], "not_leased", "a stale token");
    assert_eq!(bench.done("POST", "/v1/extend", &extend(1)).await["results"][0]["error"]["code"], "not_leased");
}

#[tokio::test]
async fn one_wrong_token_among_right_ones_spoils_none() {
    let bench = bench().await;
    bench.done("POST", "/v1/queues/orders/messages", r#"{"messages":[{"body":"a"},{"body":"b"}]}"#).await;
    let received = bench.done("POST", "/v1/queues/orders/receive", r#"{"max":2}"#).await;
    let ack = |token: &Value| json!({ "token": token, "how": "ack" });
    let deliveries = &received["deliveries"];
    let forged = deliveries[0]["token"].as_str().expect("text").replace(|c: char| c.is_ascii_lowercase(), "x");
    let settlements =
        json!({ "settlements": [ack(&deliveries[0]["token"]), ack(&json!(forged)), ack(&deliveries[1]["token"])] });
    let results = bench.done("POST", "/v1/settle", &settlements.to_string()).await["results"].clone();
    assert_eq!(
        (&results[0]["ok"], &results[1]["error"]["code"], &results[2]["ok"]),
        (&json!(true), &json!("bad_request"), &json!(true))
    );
}

#[tokio::test]
async fn a_receive_whose_caller_hung_up_leaves_nothing_leased() {
    let bench = bench().await;
    let waits = async || bench.done("GET", "/v1/queues/orders", "").await["waiters"].clone();
    {
        let call = bench.call("POST", "/v1/queues/orders/receive", r#"{"wait_ms":60000}"#);
        tokio::pin!(call);
        while waits().await != 1 {
            assert!(futures_util::poll!(call.as_mut()).is_pending());
        }
    }
    while waits().await != 0 {}
    bench.done("POST", "/v1/queues/orders/messages", r#"{"body":"a"}"#).await;
    let delivery = receive(&bench, "orders").await;
    assert_eq!(delivery["deliveries"], 1);
}

#[tokio::test]
async fn a_long_poll_ends_empty_when_the_server_stops() {
    let bench = bench().await;
    let call = bench.call("POST", "/v1/queues/orders/receive", r#"{"wait_ms":60000}"#);
    tokio::pin!(call);
    while bench.done("GET", "/v1/queues/orders", "").await["waiters"] != 1 {
        assert!(futures_util::poll!(call.as_mut()).is_pending());
    }
    bench.broker.stop_waiting();
    assert_eq!(call.await.json["deliveries"], json!([]));
}

#[tokio::test]
async fn too_large_a_message_is_refused() {
    let bench = bench().await;
    bench.done("PATCH", "/v1/queues/orders", r#"{"settings":{"message_bytes_max":3}}"#).await;
    bench.refused("POST", "/v1/queues/orders/messages", r#"{"body":"four"}"#, "too_large").await;
}
