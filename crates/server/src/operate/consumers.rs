//! `longshore consumers` and `longshore connections`: who is there, and what they hold.

use super::DONE;
use super::answers::Consumer;
use super::output::print;
use super::table::{Side, Table};
use super::words::{ago, number};
use crate::ask::{Client, Path};
use crate::cli::{ConnectionsArgs, ConsumersArgs};
use crate::tools::ToolError;
use serde::Deserialize;
use serde_json::Value;
use vocab::clock::{Clock, SystemClock};

/// Shows consumers.
pub(crate) fn consumers(arguments: &ConsumersArgs) -> Result<u8, ToolError> {
    let client = Client::new(&arguments.ask.server)?;
    let path = Path::new("/v1/consumers").with_some("queue", arguments.queue.as_deref());
    let answer: Value = client.get(&path)?;
    let consumers = Vec::<Consumer>::deserialize(&answer["consumers"]).unwrap_or_default();
    let now_ms = SystemClock::new().wall_ms();
    print(&match (arguments.ask.json, consumers.is_empty()) {
        (true, _) => answer.to_string(),
        (false, true) => "nobody receives".to_owned(),
        (false, false) => shown(&consumers, now_ms),
    })?;
    Ok(DONE)
}

/// A table of consumers.
pub(super) fn shown(consumers: &[Consumer], now_ms: u64) -> String {
    let mut table = Table::new(&[
        ("CONSUMER", Side::Left),
        ("QUEUE", Side::Left),
        ("DOOR", Side::Left),
        ("PEER", Side::Left),
        ("USER", Side::Left),
        ("LEASES", Side::Right),
        ("LAST DELIVERY", Side::Right),
        ("SINCE", Side::Right),
    ]);
    for consumer in consumers {
        let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        table.row([
            if consumer.name.is_empty() { consumer.id.to_string() } else { consumer.name.clone() },
            or_dash(&consumer.queue),
            consumer.door.clone(),
            or_dash(&consumer.peer),
            or_dash(&consumer.user),
            number(consumer.leases),
            ago(now_ms, consumer.last_delivery_ms),
            ago(now_ms, Some(consumer.since_ms)),
        ]);
    }
    table.to_text()
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Connection {
    id: Value,
    door: String,
    peer: Option<String>,
    user: Option<String>,
    since_ms: u64,
    tls: bool,
    consumers: u64,
    leases: u64,
}

/// Shows connections.
pub(crate) fn connections(arguments: &ConnectionsArgs) -> Result<u8, ToolError> {
    let client = Client::new(&arguments.ask.server)?;
    let answer: Value = client.get(&Path::new("/v1/connections").with_some("door", arguments.door.as_deref()))?;
    let connections = Vec::<Connection>::deserialize(&answer["connections"]).unwrap_or_default();
    print(&if arguments.ask.json {
        answer.to_string()
    } else {
        connected(&connections, SystemClock::new().wall_ms())
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
    ]);
    for connection in connections {
        table.row([
            connection.id.to_string(),
            connection.door.clone(),
            connection.peer.clone().unwrap_or_else(|| "-".to_owned()),
            connection.user.clone().unwrap_or_else(|| "-".to_owned()),
            if connection.tls { "yes" } else { "no" }.to_owned(),
            number(connection.consumers),
            number(connection.leases),
            ago(now_ms, Some(connection.since_ms)),
        ]);
    }
    table.to_text()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn who_holds_what_is_a_table() {
        let consumers = json!([{ "id": 3, "name": "work@host:7", "door": "admin", "queue": "orders", "leases": 1200,
            "since_ms": 0, "last_delivery_ms": null, "peer": "127.0.0.1:5", "user": null }]);
        let text = shown(&Vec::deserialize(&consumers).expect("the contract's shape"), 60_000);
        let row = text.lines().nth(1).expect("a row").split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(row, "work@host:7 orders admin 127.0.0.1:5 - 1,200 - 1 min");
        let connections = json!([{ "id": 9, "door": "sqs", "peer": "p", "tls": true, "since_ms": 0 }]);
        let text = connected(&Vec::deserialize(&connections).expect("the contract's shape"), 1000);
        let row = text.lines().nth(1).expect("a row").split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(row, "9 sqs p - yes 0 0 1 s");
    }
}
