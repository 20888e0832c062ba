//! Long polls: ended by a message, by time, by a stop, by the client's going away.

use crate::bench::{Bench, Response, json_request, read_response, talk};
use std::future::Future;
use std::pin::Pin;
use tokio::io::AsyncWriteExt;

const POLL: &str = r#"{"QueueUrl":"jobs","WaitTimeSeconds":20}"#;

type Waiting = Pin<Box<dyn Future<Output = Option<Response>>>>;

/// A receive on a connection of its own.
fn receive(bench: &Bench, body: &'static str) -> Waiting {
    let (client, door) = bench.connect();
    Box::pin(talk(client, door, async move |client| {
        client.write_all(&json_request("ReceiveMessage", body)).await.expect("the pipe takes it");
        read_response(client).await
    }))
}

/// A long poll.
fn poll(bench: &Bench) -> Waiting {
    receive(bench, POLL)
}

async fn bench() -> Bench {
    let mut bench = Bench::new();
    bench.json("CreateQueue", r#"{"QueueName":"jobs"}"#).await;
    bench
}

async fn count(bench: &mut Bench, attribute: &str) -> String {
    let request = format!(r#"{{"QueueUrl":"jobs","AttributeNames":["{attribute}"]}}"#);
    bench.json("GetQueueAttributes", &request).await.body
}

#[tokio::test]
async fn a_long_poll_is_answered_when_a_message_comes() {
    let mut bench = bench().await;
    let mut waiting = poll(&bench);
    assert!(bench.settle(&mut waiting).await.is_none(), "there is nothing yet");
    bench.json("SendMessage", r#"{"QueueUrl":"jobs","MessageBody":"at last"}"#).await;
    let response = bench.drive(waiting).await.expect("an answer");
    assert!(response.body.contains(r#""Body":"at last""#), "{}", response.body);
}

#[tokio::test]
async fn a_long_poll_is_answered_empty_when_its_time_is_up() {
    let mut bench = bench().await;
    let mut waiting = poll(&bench);
    assert!(bench.settle(&mut waiting).await.is_none());
    bench.pass_ms(19_999).await;
    assert!(bench.settle(&mut waiting).await.is_none(), "its time is not up yet");
    bench.pass_ms(1).await;
    assert_eq!(bench.drive(waiting).await.expect("an answer").body, "{}");
}

#[tokio::test]
async fn the_queues_own_wait_holds_where_the_request_names_none() {
    let mut bench = bench().await;
    bench.json("SetQueueAttributes", r#"{"QueueUrl":"jobs","Attributes":{"ReceiveMessageWaitTimeSeconds":"5"}}"#).await;
    let mut waiting = receive(&bench, r#"{"QueueUrl":"jobs"}"#);
    assert!(bench.settle(&mut waiting).await.is_none());
    bench.pass_ms(5_000).await;
    assert_eq!(bench.drive(waiting).await.expect("an answer").body, "{}");
}

#[tokio::test]
async fn a_stop_answers_long_polls_empty_and_closes_their_connections() {
    let mut bench = bench().await;
    let mut waiting = poll(&bench);
    assert!(bench.settle(&mut waiting).await.is_none());
    bench.trigger.stop();
    bench.broker.stop_waiting();
    let response = bench.drive(waiting).await.expect("an answer");
    assert_eq!((response.status, response.body.as_str()), (200, "{}"));
    assert_eq!(response.header("connection"), Some("close"));
}

#[tokio::test]
async fn a_client_that_goes_away_takes_no_message_with_it() {
    let mut bench = bench().await;
    let mut waiting = poll(&bench);
    assert!(bench.settle(&mut waiting).await.is_none());
    drop(waiting);
    bench.json("SendMessage", r#"{"QueueUrl":"jobs","MessageBody":"still here"}"#).await;
    assert!(count(&mut bench, "ApproximateNumberOfMessages").await.contains(r#":"1""#));
}

#[tokio::test]
async fn a_deleted_queue_ends_its_long_polls_with_the_reason() {
    let mut bench = bench().await;
    let mut waiting = poll(&bench);
    assert!(bench.settle(&mut waiting).await.is_none());
    bench.json("DeleteQueue", r#"{"QueueUrl":"jobs"}"#).await;
    let response = bench.drive(waiting).await.expect("an answer");
    assert_eq!(response.header("x-amzn-query-error"), Some("AWS.SimpleQueueService.NonExistentQueue;Sender"));
}

#[tokio::test]
async fn too_many_messages_in_flight_are_over_the_limit() {
    let mut bench = bench().await;
    let queue = bench.broker.queue("jobs").expect("it was made");
    let mut settings = queue.settings.clone();
    settings.leases_max = Some(1);
    let broker = bench.broker.clone();
    bench
        .drive(broker.update_queue(queue.id, queue.revision, settings, queue.annotations.clone()))
        .await
        .expect("nobody else changes it");
    for body in ["1", "2"] {
        bench.json("SendMessage", &format!(r#"{{"QueueUrl":"jobs","MessageBody":"{body}"}}"#)).await;
    }
    let receive = r#"{"QueueUrl":"jobs"}"#;
    assert!(bench.json("ReceiveMessage", receive).await.body.contains(r#""Body":"1""#));
    let over = bench.json("ReceiveMessage", receive).await;
    assert_eq!((over.status, over.header("x-amzn-query-error")), (403, Some("OverLimit;Sender")));
}
