//! Declared queues: made, changed, left alone, refused with the key that is to blame.

use crate::bench::Bench;
use door_sqs::{DeadLetter, DeclareError, DeclaredQueue, Outcome};
use std::sync::Arc;

const ALLOW: &str = r#"{"redrivePermission":"byQueue","sourceQueueArns":["arn:aws:sqs:us-east-1:000000000000:jobs"]}"#;

fn queue(name: &str, attributes: &[(&str, &str)]) -> DeclaredQueue {
    let attributes = attributes.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    DeclaredQueue { name: name.to_owned(), attributes, ..DeclaredQueue::default() }
}

fn buried(mut queue: DeclaredQueue, to: &str, max_receive_count: i64) -> DeclaredQueue {
    queue.dead_letter = Some(DeadLetter { queue: to.to_owned(), max_receive_count });
    queue
}

async fn declare(bench: &mut Bench, queues: &[DeclaredQueue]) -> Result<Vec<Outcome>, DeclareError> {
    let door = Arc::clone(&bench.door);
    bench.drive(door.declare(queues)).await
}

async fn told(bench: &mut Bench, name: &str) -> String {
    let body = format!(r#"{{"QueueUrl":"{name}","AttributeNames":["All"]}}"#);
    bench.json("GetQueueAttributes", &body).await.body
}

fn revision(bench: &Bench, name: &str) -> u64 {
    bench.broker.queue(name).expect("it was declared").revision
}

#[tokio::test]
async fn a_source_may_be_declared_before_its_dead_letter_queue() {
    let mut bench = Bench::new();
    let queues = [buried(queue("jobs", &[]), "dead", 3), queue("dead", &[("RedriveAllowPolicy", ALLOW)])];
    assert_eq!(declare(&mut bench, &queues).await, Ok(vec![Outcome::Made, Outcome::Made]));
    let redrive = r#"{\"deadLetterTargetArn\":\"arn:aws:sqs:us-east-1:000000000000:dead\",\"maxReceiveCount\":3}"#;
    let told = told(&mut bench, "jobs").await;
    assert!(told.contains(redrive), "{told}");
}

#[tokio::test]
async fn fifo_queues_are_declared_like_others_and_once() {
    let mut bench = Bench::new();
    let fifo = [("FifoQueue", "true"), ("ContentBasedDeduplication", "true")];
    let queues = [buried(queue("jobs.fifo", &fifo), "dead.fifo", 3), queue("dead.fifo", &[("FifoQueue", "true")])];
    assert_eq!(declare(&mut bench, &queues).await, Ok(vec![Outcome::Made, Outcome::Made]));
    assert_eq!(declare(&mut bench, &queues).await, Ok(vec![Outcome::Same, Outcome::Same]));
    let told = told(&mut bench, "jobs.fifo").await;
    assert!(told.contains(r#""ContentBasedDeduplication":"true""#) && told.contains("dead.fifo"), "{told}");
    let error = declare(&mut bench, &[queue("jobs", &fifo)]).await.expect_err("its name does not end in .fifo");
    assert_eq!(error.key.as_deref(), Some("name"));
}

#[tokio::test]
async fn the_same_again_changes_nothing_also_where_json_is_laid_out_otherwise() {
    let mut bench = Bench::new();
    let dead = queue("dead", &[("RedriveAllowPolicy", ALLOW), ("DelaySeconds", "5")]);
    let queues = [dead, buried(queue("jobs", &[("Policy", r#"{"Version":"2012-10-17"}"#)]), "dead", 3)];
    declare(&mut bench, &queues).await.expect("good queues");
    let before = revision(&bench, "jobs");
    let spaced = [buried(queue("jobs", &[("Policy", r#"{ "Version": "2012-10-17" }"#)]), "dead", 3)];
    assert_eq!(declare(&mut bench, &queues).await, Ok(vec![Outcome::Same; 2]));
    assert_eq!(declare(&mut bench, &spaced).await, Ok(vec![Outcome::Same]));
    assert_eq!(revision(&bench, "jobs"), before);
}

#[tokio::test]
async fn what_is_declared_wins_and_the_rest_stays() {
    let mut bench = Bench::new();
    bench
        .json("CreateQueue", r#"{"QueueName":"jobs","Attributes":{"DelaySeconds":"5","VisibilityTimeout":"6"}}"#)
        .await;
    bench.json("CreateQueue", r#"{"QueueName":"other"}"#).await;
    let outcomes = declare(&mut bench, &[queue("jobs", &[("VisibilityTimeout", "60")])]).await;
    assert_eq!(outcomes, Ok(vec![Outcome::Changed]));
    let told = told(&mut bench, "jobs").await;
    assert!(told.contains(r#""DelaySeconds":"5""#) && told.contains(r#""VisibilityTimeout":"60""#), "{told}");
    assert!(bench.broker.queue("other").is_some());
}

#[tokio::test]
async fn an_error_names_the_declaration_and_the_key() {
    let mut bench = Bench::new();
    let good = queue("good", &[]);
    let mut tagged = queue("jobs", &[]);
    tagged.tags = vec![(String::new(), "x".to_owned())];
    let both = queue("jobs", &[("KmsMasterKeyId", "alias/aws/sqs"), ("SqsManagedSseEnabled", "true")]);
    for (bad, key) in [
        (queue("a b", &[]), Some("name")),
        (queue("jobs", &[("DelaySeconds", "1"), ("VisibilityTimeout", "-1")]), Some("VisibilityTimeout")),
        (queue("jobs", &[("RedrivePolicy", "{}")]), Some("RedrivePolicy")),
        (buried(queue("jobs", &[]), "none", 3), Some("dead_letter")),
        (buried(queue("jobs", &[]), "good", 0), Some("dead_letter")),
        (tagged, Some("tags")),
        (both, None),
    ] {
        let error = declare(&mut bench, &[good.clone(), bad]).await.expect_err("a bad queue");
        assert_eq!((error.index, error.key.as_deref()), (1, key), "{error:?}");
    }
}
