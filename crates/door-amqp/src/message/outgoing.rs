//! A neutral message as its AMQP consumer sees it: exchange, routing key and properties.

use super::DOOR;
use crate::Vhost;
use crate::deaths::death_headers;
use crate::publish::is_undelivered;
use crate::wire::properties::{PERSISTENT, Properties};
use crate::wire::table::{Table, TableBuilder, Value};
use broker::Delivery;
use bytes::{Bytes, BytesMut};
use std::borrow::Cow;
use vocab::{HeaderValue, Message};

/// How a message says where it was published to.
#[derive(Debug)]
pub(crate) struct Addressed<'a> {
    pub(crate) exchange: &'a str,
    pub(crate) key: &'a str,
    /// Flags and properties.
    pub(crate) properties: Cow<'a, [u8]>,
}

/// No flags, no properties.
const NO_PROPERTIES: &[u8] = &[0, 0];

/// What goes out with a delivery from the queue `queue`, as clients call it. `counted` tells failed deliveries in a header, as quorum queues do.
pub(crate) fn outgoing<'a>(delivery: &'a Delivery, queue: &'a str, vhost: &Vhost, counted: bool) -> Addressed<'a> {
    let message = &*delivery.message;
    let (exchange, key) = match &message.facts.route {
        Some(route) => {
            let key = route.keys.first().map_or("", String::as_str);
            // By the default exchange, which is no router, the key is a queue's name as the store has it.
            let key = if route.router.is_empty() { vhost.shown(key).unwrap_or(key) } else { key };
            (vhost.shown(&route.router).unwrap_or(&route.router), key)
        }
        None => ("", queue),
    };
    let earlier = delivery.lease.deliveries.saturating_sub(1);
    let count = (counted && earlier > 0).then_some(earlier);
    Addressed { exchange, key, properties: properties(delivery, message, vhost, count) }
}

fn properties<'a>(delivery: &Delivery, message: &'a Message, vhost: &Vhost, count: Option<u32>) -> Cow<'a, [u8]> {
    let native = message.native.as_ref().filter(|native| native.door == DOOR);
    let origin = message.facts.origin.as_deref();
    let read = native.and_then(|native| Properties::parse(&native.bytes).ok());
    let blind = read.and_then(|read| read.headers).is_some_and(|table| table.iter().any(|(name, _)| is_blind(name)));
    match (native, &read) {
        (Some(native), _) if origin.is_none() && count.is_none() && !blind => Cow::Borrowed(&native.bytes),
        (_, Some(read)) => Cow::Owned(rewritten(*read, message, vhost, count)),
        (_, None) if origin.is_none() && count.is_none() && is_bare(message) => Cow::Borrowed(NO_PROPERTIES),
        (_, None) if is_bare(message) => Cow::Owned(rewritten(Properties::default(), message, vhost, count)),
        (_, None) => Cow::Owned(translated(delivery, message, vhost, count)),
    }
}

/// The properties of a message that comes back to its sender, without what is not delivered.
pub(crate) fn returned<'a>(message: &'a Message, vhost: &Vhost) -> Cow<'a, [u8]> {
    let own = super::own_properties(message);
    match Properties::parse(own) {
        Ok(read) if read.headers.is_some_and(|table| table.iter().any(|(name, _)| is_blind(name))) => {
            Cow::Owned(rewritten(read, message, vhost, None))
        }
        _ => Cow::Borrowed(own),
    }
}

fn is_blind(name: &[u8]) -> bool {
    std::str::from_utf8(name).is_ok_and(is_undelivered)
}

/// Whether a message has nothing to tell in properties: one of this door that came without any.
fn is_bare(message: &Message) -> bool {
    let facts = &message.facts;
    message.native.is_none() && message.headers.is_empty() && facts.lane.is_none() && facts.dedup.is_none()
}

/// The properties as they came, with what the broker has to say in their headers. A message that died does not expire again, and where
/// it went on by one key alone, it was copied to no other.
fn rewritten(mut read: Properties<'_>, message: &Message, vhost: &Vhost, count: Option<u32>) -> Vec<u8> {
    let origin = message.facts.origin.as_deref();
    let said = death_headers(origin, read.expiration, vhost);
    let mut headers = TableBuilder::new();
    let by_one_key = origin.is_some() && message.facts.route.as_ref().is_some_and(|route| route.keys.len() == 1);
    let gone = [BCC].into_iter().chain(by_one_key.then_some(CC));
    let replaced: Vec<&str> = said.names().chain(count.map(|_| DELIVERY_COUNT)).chain(gone).collect();
    headers.extend(read.headers.unwrap_or_default(), &replaced);
    said.put(&mut headers);
    put_count(&mut headers, count);
    if origin.is_some() {
        read.expiration = None;
    }
    let has_headers = read.headers.is_some();
    let table = headers.finish();
    written(&Properties { headers: (!table.is_empty() || has_headers).then(|| checked(&table)), ..read })
}

/// Properties made of neutral headers and facts.
fn translated(delivery: &Delivery, message: &Message, vhost: &Vhost, count: Option<u32>) -> Vec<u8> {
    let facts = &message.facts;
    let mut headers = TableBuilder::new();
    for header in &message.headers {
        let name = header.name.as_bytes();
        match &header.value {
            HeaderValue::Text(text) => headers.put(name, Value::Text(text.as_bytes())),
            HeaderValue::Number(text) => match text.parse() {
                Ok(number) => headers.put(name, Value::I64(number)),
                Err(_) => headers.put(name, Value::Text(text.as_bytes())),
            },
            HeaderValue::Bytes(bytes) => headers.put(name, Value::Bytes(bytes)),
            HeaderValue::Bool(value) => headers.put(name, Value::Bool(*value)),
        }
    }
    for (name, fact) in [(LANE, &facts.lane), (DEDUP, &facts.dedup)] {
        if let Some(fact) = fact {
            headers.put(name.as_bytes(), Value::Text(fact.as_bytes()));
        }
    }
    death_headers(facts.origin.as_deref(), None, vhost).put(&mut headers);
    put_count(&mut headers, count);
    let table = headers.finish();
    let id = message.native.is_some().then(|| delivery.id.to_string());
    let published_s = facts.origin.as_ref().map_or(facts.published_ms, |origin| origin.published_ms) / 1000;
    written(&Properties {
        headers: (!table.is_empty()).then(|| checked(&table)),
        delivery_mode: Some(PERSISTENT),
        priority: (facts.priority > 0).then_some(facts.priority),
        message_id: id.as_ref().map(String::as_bytes),
        timestamp: message.native.is_some().then_some(published_s),
        ..Properties::default()
    })
}

/// The header that tells failed deliveries.
const DELIVERY_COUNT: &str = "x-delivery-count";
/// The header that names further keys, and the one of them that is not delivered.
const CC: &str = "CC";
const BCC: &str = "BCC";
/// The headers that carry the facts of other doors' messages.
const LANE: &str = "x-lane";
const DEDUP: &str = "x-dedup";

fn put_count(headers: &mut TableBuilder, count: Option<u32>) {
    if let Some(count) = count {
        headers.put(DELIVERY_COUNT.as_bytes(), Value::I64(count.into()));
    }
}

fn checked(bytes: &Bytes) -> Table<'_> {
    Table::parse(bytes).expect("a table that was just built is well-formed")
}

fn written(properties: &Properties<'_>) -> Vec<u8> {
    let mut out = BytesMut::new();
    properties.put(&mut out);
    out.into()
}
