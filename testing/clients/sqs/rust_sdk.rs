//! `aws-sdk-sqs`, unmodified: the journey of a message, errors in their own types, retries left on.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Config, Credentials, Region, SharedHttpClient};
use aws_sdk_sqs::error::SdkError;
use aws_sdk_sqs::operation::get_queue_url::GetQueueUrlError;
use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::{
    DeleteMessageBatchRequestEntry, MessageAttributeValue, MessageSystemAttributeName, QueueAttributeName,
    SendMessageBatchRequestEntry,
};
use clients::Server;

pub(crate) fn client(server: &Server) -> Client {
    client_at(&server.endpoint(), aws_smithy_http_client::Builder::new().build_http())
}

pub(crate) fn client_at(endpoint: &str, http: SharedHttpClient) -> Client {
    let credentials = Credentials::builder().access_key_id("anyone").secret_access_key("anything");
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-central-1"))
        .credentials_provider(credentials.provider_name("test").build())
        .endpoint_url(endpoint)
        .http_client(http);
    Client::from_conf(config.build())
}

pub(crate) async fn queue(sqs: &Client, name: &str) -> String {
    let made = sqs.create_queue().queue_name(name).send().await.expect("a queue is made");
    made.queue_url.expect("it has a URL")
}

fn attribute(kind: &str) -> aws_sdk_sqs::types::builders::MessageAttributeValueBuilder {
    MessageAttributeValue::builder().data_type(kind)
}

#[tokio::test]
async fn a_message_goes_round() {
    let server = Server::start();
    let sqs = client(&server);
    let url = queue(&sqs, "jobs").await;
    let text = attribute("String").string_value("grüße").build().expect("a type is all it needs");
    let bytes = attribute("Binary").binary_value(Blob::new([0, 255])).build().expect("a type is all it needs");
    let sent = sqs.send_message().queue_url(&url).message_body("hello");
    let sent = sent.message_attributes("text", text.clone()).message_attributes("bytes", bytes.clone());
    let sent = sent.send().await.expect("a message is sent");
    assert_eq!(sent.md5_of_message_body(), Some("5d41402abc4b2a76b9719d911017c592"));

    let receive = sqs.receive_message().queue_url(&url).wait_time_seconds(20).message_attribute_names("All");
    let receive = receive.message_system_attribute_names(MessageSystemAttributeName::All);
    let received = receive.send().await.expect("a message is received");
    let [message] = received.messages() else { panic!("one message: {received:?}") };
    assert_eq!(message.body(), Some("hello"));
    assert_eq!(message.message_id(), sent.message_id());
    assert_eq!(message.md5_of_message_attributes(), sent.md5_of_message_attributes());
    let attributes = message.message_attributes().expect("all were asked for");
    assert_eq!((attributes.get("text"), attributes.get("bytes")), (Some(&text), Some(&bytes)));
    let counted = message.attributes().expect("all were asked for");
    assert_eq!(counted[&MessageSystemAttributeName::ApproximateReceiveCount], "1");

    let handle = message.receipt_handle().expect("a received message has one");
    sqs.change_message_visibility()
        .queue_url(&url)
        .receipt_handle(handle)
        .visibility_timeout(60)
        .send()
        .await
        .expect("changed");
    sqs.delete_message().queue_url(&url).receipt_handle(handle).send().await.expect("removed");
    assert_eq!(waiting(&sqs, &url).await, "0");
}

#[tokio::test]
async fn batches_report_each_entry() {
    let server = Server::start();
    let sqs = client(&server);
    let url = queue(&sqs, "jobs").await;
    let entry = |id: &str, delay| {
        let entry = SendMessageBatchRequestEntry::builder().id(id).message_body(id).delay_seconds(delay);
        entry.build().expect("id and body are there")
    };
    let batch = sqs.send_message_batch().queue_url(&url).entries(entry("good", 0)).entries(entry("late", 901));
    let sent = batch.send().await.expect("the batch is taken in part");
    assert_eq!(sent.successful().iter().map(|done| done.id()).collect::<Vec<_>>(), ["good"]);
    let [failed] = sent.failed() else { panic!("one failure: {sent:?}") };
    assert_eq!((failed.id(), failed.code(), failed.sender_fault()), ("late", "InvalidParameterValue", true));

    let received = sqs.receive_message().queue_url(&url).wait_time_seconds(20).send().await.expect("received");
    let handle = received.messages()[0].receipt_handle().expect("a received message has one");
    let entry = DeleteMessageBatchRequestEntry::builder().id("a").receipt_handle(handle).build().expect("complete");
    let removed = sqs.delete_message_batch().queue_url(&url).entries(entry).send().await.expect("removed");
    assert_eq!((removed.successful().len(), removed.failed().len()), (1, 0));
}

#[tokio::test]
async fn errors_arrive_in_their_own_types() {
    let server = Server::start();
    let sqs = client(&server);
    let error = sqs.get_queue_url().queue_name("nobody").send().await.expect_err("there is none");
    let SdkError::ServiceError(refusal) = &error else { panic!("a service's error: {error:?}") };
    assert!(matches!(refusal.err(), GetQueueUrlError::QueueDoesNotExist(_)), "{refusal:?}");

    let url = queue(&sqs, "jobs").await;
    let removal = sqs.delete_message().queue_url(&url).receipt_handle("nonsense").send().await;
    let removal = removal.expect_err("no such handle").into_service_error();
    assert!(removal.is_receipt_handle_is_invalid(), "{removal:?}");
    let empty = sqs.send_message_batch().queue_url(&url).set_entries(Some(vec![])).send().await;
    assert!(empty.expect_err("nothing to send").into_service_error().is_empty_batch_request());
    let conflict = sqs.create_queue().queue_name("jobs").attributes(QueueAttributeName::DelaySeconds, "5").send().await;
    assert!(conflict.expect_err("it differs").into_service_error().is_queue_name_exists());
}

#[tokio::test]
async fn a_client_lives_through_a_crash_of_the_server() {
    let mut server = Server::start();
    let sqs = client(&server);
    let url = queue(&sqs, "jobs").await;
    sqs.send_message().queue_url(&url).message_body("before").send().await.expect("a message is sent");
    server.kill_and_restart();
    let sqs = client(&server);
    let url = sqs.get_queue_url().queue_name("jobs").send().await.expect("it is still there").queue_url.expect("a URL");
    let received = sqs.receive_message().queue_url(&url).wait_time_seconds(20).send().await.expect("received");
    assert_eq!(received.messages()[0].body(), Some("before"));
}

async fn waiting(sqs: &Client, url: &str) -> String {
    let name = QueueAttributeName::ApproximateNumberOfMessages;
    let told = sqs.get_queue_attributes().queue_url(url).attribute_names(name.clone()).send().await.expect("counts");
    told.attributes().expect("what was asked for")[&name].clone()
}

#[tokio::test]
async fn a_fifo_queue_hands_a_group_out_in_order() {
    let server = Server::start();
    let sqs = client(&server);
    let made = sqs.create_queue().queue_name("orders.fifo").attributes(QueueAttributeName::FifoQueue, "true");
    let made = made.attributes(QueueAttributeName::ContentBasedDeduplication, "true").send().await;
    let url = made.expect("a queue is made").queue_url.expect("it has a URL");
    let mut sent = Vec::new();
    for (group, body) in [("a", "one"), ("b", "two"), ("a", "three"), ("a", "one")] {
        let one = sqs.send_message().queue_url(&url).message_group_id(group).message_body(body).send().await;
        sent.push(one.expect("a message is sent"));
    }
    assert_eq!(sent[3].message_id(), sent[0].message_id(), "its body was sent before");
    let receive = || sqs.receive_message().queue_url(&url).max_number_of_messages(1).wait_time_seconds(20);
    for expected in ["one", "two"] {
        let received = receive().send().await.expect("a message is received");
        assert_eq!(received.messages()[0].body(), Some(expected));
    }
    let nothing = receive().wait_time_seconds(0).send().await.expect("an answer comes");
    assert!(nothing.messages().is_empty(), "both groups are held: {nothing:?}");
}
