//! One trace over two doors: lapin publishes in a context, boto3 receives and deletes; and the other way round.

use crate::collector::{Collector, attribute};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_sqs::types::{MessageSystemAttributeNameForSends, MessageSystemAttributeValue};
use clients::Server;
use clients::python::{finish, python};
use lapin::options::{
    BasicAckOptions, BasicGetOptions, BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use std::path::Path;
use std::process::Command;

const TRACE: &str = "5759e988bd862e3fe1be46a994272793";
const SENDER: &str = "53995c3f42cd8ad8";
const W3C: &str = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01";
const AWS: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn server(collector: &Collector) -> Server {
    let headers = ["--otlp-headers", "x-team=shop"];
    let arguments = ["--amqp", "127.0.0.1:0", "--trace-ratio", "0", "--otlp-endpoint", collector.url()];
    Server::start_with(&[&arguments[..], &headers].concat())
}

async fn channel(server: &Server) -> (Connection, Channel) {
    let connection = Connection::connect(&server.amqp_url(), ConnectionProperties::default()).await;
    let connection = connection.expect("a connection");
    let channel = connection.create_channel().await.expect("a channel");
    channel.confirm_select(ConfirmSelectOptions::default()).await.expect("confirms are on");
    let options = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
    channel.queue_declare("orders".into(), options, FieldTable::default()).await.expect("a queue is declared");
    (connection, channel)
}

async fn publish(channel: &Channel, traceparent: Option<&str>) {
    let mut headers = FieldTable::default();
    if let Some(traceparent) = traceparent {
        headers.insert("traceparent".into(), AMQPValue::LongString(traceparent.into()));
        headers.insert("tracestate".into(), AMQPValue::LongString("vendor=1".into()));
    }
    let properties = BasicProperties::default().with_headers(headers);
    let options = BasicPublishOptions::default();
    let publish = channel.basic_publish("".into(), "orders".into(), options, b"coffee", properties);
    publish.await.expect("it is sent").await.expect("it is confirmed");
}

/// A publish, a wait and work in this order, each in the one before, the first in its sender's span.
fn check_chain(spans: &[Span], names: [&str; 3], doors: [&str; 2]) {
    let [publish, wait, work] = spans else { panic!("{spans:#?}") };
    assert_eq!([publish, wait, work].map(|span| span.name.as_str()), names);
    assert_eq!([publish, wait, work].map(|span| hex(&span.trace_id)), [TRACE; 3]);
    let parents = [publish, wait, work].map(|span| hex(&span.parent_span_id));
    assert_eq!(parents, [SENDER.to_owned(), hex(&publish.span_id), hex(&wait.span_id)]);
    let kinds = [SpanKind::Server, SpanKind::Internal, SpanKind::Consumer].map(|kind| kind as i32);
    assert_eq!([publish, wait, work].map(|span| span.kind), kinds);
    assert_eq!([publish, work].map(|span| attribute(span, "longshore.door").expect("a door")), doors);
    assert_eq!(attribute(work, "longshore.outcome").as_deref(), Some("acked"));
    assert_eq!(attribute(work, "longshore.deliveries").as_deref(), Some("1"));
    for span in spans {
        assert!(span.start_time_unix_nano <= span.end_time_unix_nano && span.status.is_none(), "{span:?}");
        assert_eq!(attribute(span, "messaging.destination.name").as_deref(), Some("orders"));
        assert_eq!(attribute(span, "messaging.message.id"), attribute(publish, "messaging.message.id"));
    }
    assert!(
        publish.end_time_unix_nano <= work.start_time_unix_nano && wait.end_time_unix_nano <= work.start_time_unix_nano
    );
}

/// What boto3 sees of the one message in the queue, which it deletes.
fn work(python: &Path, server: &Server) -> serde_json::Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("traces/python/work.py");
    let output = finish(Command::new(python).arg(script).args([&server.endpoint(), "orders"]));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[tokio::test]
async fn what_lapin_publishes_in_a_trace_boto3_works_in_the_same_trace() {
    let Some(python) = python() else { return };
    let collector = Collector::start(200);
    let server = server(&collector);
    let (_connection, channel) = channel(&server).await;
    publish(&channel, None).await;
    work(&python, &server);
    publish(&channel, Some(W3C)).await;
    let seen = work(&python, &server);
    assert_eq!(seen["trace"], AWS);
    assert_eq!(seen["attributes"], serde_json::json!({"traceparent": W3C, "tracestate": "vendor=1"}));
    let spans = collector.spans(3);
    check_chain(&spans, ["publish orders", "wait orders", "process orders"], ["amqp", "sqs"]);
    assert!(spans.iter().all(|span| span.trace_state == "vendor=1"));
    collector.look(|taken| {
        assert_eq!((taken.resource["service.name"].as_str(), taken.spans.len()), ("longshore", 3));
        assert!(taken.head.starts_with("post /v1/traces http/1.1\r\n") && taken.head.contains("x-team: shop"));
        assert!(taken.head.contains("content-type: application/x-protobuf"), "{}", taken.head);
    });
}

#[tokio::test]
async fn what_sqs_sends_with_a_trace_header_amqp_gets_in_the_same_trace() {
    let collector = Collector::start(200);
    let server = server(&collector);
    let (_connection, channel) = channel(&server).await;
    let credentials = Credentials::builder().access_key_id("anyone").secret_access_key("anything");
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-central-1"))
        .credentials_provider(credentials.provider_name("test").build())
        .endpoint_url(server.endpoint())
        .http_client(aws_smithy_http_client::Builder::new().build_http());
    let trace = MessageSystemAttributeValue::builder().data_type("String").string_value(AWS).build();
    let send = Client::from_conf(config.build()).send_message().queue_url(server.queue_url("orders"));
    let name = MessageSystemAttributeNameForSends::AwsTraceHeader;
    let send = send.message_body("coffee").message_system_attributes(name, trace.expect("it has a type"));
    send.send().await.expect("it is sent");
    let got = channel.basic_get("orders".into(), BasicGetOptions::default()).await.expect("an answer");
    let got = got.expect("it is there");
    let headers = got.properties.headers().as_ref().expect("it has some").inner();
    assert_eq!(headers.get("traceparent"), Some(&AMQPValue::LongString(W3C.into())));
    got.ack(BasicAckOptions::default()).await.expect("it is acknowledged");
    check_chain(&collector.spans(3), ["publish orders", "wait orders", "process orders"], ["sqs", "amqp"]);
}
