//! Looking through a queue: each criterion, pages, bounds, hostile content; and nothing is leased by it.

use crate::bench::Server;
use broker::{LeaseTerms, Receive};
use serde_json::Value;
use vocab::{ConsumerId, Facts, Header, HeaderValue, Message, QueueSettings, SubscriptionId};

fn bodies(page: &Value) -> Vec<&str> {
    let messages = page["messages"].as_array().expect("a list");
    messages.iter().map(|message| message["body"].as_str().expect("a text")).collect()
}

/// A queue with a leased, a ready and a delayed message, in this order.
async fn start() -> Server {
    let server = Server::start().await;
    let queue = server.create("orders", QueueSettings::default()).await;
    let lane = |lane: &str| Facts { lane: Some(lane.to_owned()), ..Facts::default() };
    let tenant = vec![Header { name: "tenant".into(), value: HeaderValue::Number("7".into()) }];
    let later = Facts { due_ms: Some(u64::MAX / 2), ..lane("b") };
    let messages = vec![
        Message { facts: lane("a"), ..Message::with_body("first") },
        Message { facts: lane("b"), headers: tenant, ..Message::with_body("second <b>") },
        Message { facts: later, ..Message::with_body("third") },
    ];
    server.broker.publish(queue, messages).await.expect("the queue takes them");
    let (terms, subscription) = (LeaseTerms::Deadline(None), SubscriptionId(0));
    let wish = Receive { queue, subscription, max: 1, wait_ms: Some(0), terms, rank: 0, consumer: ConsumerId(0) };
    assert_eq!(server.broker.receive(wish).await.expect("it exists").len(), 1);
    server
}

#[tokio::test]
async fn each_criterion_shows_what_it_means() {
    let server = start().await;
    let all = server.good("/v1/queues/orders/messages").await;
    let ids: Vec<_> = (0..3).map(|at| all["messages"][at]["id"].as_str().expect("an id").to_owned()).collect();
    let check = async |query: &str, expected: &[&str]| {
        let page = server.good(&format!("/v1/queues/orders/messages?{query}")).await;
        assert_eq!(bodies(&page), expected, "{query}");
        assert_eq!((&page["complete"], &page["next"]), (&Value::Bool(true), &Value::Null), "{query}");
    };
    check("", &["first", "second <b>", "third"]).await;
    check("state=leased", &["first"]).await;
    check("state=ready", &["second <b>"]).await;
    check("state=delayed", &["third"]).await;
    check("lane=b", &["second <b>", "third"]).await;
    check("lane=b&state=delayed", &["third"]).await;
    check("header=tenant", &["second <b>"]).await;
    check("header=tenant%3D7", &["second <b>"]).await;
    check("header=tenant%3D8", &[]).await;
    check("text=%3Cb%3E", &["second <b>"]).await;
    check("text=nowhere", &[]).await;
    check(&format!("id={}", ids[1]), &["second <b>"]).await;
    check(&format!("id={}&state=leased", ids[1]), &[]).await;
    check("older_than_ms=3600000", &[]).await;
    check("older_than_ms=0", &["first", "second <b>", "third"]).await;
}

#[tokio::test]
async fn a_message_is_shown_with_what_it_waits_for() {
    let server = start().await;
    let page = server.good("/v1/queues/orders/messages").await;
    let messages = page["messages"].as_array().expect("a list");
    let states: Vec<_> = messages.iter().map(|message| message["state"].as_str().expect("a text")).collect();
    assert_eq!(states, ["leased", "ready", "delayed"]);
    let (since_ms, deadline_ms) = (&messages[0]["lease"]["since_ms"], &messages[0]["lease"]["deadline_ms"]);
    assert_eq!(deadline_ms.as_u64().zip(since_ms.as_u64()).map(|(end, start)| end - start), Some(30_000));
    assert_eq!(messages[0]["deliveries"], 1);
    assert_eq!((&messages[1]["headers"]["tenant"], &messages[1]["lane"]), (&Value::from(7), &Value::from("b")));
    assert_eq!(messages[2]["due_ms"], u64::MAX / 2);
}

#[tokio::test]
async fn pages_follow_each_other_and_looking_leases_nothing() {
    let server = Server::start().await;
    let queue = server.create("orders", QueueSettings::default()).await;
    let names: Vec<_> = (0..1_234).map(|number| format!("m{number}")).collect();
    server.publish(queue, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let (mut seen, mut from) = (Vec::new(), Value::from(0));
    while !from.is_null() {
        let page = server.good(&format!("/v1/queues/orders/messages?limit=200&from={from}")).await;
        seen.extend(bodies(&page).into_iter().map(str::to_owned));
        from = page["next"].clone();
    }
    assert_eq!(seen, names);
    let stats = server.broker.stats(queue).await.expect("it exists");
    assert_eq!((stats.ready, stats.leased, stats.totals.delivered), (1_234, 0, 0));
}

#[tokio::test]
async fn one_call_looks_at_a_bounded_number_and_says_where_to_go_on() {
    let server = Server::start().await;
    let queue = server.create("orders", QueueSettings::default()).await;
    for _ in 0..3 {
        let messages = (0..10_000).map(|_| Message::with_body("hay")).collect();
        server.broker.publish(queue, messages).await.expect("the queue takes them");
    }
    server.publish(queue, &["needle"]).await;
    let first = server.good("/v1/queues/orders/messages?text=needle").await;
    assert_eq!((bodies(&first), &first["complete"]), (vec![], &Value::Bool(false)));
    assert!((1..=20_500).contains(&first["scanned"].as_u64().expect("a number")), "{first}");
    let mut page = first;
    while bodies(&page).is_empty() {
        page = server.good(&format!("/v1/queues/orders/messages?text=needle&from={}", page["next"])).await;
    }
    assert_eq!(bodies(&page), ["needle"]);
}

#[tokio::test]
async fn long_bodies_are_cut_and_bytes_are_not_taken_for_text() {
    let server = Server::start().await;
    let queue = server.create("orders", QueueSettings::default()).await;
    let messages = vec![Message::with_body(vec![b'x'; 100_000]), Message::with_body(vec![0, 255])];
    server.broker.publish(queue, messages).await.expect("the queue takes them");
    let page = server.good("/v1/queues/orders/messages").await;
    let (long, raw) = (&page["messages"][0], &page["messages"][1]);
    assert_eq!(long["body"].as_str().map(str::len), Some(64 * 1024));
    assert_eq!((&long["body_bytes"], &long["body_cut"]), (&Value::from(100_000), &Value::Bool(true)));
    assert_eq!((&raw["body_base64"], &raw["body"]), (&Value::from("AP8="), &Value::Null));
    let page = server.good("/v1/queues/orders/messages?body_bytes_max=200000").await;
    assert_eq!(page["messages"][0]["body"].as_str().map(str::len), Some(100_000));
}

#[tokio::test]
async fn what_is_out_of_range_or_unknown_is_refused_by_name() {
    let server = start().await;
    let check = async |path: &str, status: u16, part: &str| {
        let (got, body) = server.get(path).await;
        assert_eq!(got, status, "{path}: {body}");
        assert!(body["error"]["message"].as_str().is_some_and(|message| message.contains(part)), "{path}: {body}");
    };
    check("/v1/queues/orders/messages?limit=0", 400, "limit").await;
    check("/v1/queues/orders/messages?limit=201", 400, "limit").await;
    check("/v1/queues/orders/messages?body_bytes_max=9999999", 400, "body_bytes_max").await;
    check("/v1/queues/orders/messages?id=4711", 400, "id").await;
    check("/v1/queues/orders/messages?state=bored", 400, "bored").await;
    check("/v1/queues/orders/messages?tekst=x", 400, "tekst").await;
    check("/v1/queues/mails/messages", 404, "mails").await;
}
