//! `longshore consumers` and `longshore connections`: who is there, and what they hold.
//!
//! What it is not: a history; who left is listed only for as long as they hold something.

use super::answers::Consumer;
use super::output::print;
use super::table::{Side, Table};
use super::words::{ago, number};
use super::{DONE, next_page};
use crate::ask::{Client, Path};
use crate::cli::{AskArgs, ConnectionsArgs, ConsumersArgs};
use crate::tools::ToolError;
use serde::Deserialize;
use serde_json::{Value, json};
use vocab::clock::{Clock, SystemClock};

/// Shows consumers.
pub(crate) fn consumers(arguments: &ConsumersArgs) -> Result<u8, ToolError> {
    let path = Path::new("/v1/consumers").with_some("queue", arguments.queue.as_deref());
    let all = every(&arguments.ask, &path, "consumers")?;
    let consumers: Vec<Consumer> = all.iter().map(|one| Consumer::deserialize(one).unwrap_or_default()).collect();
    print(&match (arguments.ask.json, consumers.is_empty()) {
        (true, _) => json!({ "consumers": all }).to_string(),
        (false, true) => "nobody receives".to_owned(),
        (false, false) => shown(&consumers, SystemClock::new().wall_ms()),
    })?;
    Ok(DONE)
}

/// Every item of an answer that comes in pages.
fn every(ask: &AskArgs, path: &Path, what: &str) -> Result<Vec<Value>, ToolError> {
    let client = Client::new(&ask.server)?;
    let (mut all, mut from) = (Vec::new(), None::<String>);
    loop {
        let mut page: Value = client.get(&path.clone().with_some("from", from.as_deref()))?;
        all.extend(page[what].as_array_mut().map(std::mem::take).unwrap_or_default());
        from = next_page(&page["next"]);
        if from.is_none() {
            return Ok(all);
        }
    }
}

fn or_dash(text: Option<&str>) -> String {
    text.filter(|text| !text.is_empty()).unwrap_or("-").to_owned()
}

/// A table of consumers.
fn shown(consumers: &[Consumer], now_ms: u64) -> String {
    let mut table = Table::new(&[
        ("CONSUMER", Side::Left),
        ("QUEUE", Side::Left),
        ("DOOR", Side::Left),
        ("PEER", Side::Left),
        ("USER", Side::Left),
        ("LEASES", Side::Right),
        ("OLDEST", Side::Right),
        ("LAST DELIVERY", Side::Right),
        ("SINCE", Side::Right),
        ("NOTES", Side::Left),
    ]);
    for consumer in consumers {
        table.row([
            if consumer.name.is_empty() { consumer.id.to_string() } else { consumer.name.clone() },
            consumer.queue.clone(),
            or_dash(Some(&consumer.door)),
            or_dash(Some(&consumer.peer)),
            or_dash(consumer.user.as_deref()),
            number(consumer.leases),
            ago(now_ms, consumer.oldest_lease_ms),
            ago(now_ms, consumer.last_delivery_ms),
            ago(now_ms, Some(consumer.since_ms)),
            if consumer.connected { String::new() } else { "gone".to_owned() },
        ]);
    }
    table.to_text()
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Connection {
    id: u64,
    door: String,
    peer: String,
    user: Option<String>,
    since_ms: u64,
    tls: bool,
    client: Option<String>,
    name: Option<String>,
    consumers: u64,
    leases: u64,
}

/// Shows connections.
pub(crate) fn connections(arguments: &ConnectionsArgs) -> Result<u8, ToolError> {
    let path = Path::new("/v1/connections").with_some("door", arguments.door.as_deref());
    let all = every(&arguments.ask, &path, "connections")?;
    let connections: Vec<Connection> = all.iter().map(|one| Connection::deserialize(one).unwrap_or_default()).collect();
    print(&match (arguments.ask.json, connections.is_empty()) {
        (true, _) => json!({ "connections": all }).to_string(),
        (false, true) => "nobody is connected".to_owned(),
        (false, false) => connected(&connections, SystemClock::new().wall_ms()),
    })?;
    Ok(DONE)
}

fn connected(connections: &[Connection], now_ms: u64) -> String {
    let mut table = Table::new(&[
        ("ID", Side::Right),
        ("DOOR", Side::Left),
        ("PEER", Side::Left),
        ("USER", Side::Left),
        ("TLS", Side::Left),
        ("CONSUMERS", Side::Right),
        ("LEASES", Side::Right),
        ("SINCE", Side::Right),
        ("CLIENT", Side::Left),
    ]);
    for connection in connections {
        table.row([
            connection.id.to_string(),
            connection.door.clone(),
            connection.peer.clone(),
            or_dash(connection.user.as_deref()),
            if connection.tls { "yes" } else { "no" }.to_owned(),
            number(connection.consumers),
            number(connection.leases),
            ago(now_ms, Some(connection.since_ms)),
            or_dash(connection.name.as_deref().or(connection.client.as_deref())),
        ]);
    }
    table.to_text()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str) -> String {
        text.lines().nth(1).expect("a row").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn who_holds_what_is_a_table() {
        let consumers = json!([{ "id": 3, "name": "work@host:7", "door": "admin", "queue": "orders", "leases": 1200,
            "since_ms": 0, "oldest_lease_ms": 18_000, "last_delivery_ms": null, "peer": "127.0.0.1:5", "user": null,
            "connected": false }]);
        let text = shown(&Vec::deserialize(&consumers).expect("the contract's shape"), 60_000);
        assert_eq!(row(&text), "work@host:7 orders admin 127.0.0.1:5 - 1,200 42 s - 1 min gone");
        let connections =
            json!([{ "id": 9, "door": "sqs", "peer": "p", "tls": true, "since_ms": 0, "client": "boto3" }]);
        let text = connected(&Vec::deserialize(&connections).expect("the contract's shape"), 1000);
        assert_eq!(row(&text), "9 sqs p - yes 0 0 1 s boto3");
    }
}
