//! `[[sqs_queues]]`: queues that are there from the start.
//!
//! ```text
//!   [[sqs_queues]]
//!   name = "orders"
//!   VisibilityTimeout = 60                                       SQS's attributes by their own names
//!   RedriveAllowPolicy = { redrivePermission = "denyAll" }       those that are JSON: a table, or the text
//!   dead_letter = { queue = "orders-dead", max_receive_count = 5 }
//!   tags = { team = "shop" }
//! ```
//!
//! The tables carry the door's name because the attributes are SQS's: `queues` alone would promise keys that every door shares.
//! Keys in lower case are ours, the others SQS's.
//!
//! What it is not: SQS's rules about values. The door has those, and applies them when it makes the queues.
//!
//! Invariant: an error names the table, by its place and its queue, and the key.

use door_sqs::{DeadLetter, DeclaredQueue, settable_names};
use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

type Table = Map<String, Value>;

/// What is wrong with which key of a table.
type Wrong = (String, String);

/// The tables of a file.
pub(super) fn tables<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<DeclaredQueue>, D::Error> {
    let tables = deserializer.deserialize_any(Tables)?;
    let mut queues: Vec<DeclaredQueue> = Vec::with_capacity(tables.len());
    for table in &tables {
        let queue = queue(table).and_then(|queue| match queues.iter().any(|known| known.name == queue.name) {
            true => Err(("name".to_owned(), "another table has this name already".to_owned())),
            false => Ok(queue),
        });
        let name = table.get("name").and_then(Value::as_str);
        let place = place(queues.len(), name);
        queues.push(queue.map_err(|(key, reason)| D::Error::custom(format_args!("{place}: {key}: {reason}")))?);
    }
    Ok(queues)
}

/// How a table is named to people: its place, counted from 1, and its queue.
pub(crate) fn place(index: usize, name: Option<&str>) -> String {
    let number = index + 1;
    name.map_or_else(|| format!("table {number}"), |name| format!("table {number} ({name:?})"))
}

fn queue(table: &Table) -> Result<DeclaredQueue, Wrong> {
    let mut queue = DeclaredQueue::default();
    for (key, value) in table {
        let wrong = |reason: &str| (key.clone(), reason.to_owned());
        match key.as_str() {
            "name" => queue.name = value.as_str().ok_or_else(|| wrong("expected the queue's name"))?.to_owned(),
            "dead_letter" => queue.dead_letter = Some(dead_letter(value).map_err(wrong)?),
            "tags" => queue.tags = tags(value).map_err(wrong)?,
            attribute if settable_names().any(|known| known == attribute) => {
                queue.attributes.push((attribute.to_owned(), attribute_value(value)));
            }
            unknown => return Err(wrong(&unknown_key(unknown))),
        }
    }
    if queue.name.is_empty() {
        return Err(("name".to_owned(), "every queue needs one".to_owned()));
    }
    if queue.dead_letter.is_some() && table.contains_key("RedrivePolicy") {
        return Err(("dead_letter".to_owned(), "says the same as RedrivePolicy; give one of them".to_owned()));
    }
    Ok(queue)
}

fn unknown_key(key: &str) -> String {
    let known: Vec<&'static str> = ["name", "dead_letter", "tags"].into_iter().chain(settable_names()).collect();
    let nearest = super::error::nearest(key, &known);
    let suggestion = nearest.map_or_else(String::new, |nearest| format!("; did you mean `{nearest}`?"));
    format!("a queue has no such key{suggestion}")
}

fn dead_letter(value: &Value) -> Result<DeadLetter, &'static str> {
    const SHAPE: &str = "expected { queue = \"NAME\", max_receive_count = NUMBER }";
    let table = value.as_object().filter(|table| table.len() == 2).ok_or(SHAPE)?;
    let queue = table.get("queue").and_then(Value::as_str).ok_or(SHAPE)?.to_owned();
    let max_receive_count = table.get("max_receive_count").and_then(Value::as_i64).ok_or(SHAPE)?;
    Ok(DeadLetter { queue, max_receive_count })
}

fn tags(value: &Value) -> Result<Vec<(String, String)>, &'static str> {
    const SHAPE: &str = "expected a table of texts, such as { team = \"shop\" }";
    let tag = |(key, value): (&String, &Value)| Some((key.clone(), value.as_str()?.to_owned()));
    let table = value.as_object().ok_or(SHAPE)?;
    table.iter().map(tag).collect::<Option<_>>().ok_or(SHAPE)
}

/// The text that SQS takes for the value: numbers and truth values as they are written, tables as JSON.
fn attribute_value(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

struct Tables;

impl<'de> Visitor<'de> for Tables {
    type Value = Vec<Table>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("tables of the configuration file, each beginning with [[sqs_queues]]")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut tables = Vec::new();
        while let Some(table) = items.next_element()? {
            tables.push(table);
        }
        Ok(tables)
    }
}

#[cfg(test)]
mod tests;
