//! The AWS command line, unmodified: every action as people type it, and how errors look to them.

use clients::Server;
use clients::python::{finish, python};
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output};

/// The command line, pointed at one server.
struct Aws {
    program: PathBuf,
    server: Server,
}

impl Aws {
    /// Nothing where the program is missing and may be.
    fn ready() -> Option<Self> {
        let program = python()?.with_file_name("aws");
        Some(Self { program, server: Server::start() })
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(&self.program);
        command.args(["--endpoint-url", &self.server.endpoint(), "--output", "json", "sqs"]).args(arguments);
        command.env("AWS_ACCESS_KEY_ID", "anyone").env("AWS_SECRET_ACCESS_KEY", "anything");
        command.env("AWS_DEFAULT_REGION", "us-east-1").env("AWS_MAX_ATTEMPTS", "1").env("AWS_PAGER", "");
        // Whoever runs the tests may have settings of their own.
        command.env("AWS_CONFIG_FILE", "/nonexistent").env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent");
        finish(&mut command)
    }

    /// What it prints on success, as JSON; `Null` where it prints nothing.
    fn good(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}:\n{}", String::from_utf8_lossy(&output.stderr));
        if output.stdout.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&output.stdout).expect("it prints JSON")
        }
    }

    /// What it complains about on failure.
    fn bad(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(!output.status.success(), "{arguments:?} went through");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// Makes a queue and returns its URL.
    fn queue(&self, name: &str) -> String {
        text(&self.good(&["create-queue", "--queue-name", name])["QueueUrl"])
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("text, not {value}")).to_owned()
}

#[test]
fn a_message_goes_round_under_url_and_bare_name() {
    let Some(aws) = Aws::ready() else { return };
    let url = aws.queue("jobs");
    for queue in [url.as_str(), "jobs"] {
        let sent = aws.good(&["send-message", "--queue-url", queue, "--message-body", "hello"]);
        assert_eq!(sent["MD5OfMessageBody"], "5d41402abc4b2a76b9719d911017c592");
        let received = aws.good(&["receive-message", "--queue-url", queue, "--wait-time-seconds", "20"]);
        assert_eq!(received["Messages"][0]["Body"], "hello");
        assert_eq!(received["Messages"][0]["MessageId"], sent["MessageId"]);
        let handle = text(&received["Messages"][0]["ReceiptHandle"]);
        aws.good(&[
            "change-message-visibility",
            "--queue-url",
            queue,
            "--receipt-handle",
            &handle,
            "--visibility-timeout",
            "60",
        ]);
        aws.good(&["delete-message", "--queue-url", queue, "--receipt-handle", &handle]);
    }
    let told = aws.good(&["get-queue-attributes", "--queue-url", &url, "--attribute-names", "All"]);
    assert_eq!(told["Attributes"]["ApproximateNumberOfMessages"], "0");
    assert_eq!(told["Attributes"]["ApproximateNumberOfMessagesNotVisible"], "0");
}

#[test]
fn queues_are_managed() {
    let Some(aws) = Aws::ready() else { return };
    let url = aws.queue("jobs");
    let listed = aws.good(&["list-queues", "--queue-name-prefix", "jo"]);
    assert_eq!(listed["QueueUrls"][0], url.as_str());
    assert_eq!(aws.good(&["get-queue-url", "--queue-name", "jobs"])["QueueUrl"], url.as_str());
    aws.good(&["set-queue-attributes", "--queue-url", &url, "--attributes", "DelaySeconds=5,VisibilityTimeout=7"]);
    let told = aws.good(&["get-queue-attributes", "--queue-url", &url, "--attribute-names", "DelaySeconds"]);
    assert_eq!(told["Attributes"]["DelaySeconds"], "5");
    aws.good(&["tag-queue", "--queue-url", &url, "--tags", "team=harbour"]);
    assert_eq!(aws.good(&["list-queue-tags", "--queue-url", &url])["Tags"]["team"], "harbour");
    aws.good(&["untag-queue", "--queue-url", &url, "--tag-keys", "team"]);
    let permission = ["--label", "l", "--aws-account-ids", "111122223333", "--actions", "SendMessage"];
    aws.good(&[["add-permission", "--queue-url", &url].as_slice(), &permission].concat());
    aws.good(&["remove-permission", "--queue-url", &url, "--label", "l"]);
    aws.good(&["purge-queue", "--queue-url", &url]);
    aws.good(&["delete-queue", "--queue-url", &url]);
    let complaint = aws.bad(&["get-queue-url", "--queue-name", "jobs"]);
    assert!(complaint.contains("AWS.SimpleQueueService.NonExistentQueue"), "{complaint}");
}

#[test]
fn batches_and_dead_letter_queues_work() {
    let Some(aws) = Aws::ready() else { return };
    let aside = aws.queue("aside");
    let told = aws.good(&["get-queue-attributes", "--queue-url", &aside, "--attribute-names", "QueueArn"]);
    let target = text(&told["Attributes"]["QueueArn"]);
    let policy = format!(r#"{{"deadLetterTargetArn":"{target}","maxReceiveCount":"1"}}"#);
    let attributes = serde_json::json!({"RedrivePolicy": policy, "VisibilityTimeout": "0"}).to_string();
    let url = text(&aws.good(&["create-queue", "--queue-name", "jobs", "--attributes", &attributes])["QueueUrl"]);
    let sources = aws.good(&["list-dead-letter-source-queues", "--queue-url", &aside]);
    assert_eq!(sources["queueUrls"][0], url.as_str());

    let entries = r#"[{"Id":"a","MessageBody":"one"},{"Id":"b","MessageBody":"two","DelaySeconds":901}]"#;
    let sent = aws.good(&["send-message-batch", "--queue-url", &url, "--entries", entries]);
    assert_eq!((&sent["Successful"][0]["Id"], &sent["Failed"][0]["Id"]), (&Value::from("a"), &Value::from("b")));
    let first = aws.good(&["receive-message", "--queue-url", &url, "--wait-time-seconds", "20"]);
    assert_eq!(first["Messages"][0]["Body"], "one");
    assert_eq!(aws.good(&["receive-message", "--queue-url", &url]), Value::Null, "it was received once too often");
    let received = aws.good(&["receive-message", "--queue-url", &aside, "--wait-time-seconds", "20"]);
    let handle = text(&received["Messages"][0]["ReceiptHandle"]);
    let entry = serde_json::json!([{"Id": "a", "ReceiptHandle": handle, "VisibilityTimeout": 9}]).to_string();
    let changed = aws.good(&["change-message-visibility-batch", "--queue-url", &aside, "--entries", &entry]);
    assert_eq!(changed["Successful"][0]["Id"], "a");
    let entry = serde_json::json!([{"Id": "a", "ReceiptHandle": handle}]).to_string();
    let removed = aws.good(&["delete-message-batch", "--queue-url", &aside, "--entries", &entry]);
    assert_eq!(removed["Successful"][0]["Id"], "a");
}

#[test]
fn complaints_name_the_error_and_say_what_is_wrong() {
    let Some(aws) = Aws::ready() else { return };
    let url = aws.queue("jobs");
    let complaint = aws.bad(&["receive-message", "--queue-url", &url, "--max-number-of-messages", "11"]);
    assert!(complaint.contains("InvalidParameterValue") && complaint.contains("11"), "{complaint}");
    let complaint = aws.bad(&["delete-message", "--queue-url", &url, "--receipt-handle", "nonsense"]);
    assert!(complaint.contains("ReceiptHandleIsInvalid"), "{complaint}");
    let complaint = aws.bad(&["create-queue", "--queue-name", "orders", "--attributes", "FifoQueue=true"]);
    assert!(complaint.contains("must end with .fifo"), "{complaint}");
}

#[test]
fn a_fifo_queue_keeps_order_and_takes_nothing_twice() {
    let Some(aws) = Aws::ready() else { return };
    let made = aws.good(&["create-queue", "--queue-name", "orders.fifo", "--attributes", "FifoQueue=true"]);
    let url = text(&made["QueueUrl"]);
    let send = |body: &str, id: &str| {
        let facts = ["--message-group-id", "a", "--message-deduplication-id", id];
        aws.good(&[&["send-message", "--queue-url", &url, "--message-body", body][..], &facts].concat())
    };
    let (first, second, repeat) = (send("first", "1"), send("second", "2"), send("first", "1"));
    assert!(text(&first["SequenceNumber"]) < text(&second["SequenceNumber"]), "{first} {second}");
    assert_eq!(first["MessageId"], repeat["MessageId"]);
    let received = aws.good(&["receive-message", "--queue-url", &url, "--max-number-of-messages", "10"]);
    let messages = received["Messages"].as_array().expect("there are messages");
    let bodies: Vec<_> = messages.iter().map(|message| text(&message["Body"])).collect();
    assert_eq!(bodies, ["first", "second"]);
}
