//! What headers tell of a message that was dead-lettered: `x-death` and its company, as RabbitMQ's clients read them.
//!
//! ```text
//!  x-death                an array, the newest first, of tables
//!                         count l | reason S | queue S | time T | exchange S | routing-keys A of S | original-expiration S
//!  x-first-death-queue, x-first-death-reason, x-first-death-exchange
//! ```

use crate::Vhost;
use crate::wire::table::{ArrayBuilder, TableBuilder, Value};
use vocab::{Death, DeathReason, Origin};

const DEATHS: &str = "x-death";
const FIRST_QUEUE: &str = "x-first-death-queue";
const FIRST_REASON: &str = "x-first-death-reason";
const FIRST_EXCHANGE: &str = "x-first-death-exchange";

/// What there is to say.
pub(crate) struct DeathHeaders<'a> {
    origin: Option<&'a Origin>,
    /// How long the message was to live when it was published, which it is not any more.
    expiration: Option<&'a [u8]>,
    vhost: &'a Vhost,
}

/// The headers for a message of this origin; none for one that never died.
pub(crate) fn death_headers<'a>(
    origin: Option<&'a Origin>,
    expiration: Option<&'a [u8]>,
    vhost: &'a Vhost,
) -> DeathHeaders<'a> {
    DeathHeaders { origin, expiration, vhost }
}

impl<'a> DeathHeaders<'a> {
    /// The headers that they are, which stand for those that a producer wrote.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        let names = [DEATHS, FIRST_QUEUE, FIRST_REASON, FIRST_EXCHANGE];
        let count = if self.deaths().is_empty() { 0 } else { names.len() };
        names.into_iter().take(count)
    }

    /// Adds them.
    pub(crate) fn put(&self, headers: &mut TableBuilder) {
        if self.deaths().is_empty() {
            return;
        }
        let mut list = ArrayBuilder::new();
        for death in self.deaths() {
            // What the producer asked for ended with the first death.
            let expiration = self.expiration.filter(|_| death.is_first);
            list.push(Value::Table(self.entry(death, expiration).table()));
        }
        headers.put(DEATHS.as_bytes(), Value::Array(list.array()));
        let Some(first) = self.origin.and_then(Origin::first_death) else { return };
        headers.put(FIRST_QUEUE.as_bytes(), text(self.shown(&first.queue)));
        headers.put(FIRST_REASON.as_bytes(), text(word(first.reason)));
        headers.put(FIRST_EXCHANGE.as_bytes(), text(self.exchange(first)));
    }

    fn deaths(&self) -> &'a [Death] {
        self.origin.map_or(&[], |origin| &origin.deaths)
    }

    fn entry(&self, death: &Death, expiration: Option<&[u8]>) -> TableBuilder {
        let mut keys = ArrayBuilder::new();
        match &death.route {
            Some(route) if route.router.is_empty() => {
                route.keys.iter().for_each(|key| keys.push(text(self.shown(key))));
            }
            Some(route) => route.keys.iter().for_each(|key| keys.push(text(key))),
            None => keys.push(text(self.shown(&death.queue))),
        }
        let mut entry = TableBuilder::new()
            .with("count", Value::I64(i64::try_from(death.count).unwrap_or(i64::MAX)))
            .with("reason", text(word(death.reason)))
            .with("queue", text(self.shown(&death.queue)))
            .with("time", Value::Timestamp(death.first_ms / 1000))
            .with("exchange", text(self.exchange(death)))
            .with("routing-keys", Value::Array(keys.array()));
        if let Some(expiration) = expiration {
            entry.put(b"original-expiration", Value::Text(expiration));
        }
        entry
    }

    fn exchange(&self, death: &'a Death) -> &'a str {
        death.route.as_ref().map_or("", |route| self.shown(&route.router))
    }

    fn shown(&self, stored: &'a str) -> &'a str {
        self.vhost.shown(stored).unwrap_or(stored)
    }
}

fn text(text: &str) -> Value<'_> {
    Value::Text(text.as_bytes())
}

fn word(reason: DeathReason) -> &'static str {
    match reason {
        DeathReason::Rejected => "rejected",
        DeathReason::Expired => "expired",
        DeathReason::TooLong => "maxlen",
        DeathReason::Limit => "delivery_limit",
    }
}
