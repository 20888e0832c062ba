//! `longshore dlq list` and `dlq show`: where something failed, and how.

use super::filter;
use crate::ask::{Client, Path};
use crate::cli::{AskArgs, FailuresArgs};
use crate::operate::answers::Group;
use crate::operate::output::print;
use crate::operate::table::{Side, Table};
use crate::operate::words::{ago, cut, not_read, number, visible};
use crate::operate::{DONE, next_page};
use crate::tools::ToolError;
use serde::Deserialize;
use serde_json::{Value, json};
use vocab::clock::{Clock, SystemClock};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct DeadLetters {
    name: String,
    messages: u64,
    oldest_ms: Option<u64>,
    newest_ms: Option<u64>,
    sources: Vec<String>,
}

/// Every dead-letter queue.
pub(crate) fn list(arguments: &AskArgs) -> Result<u8, ToolError> {
    let client = Client::new(&arguments.server)?;
    let answer: Value = client.get(&Path::new("/v1/dead-letters"))?;
    let queues = Vec::<DeadLetters>::deserialize(&answer["queues"]).unwrap_or_default();
    print(&match (arguments.json, queues.is_empty()) {
        (true, _) => answer.to_string(),
        (false, true) => "no queue is another's dead-letter queue".to_owned(),
        (false, false) => listed(&queues, SystemClock::new().wall_ms()),
    })?;
    Ok(DONE)
}

fn listed(queues: &[DeadLetters], now_ms: u64) -> String {
    let mut table = Table::new(&[
        ("QUEUE", Side::Left),
        ("MESSAGES", Side::Right),
        ("OLDEST", Side::Right),
        ("NEWEST", Side::Right),
        ("OF", Side::Left),
    ]);
    for queue in queues {
        table.row([
            queue.name.clone(),
            number(queue.messages),
            ago(now_ms, queue.oldest_ms),
            ago(now_ms, queue.newest_ms),
            cut(&queue.sources.join(", "), 60),
        ]);
    }
    table.to_text()
}

/// Groups of failures. The server looks at a bounded number of messages for one answer; groups of several answers are joined.
pub(crate) fn failures(arguments: &FailuresArgs) -> Result<u8, ToolError> {
    let client = Client::new(&arguments.ask.server)?;
    let (mut groups, mut from): (Vec<Value>, Option<String>) = (Vec::new(), None);
    let (mut scanned, mut unreadable) = (0, 0);
    loop {
        let path = filter::query(Path::queue(&arguments.queue).part("failures"), &arguments.filter);
        let page: Value = client.get(&path.with_some("from", from.as_deref()))?;
        scanned += page["scanned"].as_u64().unwrap_or(0);
        unreadable += page["unreadable"].as_u64().unwrap_or(0);
        for group in page["groups"].as_array().into_iter().flatten() {
            join(&mut groups, group);
        }
        from = next_page(&page["next"]);
        if from.is_none() {
            break;
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group["count"].as_u64()));
    print(&if arguments.ask.json {
        json!({ "groups": groups, "scanned": scanned, "unreadable": unreadable }).to_string()
    } else {
        grouped(&groups, scanned, &arguments.queue) + &not_read(unreadable)
    })?;
    Ok(DONE)
}

/// Adds a group of a later page to the one of the same fingerprint.
fn join(groups: &mut Vec<Value>, group: &Value) {
    let Some(known) = groups.iter_mut().find(|known| known["fingerprint"] == group["fingerprint"]) else {
        groups.push(group.clone());
        return;
    };
    let of = |group: &Value, name: &str| group[name].as_u64();
    known["count"] = Value::from(of(known, "count").unwrap_or(0) + of(group, "count").unwrap_or(0));
    let oldest = of(known, "oldest_ms").into_iter().chain(of(group, "oldest_ms")).min();
    let newest = of(known, "newest_ms").max(of(group, "newest_ms"));
    let deliveries = of(known, "deliveries_max").max(of(group, "deliveries_max"));
    known["oldest_ms"] = json!(oldest);
    known["newest_ms"] = json!(newest);
    known["deliveries_max"] = json!(deliveries);
}

fn grouped(groups: &[Value], scanned: u64, queue: &str) -> String {
    if groups.is_empty() {
        return format!("no such message among {} looked at", number(scanned));
    }
    let now_ms = SystemClock::new().wall_ms();
    let mut table = Table::new(&[
        ("FINGERPRINT", Side::Left),
        ("COUNT", Side::Right),
        ("NEWEST", Side::Right),
        ("OLDEST", Side::Right),
        ("FROM", Side::Left),
        ("REASON", Side::Left),
        ("ERROR", Side::Left),
        ("FOR EXAMPLE", Side::Left),
    ]);
    for group in groups.iter().map(|group| Group::deserialize(group).unwrap_or_default()) {
        table.row([
            group.fingerprint.unwrap_or_else(|| "-".to_owned()),
            number(group.count),
            ago(now_ms, group.newest_ms),
            ago(now_ms, group.oldest_ms),
            group.origin.unwrap_or_else(|| "-".to_owned()),
            group.reason,
            cut(group.error.as_deref().unwrap_or("-"), 60),
            group.sample_id.unwrap_or_default(),
        ]);
    }
    let queue = visible(queue);
    format!("{}\n\nlongshore dlq redrive {queue} --fingerprint F --canary sends a group back", table.to_text())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_several_pages_are_one() {
        let group = |count: u64, oldest: u64, newest: u64| {
            json!({ "fingerprint": "3fa9", "count": count, "oldest_ms": oldest, "newest_ms": newest, "reason": "failures",
                    "origin": "orders", "error": "no crate …", "sample_id": "x", "deliveries_max": count })
        };
        let mut groups = Vec::new();
        join(&mut groups, &group(3, 50, 90));
        join(&mut groups, &group(4, 20, 70));
        join(&mut groups, &json!({ "fingerprint": "other", "count": 1 }));
        assert_eq!(groups.len(), 2);
        assert_eq!(
            groups[0],
            json!({ "fingerprint": "3fa9", "count": 7, "oldest_ms": 20, "newest_ms": 90,
            "reason": "failures", "origin": "orders", "error": "no crate …", "sample_id": "x", "deliveries_max": 4 })
        );
        let text = grouped(&groups, 8, "orders-dead");
        assert!(text.contains("no crate …") && text.contains("dlq redrive orders-dead"), "{text}");
    }
}
