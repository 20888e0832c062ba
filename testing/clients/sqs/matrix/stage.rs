//! One cell's own queue on a server, and the few steps that bring it to where an error can happen.

use crate::speak::{Protocol, say};
use clients::Server;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};

/// A server, and a queue of it that nobody else uses.
pub(super) struct Stage<'a> {
    server: &'a Server,
    queue: String,
}

impl<'a> Stage<'a> {
    /// Makes the queue.
    pub(super) fn on(server: &'a Server) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let queue = format!("jobs-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let stage = Self { server, queue };
        stage.must("CreateQueue", &json!({"QueueName": stage.queue()}));
        stage
    }

    /// The queue's name.
    pub(super) fn queue(&self) -> &str {
        &self.queue
    }

    /// The queue's URL.
    pub(super) fn url(&self) -> String {
        self.server.queue_url(&self.queue)
    }

    /// Where the server listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.server.sqs()
    }

    /// Does one step, which must succeed.
    pub(super) fn must(&self, action: &str, request: &Value) -> Value {
        let response = say(self.address(), Protocol::Json, action, request);
        assert_eq!(response.status, 200, "{action} prepares a cell: {response:?}");
        if response.body.is_empty() { Value::Null } else { response.json() }
    }

    /// The ARN of the queue, which another queue sends its failures to from here on.
    pub(super) fn dead_letter_arn(&self) -> String {
        let arn = format!("arn:aws:sqs:us-east-1:000000000000:{}", self.queue);
        let policy = json!({"deadLetterTargetArn": arn, "maxReceiveCount": 1}).to_string();
        let name = format!("{}-source", self.queue);
        self.must("CreateQueue", &json!({"QueueName": name, "Attributes": {"RedrivePolicy": policy}}));
        arn
    }

    /// The handle of a task that has half a minute's work before it.
    pub(super) fn running_task(&self) -> String {
        let arn = self.dead_letter_arn();
        for _ in 0..3 {
            let entries: Vec<_> = (0..10).map(|id| json!({"Id": id.to_string(), "MessageBody": "x"})).collect();
            self.must("SendMessageBatch", &json!({"QueueUrl": self.url(), "Entries": entries}));
        }
        let request = json!({
            "SourceArn": arn,
            "DestinationArn": format!("{arn}-source"),
            "MaxNumberOfMessagesPerSecond": 1,
        });
        let started = self.must("StartMessageMoveTask", &request);
        started["TaskHandle"].as_str().expect("a started task has a handle").to_owned()
    }

    /// The receipt handle of a message that is in flight.
    pub(super) fn handle(&self) -> String {
        self.must("SendMessage", &json!({"QueueUrl": self.url(), "MessageBody": "x"}));
        let received = self.must("ReceiveMessage", &json!({"QueueUrl": self.url(), "WaitTimeSeconds": 20}));
        received["Messages"][0]["ReceiptHandle"].as_str().expect("the message that was sent").to_owned()
    }
}
