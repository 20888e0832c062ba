//! Documents as AWS prints them, to the letter of their tables. The account's number and the names are changed.

use super::*;

const PLAIN: &str = include_str!("recorded/plain.json");
const SOURCE: &str = include_str!("recorded/source.json");
const DEAD: &str = include_str!("recorded/dead.json");

fn imported(text: &str) -> Result<String, DocumentError> {
    let mut queues = Vec::new();
    document::read(text, &mut queues)?;
    Ok(tables(&queues, "us-east-1", "000000000000"))
}

#[test]
fn a_queue_becomes_a_table_without_what_is_computed() {
    let expected = r#"[[sqs_queues]]
name = "MyQueue"
DelaySeconds = 0
MaximumMessageSize = 1048576
MessageRetentionPeriod = 345600
ReceiveMessageWaitTimeSeconds = 0
SqsManagedSseEnabled = true
VisibilityTimeout = 30
"#;
    assert_eq!(imported(PLAIN).expect("a queue"), expected);
}

#[test]
fn policies_tags_and_dead_letter_queues_move_to_the_servers_account() {
    let text = imported(&format!("{SOURCE}{DEAD}")).expect("two queues");
    for line in [
        r#"dead_letter = { queue = "orders-dead", max_receive_count = 5 }"#,
        r#"tags = { "cost center" = "it's \"42\"", "team" = "shop" }"#,
        r#"KmsMasterKeyId = "alias/aws/sqs""#,
        r#"RedriveAllowPolicy = '{"redrivePermission":"byQueue","sourceQueueArns":["arn:aws:sqs:us-east-1:000000000000:orders"]}'"#,
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
    assert!(text.contains("Policy = '{\"Version\"") && !text.contains("arn:aws:sqs:eu-central-1"), "{text}");
    assert_eq!(text.matches("[[sqs_queues]]").count(), 2);
}

#[test]
fn an_attribute_that_nobody_knows_is_kept_as_a_comment() {
    let text = imported(r#"{"Attributes":{"QueueArn":"arn:aws:sqs:us-east-1:123456789012:a","Colour":"red"}}"#);
    let text = text.expect("a queue");
    assert!(text.contains("\n# Colour = \"red\" is not known to this server\n"), "{text}");
}

#[test]
fn other_input_is_refused_with_what_is_expected() {
    let check = |text: &str, parts: &[&str]| {
        let message = imported(text).expect_err("no queue").to_string();
        assert!(parts.iter().all(|part| message.contains(part)), "{message:?} lacks one of {parts:?}");
    };
    check("", &["no JSON document"]);
    check("Attributes:\n  QueueArn: x\n", &["not JSON", "line 1", "--output json"]);
    check("[1, 2]", &["document 1", "get-queue-attributes"]);
    check(r#"{"QueueUrls":["http://x/a"]}"#, &["document 1", "neither", "list-queue-tags"]);
    check(r#"{"Attributes":{"DelaySeconds":"0"}}"#, &["document 1", "QueueArn", "--attribute-names All"]);
    check(r#"{"Attributes":{"QueueArn":"orders"}}"#, &["document 1", "QueueArn"]);
    check(r#"{"Attributes":{"DelaySeconds":0}}"#, &["document 1", "\"Attributes\"", "texts"]);
    check(r#"{"Tags":{"a":"b"}}"#, &["document 1", "no queue comes before"]);
    check(&format!("{PLAIN}{PLAIN}"), &["document 2", "\"MyQueue\"", "once more"]);
    check(&format!("{PLAIN}{{"), &["not JSON"]);
}
