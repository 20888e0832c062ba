//! lapin, unmodified: one test per function here; each passes against RabbitMQ too.

use clients::Server;
use futures_util::StreamExt;
use lapin::message::Delivery;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicGetOptions, BasicNackOptions, BasicPublishOptions, BasicQosOptions,
    ConfirmSelectOptions, ExchangeDeclareOptions, ExchangeDeleteOptions, QueueBindOptions, QueueDeclareOptions,
    QueueDeleteOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Confirmation, Connection, ConnectionProperties, ExchangeKind};
use std::future::Future;
use std::pin::Pin;

type Scenario = fn(String) -> Pin<Box<dyn Future<Output = ()>>>;

/// Declares a test per function, and the table of them.
macro_rules! scenarios {
    ($($name:ident)+) => {
        mod against_longshore {
            $(#[tokio::test] async fn $name() { super::check(|url| Box::pin(super::$name(url))).await; })+
        }
        pub(crate) const SCENARIOS: &[(&str, Scenario)] = &[$((stringify!($name), |url| Box::pin($name(url)))),+];
    };
}

scenarios! {
    a_message_goes_round
    publishes_are_confirmed_as_they_come
    what_is_unroutable_comes_back_with_its_confirm
    headers_route_and_rejections_are_dead_lettered
    an_error_tells_its_code_and_the_connection_goes_on
}

async fn check(scenario: Scenario) {
    let server = Server::start_with(&["--amqp", "127.0.0.1:0"]);
    scenario(server.amqp_url()).await;
}

async fn connected(url: &str) -> (Connection, Channel) {
    let connection = Connection::connect(url, ConnectionProperties::default()).await.expect("a connection");
    let channel = connection.create_channel().await.expect("a channel");
    (connection, channel)
}

async fn queue(channel: &Channel, name: &str, arguments: FieldTable) {
    let declared = channel.queue_declare(name.into(), QueueDeclareOptions::default(), arguments).await;
    declared.expect("a queue is declared");
}

async fn publish(
    channel: &Channel,
    exchange: &str,
    key: &str,
    body: &[u8],
    properties: BasicProperties,
) -> Confirmation {
    let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
    let publish = channel.basic_publish(exchange.into(), key.into(), options, body, properties);
    publish.await.expect("it is sent").await.expect("it is answered")
}

async fn next(consumer: &mut lapin::Consumer) -> Delivery {
    consumer.next().await.expect("the consumer goes on").expect("a delivery")
}

async fn delete(channel: &Channel, queue: &str) {
    channel.queue_delete(queue.into(), QueueDeleteOptions::default()).await.expect("a queue is deleted");
}

async fn a_message_goes_round(url: String) {
    let (connection, channel) = connected(&url).await;
    queue(&channel, "jobs", FieldTable::default()).await;
    let mut headers = FieldTable::default();
    headers.insert("text".into(), AMQPValue::LongString("grüße".into()));
    headers.insert("double".into(), AMQPValue::Double(0.1));
    headers.insert("unsigned".into(), AMQPValue::LongUInt(u32::MAX));
    headers.insert("nothing".into(), AMQPValue::Void);
    let properties = BasicProperties::default().with_headers(headers).with_delivery_mode(2).with_priority(3);
    publish(&channel, "", "jobs", b"hello", properties.clone()).await;
    channel.basic_qos(1, BasicQosOptions::default()).await.expect("a prefetch is set");
    let consume =
        channel.basic_consume("jobs".into(), "c".into(), BasicConsumeOptions::default(), FieldTable::default());
    let mut consumer = consume.await.expect("a consumer");
    let delivery = next(&mut consumer).await;
    assert_eq!((&delivery.data[..], &delivery.properties, delivery.redelivered), (&b"hello"[..], &properties, false));
    delivery.nack(BasicNackOptions { requeue: true, ..BasicNackOptions::default() }).await.expect("it is given back");
    let again = next(&mut consumer).await;
    assert_eq!((&again.data[..], again.redelivered), (&b"hello"[..], true));
    again.ack(BasicAckOptions::default()).await.expect("it is acked");
    delete(&channel, "jobs").await;
    connection.close(200, "bye".into()).await.expect("a polite end");
}

async fn publishes_are_confirmed_as_they_come(url: String) {
    let (connection, channel) = connected(&url).await;
    channel.confirm_select(ConfirmSelectOptions::default()).await.expect("confirms are on");
    queue(&channel, "jobs", FieldTable::default()).await;
    let mut confirms = Vec::new();
    for number in 0..500_u32 {
        let properties = BasicProperties::default().with_delivery_mode(2);
        let body = number.to_be_bytes();
        let options = BasicPublishOptions::default();
        confirms.push(
            channel.basic_publish("".into(), "jobs".into(), options, &body, properties).await.expect("it is sent"),
        );
    }
    for confirm in confirms {
        assert_eq!(confirm.await.expect("it is answered"), Confirmation::Ack(None));
    }
    for number in 0..500_u32 {
        let got = channel.basic_get("jobs".into(), BasicGetOptions { no_ack: true }).await.expect("an answer");
        assert_eq!(got.expect("a message").data, number.to_be_bytes());
    }
    delete(&channel, "jobs").await;
    connection.close(200, "bye".into()).await.expect("a polite end");
}

async fn what_is_unroutable_comes_back_with_its_confirm(url: String) {
    let (connection, channel) = connected(&url).await;
    channel.confirm_select(ConfirmSelectOptions::default()).await.expect("confirms are on");
    let confirmation = publish(&channel, "", "nobody", b"hello", BasicProperties::default()).await;
    let Confirmation::Ack(Some(returned)) = confirmation else { panic!("a return: {confirmation:?}") };
    assert_eq!((returned.reply_code, &returned.delivery.data[..]), (312, &b"hello"[..]));
    connection.close(200, "bye".into()).await.expect("a polite end");
}

async fn headers_route_and_rejections_are_dead_lettered(url: String) {
    let (connection, channel) = connected(&url).await;
    let kind = ExchangeKind::Headers;
    let declared =
        channel.exchange_declare("orders".into(), kind, ExchangeDeclareOptions::default(), FieldTable::default());
    declared.await.expect("an exchange");
    let mut arguments = FieldTable::default();
    arguments.insert("x-dead-letter-exchange".into(), AMQPValue::LongString("".into()));
    arguments.insert("x-dead-letter-routing-key".into(), AMQPValue::LongString("dead".into()));
    queue(&channel, "jobs", arguments).await;
    queue(&channel, "dead", FieldTable::default()).await;
    let mut wanted = FieldTable::default();
    wanted.insert("region".into(), AMQPValue::LongString("eu".into()));
    let bound =
        channel.queue_bind("jobs".into(), "orders".into(), "".into(), QueueBindOptions::default(), wanted.clone());
    bound.await.expect("a binding");
    publish(&channel, "orders", "", b"bad", BasicProperties::default().with_headers(wanted)).await;
    let get = || channel.basic_get("jobs".into(), BasicGetOptions::default());
    let got = get().await.expect("an answer").expect("a message");
    got.nack(BasicNackOptions::default()).await.expect("it is rejected");
    let consume =
        channel.basic_consume("dead".into(), "c".into(), BasicConsumeOptions::default(), FieldTable::default());
    let dead = next(&mut consume.await.expect("a consumer")).await;
    let headers = dead.properties.headers().as_ref().expect("it tells why");
    let Some(AMQPValue::FieldArray(deaths)) = headers.inner().get("x-death") else { panic!("{headers:?}") };
    let Some(AMQPValue::FieldTable(death)) = deaths.as_slice().first() else { panic!("{deaths:?}") };
    assert_eq!(death.inner().get("reason"), Some(&AMQPValue::LongString("rejected".into())));
    assert_eq!(death.inner().get("count"), Some(&AMQPValue::LongLongInt(1)));
    assert!(matches!(death.inner().get("time"), Some(AMQPValue::Timestamp(_))), "{death:?}");
    for name in ["jobs", "dead"] {
        delete(&channel, name).await;
    }
    channel.exchange_delete("orders".into(), ExchangeDeleteOptions::default()).await.expect("an exchange is deleted");
    connection.close(200, "bye".into()).await.expect("a polite end");
}

async fn an_error_tells_its_code_and_the_connection_goes_on(url: String) {
    let (connection, channel) = connected(&url).await;
    let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
    let missing = channel.queue_declare("missing".into(), passive, FieldTable::default()).await;
    let error = missing.expect_err("there is none");
    let lapin::ErrorKind::ProtocolError(error) = error.kind() else { panic!("{error:?}") };
    assert_eq!(error.get_id(), 404);
    assert!(error.get_message().as_str().starts_with("NOT_FOUND - no queue 'missing'"), "{error:?}");
    let channel = connection.create_channel().await.expect("another channel");
    queue(&channel, "jobs", FieldTable::default()).await;
    delete(&channel, "jobs").await;
    connection.close(200, "bye".into()).await.expect("a polite end");
}
