//! Clients of the real server as an operator sees them: there while they are, gone when they left or were killed.

use clients::program::Program;
use clients::wait::{SOON, until};
use operating::{Installation, Running};
use serde_json::{Value, json};
use std::process::Command;

/// Speaks AMQP over a bare socket: opens, consumes, and says nothing more.
const AMQP: &str = include_str!("clients/amqp.py");

/// Receives over SQS, waiting for messages, on one connection.
const SQS: &str = include_str!("clients/sqs.py");

fn serve() -> Running {
    let running = Installation::new().with_amqp().with(["serve"]).serve();
    assert_eq!(running.sqs("/?Action=CreateQueue&QueueName=orders").status, 200);
    running
}

fn start(running: &Running, script: &str, door: &str) -> Program {
    let port = running.address(door).port().to_string();
    Program::start(Command::new("python3").args(["-c", script, &port]))
}

fn list(running: &Running, path: &str, name: &str) -> Vec<Value> {
    let answer = running.get(path, "localhost");
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()[name].as_array().expect("a list").clone()
}

fn consumers(running: &Running) -> Vec<Value> {
    list(running, "/v1/consumers?queue=orders", "consumers")
}

fn connections(running: &Running, door: &str) -> Vec<Value> {
    list(running, &format!("/v1/connections?door={door}"), "connections")
}

/// Waits for the one consumer that `is_wanted`.
fn consumer(running: &Running, what: &str, is_wanted: impl Fn(&Value) -> bool) -> Value {
    until(what, SOON, || match &consumers(running)[..] {
        [one] if is_wanted(one) => Some(one.clone()),
        _ => None,
    })
}

/// Kills a client, and waits until nothing is left of it.
fn kill(running: &Running, mut client: Program, door: &str) {
    client.kill();
    until("its consumer to be gone", SOON, || consumers(running).is_empty().then_some(()));
    until("its connection to be gone", SOON, || connections(running, door).is_empty().then_some(()));
}

#[test]
fn an_amqp_client_is_seen_with_what_it_holds_until_it_is_killed() {
    let running = serve();
    let client = start(&running, AMQP, "amqp");
    let seen = consumer(&running, "the consumer", |_| true);
    assert_eq!((&seen["name"], &seen["door"], &seen["pushed"]), (&json!("worker-1"), &json!("amqp"), &json!(true)));
    assert_eq!((&seen["leases"], &seen["last_delivery_ms"]), (&json!(0), &Value::Null));
    assert_eq!(running.sqs("/?Action=SendMessage&QueueUrl=orders&MessageBody=hello").status, 200);
    let holding = consumer(&running, "its delivery", |one| one["leases"] == 1);
    assert!(holding["oldest_lease_ms"].is_u64() && holding["last_delivery_ms"].is_u64(), "{holding}");
    let connected = connections(&running, "amqp").remove(0);
    assert_eq!((&connected["client"], &connected["name"]), (&json!("probe 1.0"), &json!("orders worker")));
    assert_eq!((&connected["id"], &connected["peer"]), (&seen["connection"], &seen["peer"]));
    assert_eq!((&connected["consumers"], &connected["leases"]), (&json!(1), &json!(1)));
    kill(&running, client, "amqp");
}

#[test]
fn an_sqs_client_is_seen_while_it_waits_until_it_is_killed() {
    let running = serve();
    let client = start(&running, SQS, "sqs");
    let seen = consumer(&running, "the consumer", |_| true);
    assert_eq!((&seen["name"], &seen["door"], &seen["pushed"]), (&json!("Probe/2.0"), &json!("sqs"), &json!(false)));
    let connected = connections(&running, "sqs").remove(0);
    assert_eq!((&connected["client"], &connected["consumers"]), (&json!("Probe/2.0 of a test"), &json!(1)));
    kill(&running, client, "sqs");
}

#[test]
fn whoever_leaves_with_a_message_is_shown_until_the_lease_ends() {
    let running = serve();
    assert_eq!(running.sqs("/?Action=SendMessage&QueueUrl=orders&MessageBody=hello").status, 200);
    let received = running.sqs("/?Action=ReceiveMessage&QueueUrl=orders&VisibilityTimeout=600");
    let holding = consumer(&running, "who left", |one| one["connected"] == false);
    assert_eq!((&holding["leases"], &holding["door"]), (&json!(1), &json!("sqs")));
    let handle = received.element("ReceiptHandle").expect("a message").replace('+', "%2B").replace('/', "%2F");
    let deleted = running.sqs(&format!("/?Action=DeleteMessage&QueueUrl=orders&ReceiptHandle={handle}"));
    assert_eq!(deleted.status, 200, "{deleted:?}");
    assert!(consumers(&running).is_empty());
}
