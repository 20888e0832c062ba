//! The limit on messages in flight, reached for real: the one error that takes 120,000 messages to provoke.

use crate::rust_sdk::{client, queue};
use crate::speak::{Protocol, say, told};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use clients::Server;
use serde_json::json;
use tokio::task::JoinSet;

const IN_FLIGHT_MAX: usize = 120_000;
const BATCH: usize = 10;
const CLIENTS: usize = 16;

#[tokio::test]
async fn one_receive_past_the_limit_is_refused_in_both_protocols() {
    let server = Server::start();
    let sqs = client(&server);
    let url = queue(&sqs, "jobs").await;
    let mut workers = JoinSet::new();
    for _ in 0..CLIENTS {
        workers.spawn(fill(sqs.clone(), url.clone(), IN_FLIGHT_MAX / BATCH / CLIENTS));
    }
    let taken: usize = workers.join_all().await.into_iter().sum();
    assert_eq!(taken, IN_FLIGHT_MAX, "all are in flight");

    sqs.send_message().queue_url(&url).message_body("one too many").send().await.expect("sending goes on");
    for protocol in [Protocol::Json, Protocol::Query] {
        let response = say(server.sqs(), protocol, "ReceiveMessage", &json!({"QueueUrl": url}));
        let error = told(protocol, &response);
        assert_eq!((error.status, error.code.as_str()), (403, "OverLimit"), "{response:?}");
    }
}

/// Sends batches and takes as many messages as it has sent; says how many it holds.
async fn fill(sqs: Client, url: String, batches: usize) -> usize {
    let entry = |id: usize| SendMessageBatchRequestEntry::builder().id(id.to_string()).message_body("x").build();
    let mut taken = 0;
    for _ in 0..batches {
        let entries: Vec<_> = (0..BATCH).map(|id| entry(id).expect("id and body are there")).collect();
        let sent = sqs.send_message_batch().queue_url(&url).set_entries(Some(entries)).send().await.expect("sent");
        assert_eq!(sent.successful().len(), BATCH);
        let mut left = BATCH;
        while left > 0 {
            let receive = sqs.receive_message().queue_url(&url).visibility_timeout(43_200).wait_time_seconds(20);
            let most = i32::try_from(left).expect("a batch is small");
            let received = receive.max_number_of_messages(most).send().await.expect("received").messages().len();
            left -= received;
            taken += received;
        }
    }
    taken
}
