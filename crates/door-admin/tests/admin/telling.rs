//! One message: what is in it, what happened to it, and why it is not delivered.

use crate::bench::Server;
use broker::{Consumer, LeaseTerms, Manner, Receive, Settle};
use serde_json::{Value, json};
use vocab::{BuryPolicy, ConsumerId, CountedBy, Facts, Message, Order, QueueId, QueueSettings, SubscriptionId};

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

fn sent(queue: QueueId, name: &str) -> Consumer {
    let (peer, user) = ("10.0.0.9:4711".into(), "".into());
    Consumer { queue, name: name.into(), peer, user, connection: 0, manner: Manner::Sent }
}

#[tokio::test]
async fn a_ready_message_is_told_by_what_goes_before_it_and_by_who_asks() {
    let server = Server::start().await;
    let queue = server.create("orders", QueueSettings::default()).await;
    let ids = server.publish(queue, &["first", "second", "third"]).await;
    let told = explain(&server, &ids[2]).await;
    check(&told, "waiting_for_consumer", "2 messages before it");
    assert_eq!((&told["details"]["ahead"], &told["details"]["consumers"]), (&json!(2), &json!(0)));

    let consuming = server.broker.enter_consumer(sent(queue, "worker-3"));
    check(&explain(&server, &ids[2]).await, "waiting_for_consumer", "none of the 1 consumers");
    let (terms, subscription) = (LeaseTerms::Deadline(None), SubscriptionId(0));
    let wish = Receive { queue, subscription, max: 1, wait_ms: Some(0), terms, rank: 0, consumer: consuming.id() };
    assert_eq!(server.broker.receive(wish).await.expect("it exists").len(), 1);
    let told = explain(&server, &ids[2]).await;
    check(&told, "consumer_prefetch_full", "1 consumers of `orders` hold 1 messages");
    assert_eq!(told["details"]["ahead"], 1);
    let told = explain(&server, &ids[0]).await;
    check(&told, "leased", "by `worker-3` (10.0.0.9:4711) for");
    let holder = &told["details"]["holder"];
    assert_eq!((&holder["consumer"], &holder["peer"]), (&json!("worker-3"), &json!("10.0.0.9:4711")));
    let shown = server.good(&format!("/v1/messages/{}", ids[0])).await;
    let delivered = shown["life"].as_array().expect("a list").iter().find(|moment| moment["what"] == "delivered");
    assert_eq!(delivered.map(|moment| &moment["consumer"]), Some(&json!("worker-3")), "{shown}");
}

#[tokio::test]
async fn what_has_no_place_in_a_dead_letter_queue_is_said_to_have_none() {
    let server = Server::start().await;
    let bury = Some(BuryPolicy::into_queue(CountedBy::Failures, 1, "nowhere"));
    let queue = server.create("orders", QueueSettings { bury, ..QueueSettings::default() }).await;
    let ids = server.publish(queue, &["bad"]).await;
    server.work(queue, 1, |_| Settle::Fail { delay_ms: 0, reason: None }).await;
    check(&explain(&server, &ids[0]).await, "no_place_to_bury", "`nowhere` does not exist");
}

#[tokio::test]
async fn how_long_messages_took_is_told_with_their_queue() {
    let server = Server::start().await;
    let queue = server.create("orders", QueueSettings::default()).await;
    let detail = server.good("/v1/queues/orders").await;
    assert_eq!((&detail["wait_ms"]["count"], &detail["wait_ms"]["p50"]), (&json!(0), &Value::Null));
    server.publish(queue, &["a", "b", "c"]).await;
    server.work(queue, 2, |body| if body == "a" { Settle::Ack } else { Settle::Release { delay_ms: 0 } }).await;
    server.work(queue, 2, |_| Settle::Ack).await;
    let detail = server.good("/v1/queues/orders").await;
    assert_eq!((&detail["wait_ms"]["count"], &detail["service_ms"]["count"]), (&json!(3), &json!(3)), "{detail}");
    assert!(detail["wait_ms"]["max"].is_u64() && detail["service_ms"]["p50"].is_u64(), "{detail}");
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
