//! What `queue.declare` says of a queue, in neutral settings; and whether a second declaration says the same.
//!
//! ```text
//!  x-message-ttl                          retention                x-max-priority            priorities
//!  x-max-length, x-max-length-bytes,      length                   x-dead-letter-exchange,
//!  x-overflow                                                      x-dead-letter-routing-key,
//!  x-expires, x-single-active-consumer,   notes of this door       x-delivery-limit          bury policy
//!  x-consumer-timeout, x-queue-type
//! ```
//!
//! Invariant: the arguments are kept as they came, so that equality is judged by what clients said and not by what became of it.

mod equivalence;
mod notes;
mod values;

pub(crate) use equivalence::{difference, inequivalent, type_name};
pub(crate) use notes::Notes;

use crate::Vhost;
use crate::errors::AmqpError;
use crate::wire::table::Table;
use values::Reader;
use vocab::{BuryPolicy, CountedBy, DeadLetter, Durability, LengthLimit, Overflow, QueueSettings};

/// What a declaration says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Declared<'a> {
    pub(crate) name: &'a str,
    pub(crate) durable: bool,
    pub(crate) exclusive: bool,
    pub(crate) auto_delete: bool,
    pub(crate) arguments: Table<'a>,
}

impl Declared<'_> {
    /// The settings of a queue that is made by it.
    pub(crate) fn settings(&self, vhost: &Vhost, durability: Durability) -> Result<QueueSettings, AmqpError> {
        let reader = Reader { queue: self.name, vhost: vhost.name(), arguments: self.arguments };
        reader.check_kind()?;
        Ok(QueueSettings {
            // A lease lasts as long as the channel that holds it; other doors' leases as long as they ask for.
            retention_ms: reader.natural("x-message-ttl")?,
            bury: bury(&reader, vhost)?,
            length: length(&reader)?,
            priority_max: reader.priorities()?,
            transient: !self.durable || self.exclusive,
            durability,
            ..QueueSettings::default()
        })
    }
}

/// Without a dead-letter exchange and a limit there is no policy: what is rejected goes.
fn bury(reader: &Reader<'_>, vhost: &Vhost) -> Result<Option<BuryPolicy>, AmqpError> {
    let exchange = reader.text("x-dead-letter-exchange")?;
    let key = reader.text("x-dead-letter-routing-key")?;
    let limit = reader.natural("x-delivery-limit")?;
    let dead_letter = match (exchange, key) {
        (None, Some(_)) => return Err(reader.refused("x-dead-letter-routing-key", "routing_key_but_no_dlx_defined")),
        (None, None) if limit.is_none() => return Ok(None),
        (None, None) => DeadLetter::Nowhere,
        // The default exchange: the key is a queue's name.
        (Some(""), Some(key)) => {
            DeadLetter::Router { router: String::new(), key: Some(vhost.stored(key).into_owned()) }
        }
        (Some(""), None) => DeadLetter::Router { router: String::new(), key: None },
        (Some(exchange), key) => {
            DeadLetter::Router { router: vhost.stored(exchange).into_owned(), key: key.map(str::to_owned) }
        }
    };
    // A message is set aside when it came back once more than the limit says, as quorum queues count.
    let max = limit.map(|limit| u32::try_from(limit).unwrap_or(u32::MAX - 1).saturating_add(1));
    Ok(Some(BuryPolicy { counted_by: CountedBy::Deliveries, max, dead_letter, expired: exchange.is_some() }))
}

fn length(reader: &Reader<'_>) -> Result<Option<LengthLimit>, AmqpError> {
    let messages_max = reader.natural("x-max-length")?;
    let bytes_max = reader.natural("x-max-length-bytes")?;
    let overflow = match reader.text("x-overflow")? {
        None | Some("drop-head") => Overflow::DropOldest,
        Some("reject-publish") => Overflow::Refuse,
        Some("reject-publish-dlx") => Overflow::RefuseAndBury,
        Some(_) => return Err(reader.refused("x-overflow", "invalid overflow behaviour")),
    };
    Ok((messages_max.is_some() || bytes_max.is_some()).then_some(LengthLimit { messages_max, bytes_max, overflow }))
}

#[cfg(test)]
mod tests;
