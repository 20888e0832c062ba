//! Writes one queue as a `[[sqs_queues]]` table.
//!
//! ARNs of queues in the queue's own region and account become those of the server that the table is for, and a dead-letter
//! queue becomes its name.

use super::document::Queue;
use door_sqs::settable_names;
use serde::Deserialize;
use serde_json::Value;
use std::fmt::Write as _;

/// Attributes that a server computes: they tell of a queue what nobody can set.
const COMPUTED: [&str; 6] = [
    "QueueArn",
    "CreatedTimestamp",
    "LastModifiedTimestamp",
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
];

#[derive(Deserialize)]
struct RedrivePolicy {
    #[serde(rename = "deadLetterTargetArn")]
    target: String,
    #[serde(rename = "maxReceiveCount")]
    count: Value,
}

/// The table of a queue, for a server with this region and account.
pub(super) fn write(queue: &Queue, region: &str, account_id: &str) -> String {
    let mut table = format!("[[sqs_queues]]\nname = {}\n", quoted(&queue.name));
    let own_prefix = format!("arn:aws:sqs:{region}:{account_id}:");
    for (name, value) in queue.attributes.iter().filter(|(name, _)| !COMPUTED.contains(&name.as_str())) {
        let value = value.replace(&queue.arn_prefix, &own_prefix);
        let line = match name.as_str() {
            "RedrivePolicy" => dead_letter(&value).unwrap_or_else(|| attribute(name, &value)),
            known if settable_names().any(|settable| settable == known) => attribute(name, &value),
            _ => format!("# {} is not known to this server", attribute(name, &value)),
        };
        writeln!(table, "{line}").expect("a string grows");
    }
    if !queue.tags.is_empty() {
        let tags: Vec<String> =
            queue.tags.iter().map(|(key, value)| format!("{} = {}", quoted(key), quoted(value))).collect();
        writeln!(table, "tags = {{ {} }}", tags.join(", ")).expect("a string grows");
    }
    table
}

/// `None` for a policy of another shape, which is kept as it is.
fn dead_letter(policy: &str) -> Option<String> {
    let RedrivePolicy { target, count } = serde_json::from_str(policy).ok()?;
    let count = count.as_i64().or_else(|| count.as_str()?.parse().ok())?;
    let (_, name) = target.rsplit_once(':')?;
    Some(format!("dead_letter = {{ queue = {}, max_receive_count = {count} }}", quoted(name)))
}

fn attribute(name: &str, value: &str) -> String {
    let is_number = value.parse::<i64>().is_ok_and(|number| number.to_string() == value);
    let is_bare = is_number || value == "true" || value == "false";
    format!("{name} = {}", if is_bare { value.to_owned() } else { quoted(value) })
}

/// A TOML string: between apostrophes where nothing in it needs an escape there, since JSON is easier to read so.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c != '\'' && !c.is_control();
    if text.contains(['"', '\\']) && text.chars().all(is_plain) {
        return format!("'{text}'");
    }
    // JSON's escapes are all TOML's too; TOML alone wants one for DEL.
    serde_json::to_string(text).expect("a text is JSON").replace('\u{7f}', "\\u007F")
}

#[cfg(test)]
mod tests {
    use super::*;
    use figment::providers::{Format, Toml};

    #[test]
    fn a_text_is_quoted_so_that_toml_reads_it_back() {
        for text in
            ["plain", "", "it's", r#"{"a":"b"}"#, "both ' and \"", "two\nlines", "back\\slash", "\u{7f}\u{1}", "ä😀"]
        {
            let line = format!("text = {}", quoted(text));
            let read: figment::value::Dict =
                figment::Figment::from(Toml::string(&line)).extract().unwrap_or_else(|error| panic!("{line}: {error}"));
            assert_eq!(read.get("text").and_then(|value| value.as_str()), Some(text), "{line}");
        }
    }

    #[test]
    fn numbers_and_truth_values_stand_bare_and_only_those() {
        let check = |value: &str, expected: &str| assert_eq!(attribute("A", value), format!("A = {expected}"));
        check("30", "30");
        check("true", "true");
        check("030", r#""030""#);
        check("perQueue", r#""perQueue""#);
    }
}
