//! One queue behind two doors: lapin and `aws-sdk-sqs`, both unmodified, on the same messages. The rows of `docs/doors/crossing.md`.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::{Message, MessageAttributeValue, MessageSystemAttributeName, QueueAttributeName};
use clients::Server;
use futures_util::StreamExt;
use lapin::message::BasicGetMessage;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicGetOptions, BasicNackOptions, BasicPublishOptions, ConfirmSelectOptions,
    QueueDeclareOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};

struct Doors {
    server: Server,
    sqs: Client,
    channel: Channel,
    _connection: Connection,
}

async fn doors() -> Doors {
    let server = Server::start_with(&["--amqp", "127.0.0.1:0"]);
    let credentials = Credentials::builder().access_key_id("anyone").secret_access_key("anything");
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-central-1"))
        .credentials_provider(credentials.provider_name("test").build())
        .endpoint_url(server.endpoint())
        .http_client(aws_smithy_http_client::Builder::new().build_http());
    let sqs = Client::from_conf(config.build());
    let connection = Connection::connect(&server.amqp_url(), ConnectionProperties::default()).await;
    let connection = connection.expect("a connection");
    let channel = connection.create_channel().await.expect("a channel");
    channel.confirm_select(ConfirmSelectOptions::default()).await.expect("confirms are on");
    Doors { server, sqs, channel, _connection: connection }
}

impl Doors {
    async fn receive(&self, queue: &str) -> Option<Message> {
        let url = self.server.queue_url(queue);
        let receive = self.sqs.receive_message().queue_url(url).wait_time_seconds(1).message_attribute_names("All");
        let receive = receive.message_system_attribute_names(MessageSystemAttributeName::All);
        receive.send().await.expect("it is received").messages.unwrap_or_default().into_iter().next()
    }

    async fn get(&self, queue: &str) -> Option<BasicGetMessage> {
        self.channel.basic_get(queue.into(), BasicGetOptions::default()).await.expect("an answer")
    }

    async fn publish(&self, queue: &str, body: &[u8], properties: BasicProperties) {
        let publish =
            self.channel.basic_publish("".into(), queue.into(), BasicPublishOptions::default(), body, properties);
        publish.await.expect("it is sent").await.expect("it is confirmed");
    }

    async fn declare(&self, queue: &str, arguments: FieldTable) {
        let options = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
        self.channel.queue_declare(queue.into(), options, arguments).await.expect("a queue is declared");
    }
}

fn text(text: &str) -> AMQPValue {
    AMQPValue::LongString(text.into())
}

#[tokio::test]
async fn what_amqp_publishes_sqs_receives_with_its_headers_as_attributes() {
    let doors = doors().await;
    doors.declare("jobs", FieldTable::default()).await;
    let mut headers = FieldTable::default();
    headers.insert("text".into(), text("grüße"));
    headers.insert("number".into(), AMQPValue::LongLongInt(-7));
    headers.insert("list".into(), AMQPValue::FieldArray(vec![text("left out")].into()));
    let properties = BasicProperties::default().with_headers(headers).with_content_type("text/plain".into());
    doors.publish("jobs", b"hello", properties).await;
    let message = doors.receive("jobs").await.expect("it is there");
    assert_eq!(message.body(), Some("hello"));
    let attributes = message.message_attributes().expect("all were asked for");
    let shown = |name: &str| attributes.get(name).map(|value| (value.data_type(), value.string_value()));
    assert_eq!(shown("text"), Some(("String", Some("grüße"))));
    assert_eq!(shown("number"), Some(("Number", Some("-7"))));
    assert_eq!(attributes.len(), 2, "{attributes:?}");
    assert!(doors.get("jobs").await.is_none(), "it is in flight at the other door");
    let handle = message.receipt_handle().expect("it has one");
    let url = doors.server.queue_url("jobs");
    doors.sqs.delete_message().queue_url(url).receipt_handle(handle).send().await.expect("it is deleted");
    assert!(doors.get("jobs").await.is_none());
}

#[tokio::test]
async fn what_sqs_sends_amqp_gets_with_its_attributes_as_headers() {
    let doors = doors().await;
    doors.sqs.create_queue().queue_name("jobs").send().await.expect("a queue is made");
    doors.declare("jobs", FieldTable::default()).await;
    let attribute = |kind: &str| MessageAttributeValue::builder().data_type(kind);
    let send = doors.sqs.send_message().queue_url(doors.server.queue_url("jobs")).message_body("hello");
    let send = send.message_attributes("text", attribute("String").string_value("x").build().expect("a type"));
    let send = send.message_attributes("number", attribute("Number").string_value("7").build().expect("a type"));
    let send =
        send.message_attributes("raw", attribute("Binary").binary_value(Blob::new([0, 255])).build().expect("a type"));
    let sent = send.message_group_id("tenant").send().await.expect("it is sent");
    let got = doors.get("jobs").await.expect("it is there");
    assert_eq!((&got.data[..], got.routing_key.as_str(), got.redelivered), (&b"hello"[..], "jobs", false));
    let headers = got.properties.headers().as_ref().expect("it has some").inner();
    assert_eq!(headers.get("text"), Some(&text("x")));
    assert_eq!(headers.get("number"), Some(&AMQPValue::LongLongInt(7)));
    assert_eq!(headers.get("raw"), Some(&AMQPValue::ByteArray(vec![0, 255].into())));
    assert_eq!(headers.get("x-lane"), Some(&text("tenant")));
    assert_eq!(*got.properties.delivery_mode(), Some(2));
    assert_eq!(got.properties.message_id().as_ref().map(|id| id.as_str()), sent.message_id());
    assert!(doors.receive("jobs").await.is_none(), "it is leased at the other door");
    got.nack(BasicNackOptions { requeue: true, ..BasicNackOptions::default() }).await.expect("it is given back");
    let again = doors.receive("jobs").await.expect("it came back");
    let count = &again.attributes().expect("all were asked for")[&MessageSystemAttributeName::ApproximateReceiveCount];
    assert_eq!(count, "2", "both doors count");
}

#[tokio::test]
async fn a_dead_letter_tells_both_doors_where_it_was() {
    let doors = doors().await;
    let dead = doors.sqs.create_queue().queue_name("dead").send().await.expect("a queue is made");
    let attributes = doors.sqs.get_queue_attributes().queue_url(dead.queue_url().expect("it has one"));
    let attributes = attributes.attribute_names(QueueAttributeName::QueueArn).send().await.expect("it has attributes");
    let arn = &attributes.attributes().expect("one was asked for")[&QueueAttributeName::QueueArn];
    let policy = format!(r#"{{"deadLetterTargetArn": "{arn}", "maxReceiveCount": 1}}"#);
    let make = doors.sqs.create_queue().queue_name("jobs").attributes(QueueAttributeName::RedrivePolicy, policy);
    make.send().await.expect("a queue is made");
    doors.publish("jobs", b"poison", BasicProperties::default()).await;
    let got = doors.get("jobs").await.expect("it is there");
    got.nack(BasicNackOptions { requeue: true, ..BasicNackOptions::default() }).await.expect("it is given back");
    let consume =
        doors.channel.basic_consume("dead".into(), "c".into(), BasicConsumeOptions::default(), FieldTable::default());
    let mut consumer = consume.await.expect("a consumer");
    let dead = consumer.next().await.expect("the consumer goes on").expect("a delivery");
    let headers = dead.properties.headers().as_ref().expect("it has some").inner();
    assert_eq!(headers.get("x-first-death-queue"), Some(&text("jobs")));
    assert_eq!(headers.get("x-first-death-reason"), Some(&text("delivery_limit")));
    dead.ack(BasicAckOptions::default()).await.expect("it is done with");
}
