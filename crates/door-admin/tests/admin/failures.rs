//! Dead-letter queues, and what failed in groups by kind.

use crate::bench::Server;
use broker::Settle;
use serde_json::{Value, json};
use vocab::{Facts, Message, QueueSettings};

/// What a consumer says of the message with this body.
fn rejected(body: &str) -> Settle {
    let number: u64 = body.parse().expect("bodies are numbers");
    let reason = match number % 3 {
        0 => format!("no stock of item {number} in store {}", number % 7),
        1 => format!("customer {number} is locked"),
        _ => format!("<script>alert({number})</script>\u{0}\u{202e}"),
    };
    Settle::Bury { reason: Some(reason) }
}

async fn with_failures(count: usize) -> Server {
    let server = Server::start().await;
    let (orders, grave) = server.create_with_grave().await;
    let bodies: Vec<_> = (0..count).map(|number| number.to_string()).collect();
    server.publish(orders, &bodies.iter().map(String::as_str).collect::<Vec<_>>()).await;
    while server.work(orders, 1_000, rejected).await > 0 {}
    server.until_ready(grave, count as u64).await;
    server
}

#[tokio::test]
async fn ten_thousand_numbered_errors_fall_into_few_groups_in_one_call() {
    let server = with_failures(9_999).await;
    let failures = server.good("/v1/queues/orders-dead/failures").await;
    let groups = failures["groups"].as_array().expect("a list");
    let mut told: Vec<_> =
        groups.iter().map(|group| (group["error"].as_str().expect("a text"), group["count"].as_u64())).collect();
    told.sort_unstable();
    let script = "<script>alert(…)</script>\u{0}\u{202e}";
    assert_eq!(
        told,
        [(script, Some(3_333)), ("customer … is locked", Some(3_333)), ("no stock of item … in store …", Some(3_333))]
    );
    assert_eq!((&failures["scanned"], &failures["complete"]), (&json!(9_999), &json!(true)));
    for group in groups {
        assert_eq!((&group["reason"], &group["origin"]), (&json!("rejected"), &json!("orders")));
        assert_eq!(group["deliveries_max"], 1);
    }
}

#[tokio::test]
async fn a_group_is_looked_into_by_its_fingerprint() {
    let server = with_failures(30).await;
    let failures = server.good("/v1/queues/orders-dead/failures?text=locked").await;
    let groups = failures["groups"].as_array().expect("a list");
    assert_eq!((groups.len(), &groups[0]["count"]), (1, &json!(10)));
    let (fingerprint, sample) = (groups[0]["fingerprint"].as_str(), groups[0]["sample_id"].as_str());
    let path = format!("/v1/queues/orders-dead/failures?fingerprint={}", fingerprint.expect("a text"));
    assert_eq!(server.good(&path).await["groups"], failures["groups"]);
    let path = format!("/v1/queues/orders-dead/messages?id={}", sample.expect("a text"));
    let message = &server.good(&path).await["messages"][0];
    assert_eq!((&message["origin"]["reason"], &message["origin"]["queue"]), (&json!("rejected"), &json!("orders")));
    assert!(message["origin"]["error"].as_str().is_some_and(|error| error.contains("is locked")), "{message}");
    assert_eq!(message["origin"]["deaths"][0]["count"], 1);
    let by_first_id = format!("/v1/queues/orders-dead/messages?id={}", message["original_id"].as_str().expect("an id"));
    assert_eq!(server.good(&by_first_id).await["messages"][0]["id"], message["id"]);
}

#[tokio::test]
async fn a_filter_that_is_not_understood_is_refused() {
    let server = with_failures(3).await;
    for query in ["reason=bored", "fingerprint=12", "ids=4711", "orgin=orders"] {
        let (status, body) = server.get(&format!("/v1/queues/orders-dead/failures?{query}")).await;
        assert_eq!((status, &body["error"]["code"]), (400, &json!("bad_request")), "{query}: {body}");
    }
}

#[tokio::test]
async fn dead_letter_queues_are_listed_with_their_sources() {
    let server = with_failures(3).await;
    server.create("plain", QueueSettings::default()).await;
    let told = server.good("/v1/dead-letters").await;
    let queues = told["queues"].as_array().expect("a list");
    assert_eq!(queues.len(), 1);
    assert_eq!((&queues[0]["name"], &queues[0]["messages"]), (&json!("orders-dead"), &json!(3)));
    assert_eq!(queues[0]["sources"], json!(["orders"]));
    assert!(queues[0]["oldest_ms"].as_u64() <= queues[0]["newest_ms"].as_u64());
    assert_ne!(queues[0]["newest_ms"], Value::Null);
}

#[tokio::test]
async fn what_is_dropped_was_confirmed_by_its_number() {
    let server = with_failures(30).await;
    let wish = |confirm: u64| json!({ "filter": { "text": "is locked" }, "confirm": confirm });
    let (status, refusal) = server.post("/v1/queues/orders-dead/drop", &wish(9)).await;
    assert_eq!((status, &refusal["error"]["code"]), (409, &json!("conflict")), "{refusal}");
    assert_eq!(server.good("/v1/queues/orders-dead/failures").await["groups"].as_array().map(Vec::len), Some(3));
    let (status, told) = server.post("/v1/queues/orders-dead/drop", &wish(10)).await;
    assert_eq!((status, &told["dropped"]), (200, &json!(10)), "{told}");
    assert_eq!(server.good("/v1/queues/orders-dead/failures").await["groups"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn one_message_is_given_back_set_aside_and_removed_by_hand() {
    let server = Server::start().await;
    let (orders, grave) = server.create_with_grave().await;
    let facts = Facts { due_ms: Some(u64::MAX / 2), ..Facts::default() };
    let later = Message { facts, ..Message::with_body("later") };
    let id = server.broker.publish(orders, vec![later]).await.expect("room")[0];
    let post = |act: &'static str| {
        let (server, path) = (&server, format!("/v1/messages/{id}/{act}"));
        async move { server.post(&path, &json!({})).await.0 }
    };
    assert_eq!(post("release").await, 204);
    server.until_ready(orders, 1).await;
    assert_eq!(post("release").await, 409, "it is ready already");
    assert_eq!(post("bury").await, 204);
    server.until_ready(grave, 1).await;
    assert_eq!(post("bury").await, 404, "it is not there any more");
    let lying = server.good("/v1/queues/orders-dead/messages").await["messages"][0]["id"].clone();
    let path = format!("/v1/messages/{}", lying.as_str().expect("an id"));
    assert_eq!(server.delete(&path).await, 204);
    server.until_ready(grave, 0).await;
    assert_eq!(server.delete(&path).await, 404);
}
