//! A server in which everything has happened that metrics tell of, and what `/metrics` says then.

use operating::exposition::{self, Families};
use operating::{Installation, Running, source};
use std::sync::OnceLock;

const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

fn sqs(running: &Running, parameters: &str) {
    let answer = running.sqs(&format!("/?{parameters}"));
    assert_eq!(answer.status, 200, "{parameters}: {answer:?}");
}

/// A message was published, delivered, given up and set aside; acknowledged in the end, and another one published in its place.
fn lived() -> Running {
    // Nobody takes the spans, so that they are counted as dropped.
    let running = Installation::new().with(["serve", "--otlp-endpoint", "http://127.0.0.1:1"]).serve();
    let policy = "%7B%22deadLetterTargetArn%22%3A%22arn%3Aaws%3Asqs%3Aus-east-1%3A000000000000%3Agrave%22%2C%22maxReceiveCount%22%3A1%7D";
    sqs(&running, "Action=CreateQueue&QueueName=grave");
    sqs(
        &running,
        &format!("Action=CreateQueue&QueueName=orders&Attribute.1.Name=RedrivePolicy&Attribute.1.Value={policy}"),
    );
    sqs(&running, "Action=SendMessage&QueueUrl=orders&MessageBody=hello");
    sqs(&running, "Action=ReceiveMessage&QueueUrl=orders&VisibilityTimeout=0");
    sqs(&running, "Action=ReceiveMessage&QueueUrl=grave&VisibilityTimeout=0&WaitTimeSeconds=20");
    let received = running.sqs("/?Action=ReceiveMessage&QueueUrl=grave&WaitTimeSeconds=20");
    let handle = received.element("ReceiptHandle").expect("a message").replace('+', "%2B").replace('/', "%2F");
    sqs(&running, &format!("Action=DeleteMessage&QueueUrl=grave&ReceiptHandle={handle}"));
    sqs(&running, "Action=SendMessage&QueueUrl=grave&MessageBody=again");
    running
}

/// Its figures, asked for once.
pub(crate) fn families() -> &'static Families {
    static FAMILIES: OnceLock<Families> = OnceLock::new();
    FAMILIES.get_or_init(|| {
        let answer = lived().get("/metrics", "localhost");
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(CONTENT_TYPE)));
        exposition::read(&answer.body).unwrap_or_else(|wrong| panic!("{wrong}\n{}", answer.body))
    })
}

#[test]
fn prometheus_would_read_it() {
    let families = families();
    assert!(families.len() > 30, "{:?}", families.keys());
    assert!(families["longshore_queue_dead_letters"].has("queue", "grave"));
    assert!(!families["longshore_queue_dead_letters"].has("queue", "orders"));
    let buried = families["longshore_queue_events_total"].samples.iter().find(|(_, labels, _)| {
        labels.get("queue").is_some_and(|queue| queue == "orders")
            && labels.get("event").is_some_and(|event| event == "buried")
    });
    assert_eq!(buried.map(|(_, _, count)| *count), Some(1.0));
}

#[test]
fn every_metric_is_explained_to_operators_and_no_other() {
    let page = source::text("docs/operating/monitoring.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")).filter_map(|row| row.split_once(" |"));
    let told: Vec<&str> = rows.flat_map(|(names, _)| names.split('`')).filter(|name| name.contains('_')).collect();
    for name in families().keys() {
        assert!(told.contains(&name.as_str()), "docs/operating/monitoring.md has no row for {name}");
    }
    // Absent until the first error.
    for name in told.into_iter().filter(|&name| name != "longshore_errors_total") {
        let metric = name.starts_with("longshore_") || name.starts_with("process_");
        assert!(
            !metric || families().contains_key(name),
            "docs/operating/monitoring.md tells of {name}, which is not there"
        );
    }
}
