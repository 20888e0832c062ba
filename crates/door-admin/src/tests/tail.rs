//! The end of a queue's log, followed over HTTP.

use super::bench::{Bench, user};
use crate::messages::tail::SHOWN_PER_LOOK;
use axum::body::BodyDataStream;
use door::access::{Access, Users};
use futures_util::StreamExt;
use serde_json::{Value, json};
use vocab::Message;

/// Events as they come.
struct Events {
    body: BodyDataStream,
    waiting: Vec<(String, Value)>,
}

impl Events {
    async fn of(bench: &Bench) -> Self {
        let response = bench.begin("GET", "/v1/queues/orders/tail", "", &[]).await;
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { body: response.into_body().into_data_stream(), waiting: Vec::new() }
    }

    /// The next one; `None` at the end.
    async fn next(&mut self) -> Option<(String, Value)> {
        while self.waiting.is_empty() {
            let chunk = self.body.next().await?.expect("the stream does not break");
            let text = String::from_utf8(chunk.to_vec()).expect("text");
            let events = text.split("\n\n").filter_map(|event| event.strip_prefix("event: ")?.split_once("\ndata: "));
            let read = |(name, data): (&str, &str)| (name.to_owned(), serde_json::from_str(data).expect("JSON"));
            self.waiting = events.map(read).collect();
        }
        Some(self.waiting.remove(0))
    }
}

async fn bench() -> Bench {
    let bench = Bench::new();
    bench.done("POST", "/v1/queues", r#"{"name":"orders"}"#).await;
    bench
}

async fn send(bench: &Bench, bodies: impl IntoIterator<Item = String>) {
    let messages: Vec<Value> = bodies.into_iter().map(|body| json!({ "body": body })).collect();
    bench.done("POST", "/v1/queues/orders/messages", &json!({ "messages": messages }).to_string()).await;
}

#[tokio::test]
async fn what_comes_is_shown_once_and_stays_where_it_is() {
    let bench = bench().await;
    send(&bench, (0..1000).map(|number| format!("before {number}"))).await;
    let mut events = Events::of(&bench).await;
    for body in ["a", "b"] {
        send(&bench, [body.to_owned()]).await;
        let (name, message) = events.next().await.expect("it goes on");
        assert_eq!((name.as_str(), &message["body"], &message["state"]), ("message", &json!(body), &json!("ready")));
        assert_eq!(
            bench.done("GET", &format!("/v1/messages/{}", message["id"].as_str().expect("an id")), "").await["message"],
            message
        );
    }
}

#[tokio::test]
async fn what_is_too_much_is_counted_and_what_comes_then_is_shown() {
    let bench = bench().await;
    let mut events = Events::of(&bench).await;
    send(&bench, (0..1000).map(|number| number.to_string())).await;
    for number in 0..SHOWN_PER_LOOK {
        assert_eq!(events.next().await.expect("it goes on").1["body"], number.to_string());
    }
    assert_eq!(events.next().await, Some(("skipped".to_owned(), json!({ "count": 1000 - SHOWN_PER_LOOK }))));
    send(&bench, ["after".to_owned()]).await;
    let (name, message) = events.next().await.expect("it goes on");
    assert_eq!((name.as_str(), &message["body"]), ("message", &json!("after")));
}

#[tokio::test]
async fn a_stream_ends_with_its_queue_and_with_the_server() {
    let bench = bench().await;
    let mut events = Events::of(&bench).await;
    bench.done("DELETE", "/v1/queues/orders", "").await;
    assert_eq!(events.next().await, Some(("gone".to_owned(), json!({ "name": "orders" }))));
    assert_eq!(events.next().await, None);

    bench.done("POST", "/v1/queues", r#"{"name":"orders"}"#).await;
    let mut events = Events::of(&bench).await;
    bench.stop();
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn a_stream_ends_when_the_users_are_replaced() {
    let access = Access::anonymous();
    let bench = Bench::with(access.clone());
    bench.done("POST", "/v1/queues", r#"{"name":"orders"}"#).await;
    let mut events = Events::of(&bench).await;
    access.replace(Users::new([user("shop", &[])]).expect("one user"));
    let queue = bench.broker.queue("orders").expect("it was made").id;
    bench.broker.publish(queue, vec![Message::with_body("hush")]).await.expect("it is taken");
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn no_more_streams_are_open_than_there_may_be() {
    let bench = bench().await;
    let mut open = Vec::new();
    let refused = loop {
        let response = bench.begin("GET", "/v1/queues/orders/tail", "", &[]).await;
        if response.status() != 200 {
            break response;
        }
        open.push(response);
    };
    assert_eq!((refused.status().as_u16(), open.len()), (503, 64));
    open.pop();
    assert_eq!(bench.begin("GET", "/v1/queues/orders/tail", "", &[]).await.status(), 200);
}
