//! Who we are and what we can do, as `connection.start` tells clients; and what clients tell of themselves.

use crate::session::Capabilities;
use crate::wire::table::{Table, TableBuilder, Value};

/// What the server can do beyond the specification, by RabbitMQ's names, which clients look for.
const CAPABILITIES: &[&str] = &[
    "publisher_confirms",
    "exchange_exchange_bindings",
    "basic.nack",
    "consumer_cancel_notify",
    "connection.blocked",
    "consumer_priorities",
    "authentication_failure_close",
    "per_consumer_qos",
    "direct_reply_to",
];

/// The table of `connection.start`.
pub(crate) fn server_properties() -> TableBuilder {
    let mut capabilities = TableBuilder::new();
    for name in CAPABILITIES {
        capabilities.put(name.as_bytes(), Value::Bool(true));
    }
    let text = |text: &'static str| Value::Text(text.as_bytes());
    TableBuilder::new()
        .with("capabilities", Value::Table(capabilities.table()))
        .with("product", text("Longshore"))
        .with("version", text(env!("CARGO_PKG_VERSION")))
        .with("platform", text("Rust"))
        .with("information", text("Licensed under the Apache License, Version 2.0"))
        .with("copyright", text("The Longshore authors"))
}

impl Capabilities {
    /// What a client says that it can do.
    pub(crate) fn of(properties: Table<'_>) -> Self {
        let said = match properties.get("capabilities") {
            Some(Value::Table(said)) => said,
            _ => Table::default(),
        };
        let can = |name| said.get(name).and_then(|value| value.bool()).unwrap_or(false);
        Self {
            cancel_notify: can("consumer_cancel_notify"),
            blocked: can("connection.blocked"),
            authentication_failure_close: can("authentication_failure_close"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_can_what_it_says_and_nothing_else() {
        let said = TableBuilder::new()
            .with("connection.blocked", Value::Bool(true))
            .with("consumer_cancel_notify", Value::Bool(false));
        let properties =
            TableBuilder::new().with("product", Value::Text(b"x")).with("capabilities", Value::Table(said.table()));
        let capabilities = Capabilities::of(properties.table());
        assert!(capabilities.blocked && !capabilities.cancel_notify && !capabilities.authentication_failure_close);
        assert!(!Capabilities::of(Table::default()).blocked);
    }

    #[test]
    fn the_server_says_what_clients_look_for() {
        let properties = server_properties();
        let Some(Value::Table(capabilities)) = properties.table().get("capabilities") else { panic!("it has some") };
        assert_eq!(capabilities.get("publisher_confirms"), Some(Value::Bool(true)));
    }
}
