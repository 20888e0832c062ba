//! `longshore users` and `longshore audit`: who may do what, and who did.

use super::DONE;
use super::output::print;
use super::table::{Side, Table};
use super::words::{cut, time};
use crate::ask::{Client, Path};
use crate::cli::{AskArgs, AuditArgs};
use crate::tools::ToolError;
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct User {
    name: String,
    keys: Value,
    permissions: Vec<Permissions>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Permissions {
    queues: String,
    may: Vec<String>,
}

/// Shows users.
pub(crate) fn users(arguments: &AskArgs) -> Result<u8, ToolError> {
    let client = Client::new(&arguments.server)?;
    let answer: Value = client.get(&Path::new("/v1/users"))?;
    let users = Vec::<User>::deserialize(&answer["users"]).unwrap_or_default();
    print(&match (arguments.json, users.is_empty()) {
        (true, _) => answer.to_string(),
        (false, true) => "there are no users: whoever reaches the server may do anything".to_owned(),
        (false, false) => shown(&users),
    })?;
    Ok(DONE)
}

fn shown(users: &[User]) -> String {
    let mut table =
        Table::new(&[("USER", Side::Left), ("KEYS", Side::Left), ("QUEUES", Side::Left), ("MAY", Side::Left)]);
    for user in users {
        let (mut name, mut keys) = (user.name.clone(), listed(&user.keys));
        let nothing = Permissions { queues: "-".to_owned(), may: vec!["nothing".to_owned()] };
        let permissions = if user.permissions.is_empty() { std::slice::from_ref(&nothing) } else { &user.permissions };
        for Permissions { queues, may } in permissions {
            table.row([std::mem::take(&mut name), std::mem::take(&mut keys), queues.clone(), may.join(", ")]);
        }
    }
    table.to_text()
}

/// Ids, or how many there are.
fn listed(keys: &Value) -> String {
    match keys {
        Value::Array(keys) => {
            let id = |key: &Value| key.as_str().or_else(|| key["id"].as_str()).unwrap_or_default().to_owned();
            keys.iter().map(id).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Entry {
    at_ms: u64,
    user: Option<String>,
    peer: Option<String>,
    action: String,
    queue: Option<String>,
    details: Value,
    outcome: Value,
}

/// Shows what was changed.
pub(crate) fn audit(arguments: &AuditArgs) -> Result<u8, ToolError> {
    let client = Client::new(&arguments.ask.server)?;
    let answer: Value = client.get(&Path::new("/v1/audit").with("limit", arguments.limit))?;
    let entries = Vec::<Entry>::deserialize(&answer["entries"]).unwrap_or_default();
    print(&match (arguments.ask.json, entries.is_empty()) {
        (true, _) => answer.to_string(),
        (false, true) => "nothing was changed through the admin door yet".to_owned(),
        (false, false) => changes(&entries),
    })?;
    Ok(DONE)
}

fn changes(entries: &[Entry]) -> String {
    let mut table = Table::new(&[
        ("WHEN", Side::Left),
        ("WHO", Side::Left),
        ("FROM", Side::Left),
        ("WHAT", Side::Left),
        ("QUEUE", Side::Left),
        ("OUTCOME", Side::Left),
        ("DETAILS", Side::Left),
    ]);
    for entry in entries {
        let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        table.row([
            time(entry.at_ms),
            or_dash(&entry.user),
            or_dash(&entry.peer),
            entry.action.clone(),
            or_dash(&entry.queue),
            plain(&entry.outcome),
            cut(&plain(&entry.details), 60),
        ]);
    }
    table.to_text()
}

/// A text as it is, nothing for nothing, JSON otherwise.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn words(text: &str, line: usize) -> String {
        text.lines().nth(line).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_permission_is_a_row_and_a_name_is_told_once() {
        let users = json!([{ "name": "shop", "keys": ["a", "b"], "permissions": [
            { "queues": "orders-*", "may": ["send", "receive"] }, { "queues": "*", "may": ["manage"] }] }]);
        let text = shown(&Vec::deserialize(&users).expect("the contract's shape"));
        assert_eq!(words(&text, 1), "shop a, b orders-* send, receive");
        assert_eq!(words(&text, 2), "* manage");
    }

    #[test]
    fn a_change_is_told_with_time_and_outcome() {
        let entries = json!([{ "at_ms": 0, "user": null, "peer": "127.0.0.1:9", "action": "purge", "queue": "orders",
            "details": { "what": "all" }, "outcome": "ok" }]);
        let text = changes(&Vec::deserialize(&entries).expect("the contract's shape"));
        assert_eq!(words(&text, 1), "1970-01-01 00:00:00Z - 127.0.0.1:9 purge orders ok {\"what\":\"all\"}");
    }
}
