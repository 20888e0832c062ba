//! Who takes messages, as callers may see it.

use super::bench::{Bench, guarded, secret, user};
use broker::{Consumer, Consuming, LeaseTerms, Manner, Receive};
use door::access::Permission;
use serde_json::{Value, json};
use vocab::{Message, QueueId, QueueSettings, SubscriptionId};

async fn make(bench: &Bench, name: &str) -> QueueId {
    bench.broker.create_queue(name, QueueSettings::default(), Default::default()).await.expect("it is made").id
}

fn enter(bench: &Bench, queue: QueueId, name: &str) -> Consuming {
    let (peer, user) = ("10.0.0.1:5".into(), "bo".into());
    let manner = Manner::Sent;
    bench.broker.enter_consumer(Consumer { queue, name: name.into(), peer, user, connection: 7, manner })
}

async fn give_one(bench: &Bench, queue: QueueId, to: &Consuming) {
    bench.broker.publish(queue, vec![Message::with_body("x")]).await.expect("it is published");
    let terms = LeaseTerms::Deadline(Some(60_000));
    let (subscription, consumer) = (SubscriptionId(0), to.id());
    let wish = Receive { queue, subscription, max: 1, wait_ms: Some(0), terms, rank: 0, consumer };
    assert_eq!(bench.broker.receive(wish).await.expect("it is received").len(), 1);
    to.delivered();
}

fn names(page: &Value) -> Vec<&str> {
    page["consumers"].as_array().expect("a list").iter().filter_map(|one| one["name"].as_str()).collect()
}

#[tokio::test]
async fn a_consumer_is_shown_with_what_it_holds_until_it_left_and_holds_nothing() {
    let bench = Bench::new();
    let queue = make(&bench, "orders").await;
    let (busy, idle) = (enter(&bench, queue, "busy"), enter(&bench, queue, "idle"));
    give_one(&bench, queue, &busy).await;
    let page = bench.done("GET", "/v1/consumers?queue=orders", "").await;
    assert_eq!(names(&page), ["busy", "idle"]);
    let shown = &page["consumers"][0];
    assert_eq!((&shown["leases"], &shown["peer"], &shown["user"]), (&json!(1), &json!("10.0.0.1:5"), &json!("bo")));
    assert!(shown["oldest_lease_ms"].is_u64() && shown["last_delivery_ms"].is_u64(), "{shown}");
    assert_eq!(page["consumers"][1]["oldest_lease_ms"], Value::Null);
    assert_eq!(bench.done("GET", "/v1/overview", "").await["consumers"], 2);
    assert_eq!(names(&bench.done("GET", "/v1/queues/orders", "").await), ["busy", "idle"]);

    drop((busy, idle));
    let page = bench.done("GET", "/v1/consumers", "").await;
    assert_eq!(names(&page), ["busy"], "what it holds is held");
    assert_eq!(page["consumers"][0]["connected"], false);
    assert_eq!(bench.done("GET", "/v1/overview", "").await["consumers"], 0);
    bench.done("POST", "/v1/queues/orders/purge", r#"{"what":"all"}"#).await;
    assert!(names(&bench.done("GET", "/v1/consumers", "").await).is_empty());
}

#[tokio::test]
async fn consumers_are_shown_a_page_at_a_time() {
    let bench = Bench::new();
    let queue = make(&bench, "orders").await;
    let _there: Vec<_> = ["a", "b", "c"].map(|name| enter(&bench, queue, name)).into();
    let first = bench.done("GET", "/v1/consumers?limit=2", "").await;
    assert_eq!(names(&first), ["a", "b"]);
    let rest = bench.done("GET", &format!("/v1/consumers?limit=2&from={}", first["next"]), "").await;
    assert_eq!((names(&rest), &rest["next"]), (vec!["c"], &Value::Null));
    bench.refused("GET", "/v1/consumers?limit=0", "", "bad_request").await;
    bench.refused("GET", "/v1/consumers?queue=nothing", "", "no_such_queue").await;
}

#[tokio::test]
async fn a_receive_over_http_is_listed_under_the_name_that_it_gives() {
    let bench = Bench::new();
    make(&bench, "orders").await;
    bench.done("POST", "/v1/queues/orders/messages", r#"{"body":"x"}"#).await;
    let received = bench.done("POST", "/v1/queues/orders/receive", r#"{"consumer":"worker-3"}"#).await;
    let page = bench.done("GET", "/v1/consumers", "").await;
    assert_eq!((names(&page), &page["consumers"][0]["leases"]), (vec!["worker-3"], &json!(1)));
    let id = received["deliveries"][0]["id"].as_str().expect("an id");
    let shown = bench.done("GET", &format!("/v1/messages/{id}"), "").await;
    assert_eq!(shown["message"]["lease"]["consumer"], "worker-3");
}

#[tokio::test]
async fn nobody_learns_of_consumers_of_queues_that_are_not_theirs() {
    let bench = Bench::with(guarded([user("shop", &[("orders", &[Permission::Send])])]));
    let (orders, invoices) = (make(&bench, "orders").await, make(&bench, "invoices").await);
    let _there = (enter(&bench, orders, "mine"), enter(&bench, invoices, "not mine"));
    let bearer = format!("Bearer {}", secret("shop"));
    let call = async |path: &str| bench.call_with("GET", path, "", &[("authorization", &bearer)]).await.json;
    assert_eq!(names(&call("/v1/consumers").await), ["mine"]);
    assert_eq!(call("/v1/consumers?queue=invoices").await["error"]["code"], "forbidden");
    assert_eq!(call("/v1/connections").await["error"]["code"], "forbidden");
    assert_eq!(call("/v1/overview").await["consumers"], 1);
}
