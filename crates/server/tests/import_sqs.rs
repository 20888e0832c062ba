//! `longshore import-sqs`, from files and from standard input, and what a server makes of its tables.

use crate::program::Program;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::tempdir;

const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/import_sqs/recorded");

fn import(arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_longshore"));
    command.arg("import-sqs").args(arguments).env_clear();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    child.stdin.take().expect("it was piped").write_all(input.as_bytes()).expect("it reads");
    child.wait_with_output().expect("our own child")
}

fn recorded(name: &str) -> String {
    format!("{RECORDED}/{name}.json")
}

/// The attributes in a recording, and what a server tells instead: its own region and account, no computed ones.
fn expected(path: &str) -> Vec<(String, String)> {
    #[expect(clippy::disallowed_methods, reason = "a test reads its recording")]
    let text = std::fs::read_to_string(path).expect("the recording exists");
    let document = serde_json::Deserializer::from_str(&text).into_iter::<serde_json::Value>().next();
    let document = document.expect("a document").expect("JSON");
    let attributes = document["Attributes"].as_object().expect("attributes");
    let is_set = |name: &str| !name.starts_with("Approximate") && !name.ends_with("Timestamp");
    let local = |value: &str| value.replace("sqs:eu-central-1:123456789012", "sqs:us-east-1:000000000000");
    let text = |value: &serde_json::Value| local(value.as_str().expect("a text"));
    attributes.iter().filter(|(name, _)| is_set(name)).map(|(name, value)| (name.clone(), text(value))).collect()
}

fn check_told(program: &Program, queue: &str, path: &str) {
    let ask = format!("/000000000000/{queue}?Action=GetQueueAttributes&AttributeName.1=All");
    let told = program.get("sqs", &ask, "host: localhost\r\n").replace("&quot;", "\"");
    for (name, value) in expected(path) {
        let attribute = format!("<Attribute><Name>{name}</Name><Value>{value}</Value></Attribute>");
        assert!(told.contains(&attribute), "{attribute} is not in\n{told}");
    }
}

fn write(folder: &Path, file: &[u8]) {
    #[expect(clippy::disallowed_methods, reason = "the test plays the operator")]
    std::fs::write(folder.join("longshore.toml"), file).expect("a file");
}

#[test]
fn what_aws_told_is_what_the_server_tells() {
    let (source, dead) = (recorded("source"), recorded("dead"));
    let imported = import(&[&source, &dead], "");
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    let folder = tempdir().expect("a folder");
    write(folder.path(), &imported.stdout);
    let program = Program::serve(folder.path(), &["--sqs-limits", "aws"]);
    check_told(&program, "orders", &source);
    check_told(&program, "orders-dead", &dead);
    let tags = program.get("sqs", "/000000000000/orders?Action=ListQueueTags", "host: localhost\r\n");
    assert!(tags.contains("<Key>team</Key><Value>shop</Value>"), "{tags}");
}

#[test]
fn standard_input_is_read_where_no_file_is_named() {
    let document = r#"{"Attributes":{"QueueArn":"arn:aws:sqs:us-east-1:123456789012:piped","DelaySeconds":"7"}}"#;
    let imported = import(&["--account-id", "123456789012"], document);
    assert_eq!(String::from_utf8_lossy(&imported.stdout), "[[sqs_queues]]\nname = \"piped\"\nDelaySeconds = 7\n");
}

#[test]
fn other_input_is_refused_with_its_source() {
    let check = |arguments: &[&str], input: &str, parts: &[&str]| {
        let refused = import(arguments, input);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!((refused.status.code(), refused.stdout.as_slice()), (Some(2), &b""[..]), "{said}");
        assert!(parts.iter().all(|part| said.contains(part)), "{said:?} lacks one of {parts:?}");
    };
    check(&[], "hello", &["standard input", "not JSON"]);
    check(&["/nowhere/a.json"], "", &["/nowhere/a.json", "No such file"]);
    check(&[&recorded("plain"), &recorded("plain")], "", &["plain.json", "once more"]);
}
