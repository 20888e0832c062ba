//! One message: what is in it, what happened to it, and why it is not delivered.

use crate::bench::Server;
use broker::{LeaseTerms, Receive, Settle};
use serde_json::{Value, json};
use vocab::{ConsumerId, Facts, Message, Order, QueueId, QueueSettings, SubscriptionId};

async fn explain(server: &Server, id: &str) -> Value {
    server.good(&format!("/v1/messages/{id}/explain")).await
}

/// Leases one message.
async fn lease(server: &Server, queue: QueueId) {
    let (terms, subscription) = (LeaseTerms::Deadline(None), SubscriptionId(0));
    let wish = Receive { queue, subscription, max: 1, wait_ms: Some(0), terms, rank: 0, consumer: ConsumerId(0) };
    assert_eq!(server.broker.receive(wish).await.expect("it exists").len(), 1);
}

fn check(told: &Value, verdict: &str, part: &str) {
    assert_eq!(told["verdict"], verdict, "{told}");
    assert!(told["text"].as_str().is_some_and(|text| text.contains(part)), "{part:?} is not in {told}");
    assert!(told["next"].as_str().is_some_and(|next| !next.is_empty()), "{told}");
}

#[tokio::test]
async fn what_lives_is_explained_by_where_it_stands() {
    let server = Server::start().await;
    let queue = server.create("orders", QueueSettings::default()).await;
    let ids = server.publish(queue, &["first", "second"]).await;
    check(&explain(&server, &ids[0]).await, "waiting_for_consumer", "nobody waits");
    lease(&server, queue).await;
    let told = explain(&server, &ids[0]).await;
    check(&told, "leased", "its lease ends at");
    assert_eq!(told["details"]["holder"]["id"], ids[0].as_str());
    let later = Facts { due_ms: Some(server.broker.log_ms() + 3_600_000), ..Facts::default() };
    let delayed = Message { facts: later, ..Message::with_body("third") };
    let id = server.broker.publish(queue, vec![delayed]).await.expect("the queue takes it")[0].to_string();
    check(&explain(&server, &id).await, "delayed", "UTC (in ");
    server.broker.set_paused(queue, true).await.expect("it exists");
    check(&explain(&server, &ids[1]).await, "paused", "`orders` is paused");
}

#[tokio::test]
async fn a_held_lane_names_the_message_that_holds_it() {
    let server = Server::start().await;
    let settings = QueueSettings { order: Order::Laned, leases_max: Some(1), ..QueueSettings::default() };
    let queue = server.create("orders", settings).await;
    let message = |lane: &str| {
        let facts = Facts { lane: Some(lane.to_owned()), ..Facts::default() };
        Message { facts, ..Message::with_body("x") }
    };
    let messages = vec![message("a"), message("a"), message("b")];
    let ids = server.broker.publish(queue, messages).await.expect("the queue takes them");
    lease(&server, queue).await;
    let told = explain(&server, &ids[1].to_string()).await;
    check(&told, "lane_held", &ids[0].to_string());
    assert_eq!(told["details"]["holder"]["id"], ids[0].to_string());
    check(&explain(&server, &ids[2].to_string()).await, "too_many_leases", "1 messages of `orders`");
}

#[tokio::test]
async fn what_is_gone_is_explained_by_its_history() {
    let server = Server::start().await;
    let (orders, grave) = server.create_with_grave().await;
    let ids = server.publish(orders, &["good", "bad"]).await;
    let how = |body: &str| match body {
        "good" => Settle::Ack,
        _ => Settle::Bury { reason: Some("<img onerror=x>".to_owned()) },
    };
    server.work(orders, 2, how).await;
    server.until_ready(grave, 1).await;
    check(&explain(&server, &ids[0]).await, "acknowledged", "acknowledged at");
    let told = explain(&server, &ids[1]).await;
    check(&told, "moved", "to `orders-dead`");
    assert_eq!(told["details"]["moved_to"]["queue"], "orders-dead");
    let unknown = ids[0].replace("000000000001", "000000004711");
    check(&explain(&server, &unknown).await, "not_known", "not known");
    let elsewhere = ids[0].replacen("0000000", "0000009", 1);
    check(&explain(&server, &elsewhere).await, "no_such_queue", "does not exist");
}

#[tokio::test]
async fn a_message_is_found_by_the_id_that_its_producer_was_told_with_its_whole_life() {
    let server = Server::start().await;
    let (orders, grave) = server.create_with_grave().await;
    let id = server.publish(orders, &["bad"]).await.remove(0);
    server.work(orders, 1, |_| Settle::Bury { reason: Some("no stock".to_owned()) }).await;
    server.until_ready(grave, 1).await;
    let shown = server.good(&format!("/v1/messages/{id}")).await;
    let (message, life) = (&shown["message"], shown["life"].as_array().expect("a list"));
    assert_eq!((&message["queue"], &message["original_id"]), (&json!("orders-dead"), &json!(id)));
    assert_eq!(message["origin"]["error"], "no stock");
    let steps: Vec<_> = life.iter().map(|moment| moment["what"].as_str().expect("a text")).collect();
    assert_eq!(steps[..3], ["published", "delivered", "rejected"]);
    let buried = life.iter().find(|moment| moment["what"] == "buried").expect("it was");
    assert_eq!(buried["to"], json!({ "queue": "orders-dead", "id": message["id"] }));
    assert_ne!(shown["life_from_ms"], Value::Null);
    let unknown = id.replace("000000000001", "000000004711");
    assert_eq!(server.get(&format!("/v1/messages/{unknown}")).await.0, 404);
}

#[tokio::test]
async fn without_a_history_a_buried_message_is_found_in_its_grave() {
    let server = Server::start_without_history().await;
    let (orders, grave) = server.create_with_grave().await;
    let id = server.publish(orders, &["bad"]).await.remove(0);
    server.work(orders, 1, |_| Settle::Bury { reason: Some("no stock".to_owned()) }).await;
    server.until_ready(grave, 1).await;
    let shown = server.good(&format!("/v1/messages/{id}")).await;
    assert_eq!((&shown["message"]["queue"], &shown["life_from_ms"]), (&json!("orders-dead"), &Value::Null));
    check(&explain(&server, &id).await, "moved", "its consumer rejected it: no stock");
}
