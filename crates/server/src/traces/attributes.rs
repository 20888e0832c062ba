//! What is said of each span, in the words of OpenTelemetry's conventions for messaging, and in ours where those have none.
//!
//! Invariant: a body is in none of them, nor a header; a consumer's own words are, for they say why work failed.

use broker::Broker;
use broker::traces::{Outcome, Span, Step};
use std::borrow::Cow;
use vocab::{ConsumerId, DeathReason, DoorCode};

/// An attribute's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Text(Cow<'a, str>),
    Integer(u64),
}

/// Keys and values.
pub(super) type Attributes<'a> = [(&'static str, Value<'a>)];

/// A span's kind, as OTLP numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Internal = 1,
    Server = 2,
    Consumer = 5,
}

/// A span in others' words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Described<'a> {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) attributes: Vec<(&'static str, Value<'a>)>,
    /// What went wrong, if something did.
    pub(super) error: Option<Cow<'a, str>>,
}

/// Most of a consumer's words.
const WORDS_BYTES_MAX: usize = 1024;

pub(super) fn describe<'a>(broker: &Broker, span: &'a Span) -> Described<'a> {
    let queue = span.queue.as_ref().map_or("", |queue| queue.name.as_str());
    let (operation, kind) = match &span.step {
        Step::Publish { .. } => ("publish", Kind::Server),
        Step::Wait { .. } => ("wait", Kind::Internal),
        Step::Work { .. } => ("process", Kind::Consumer),
        Step::Bury { .. } => ("bury", Kind::Internal),
        Step::Move { .. } => ("move", Kind::Internal),
    };
    let mut attributes = vec![
        ("messaging.system", Value::Text("longshore".into())),
        ("messaging.operation.name", Value::Text(operation.into())),
        ("messaging.destination.name", Value::Text(queue.into())),
        ("messaging.message.id", Value::Text(span.message.to_string().into())),
    ];
    let mut error = None;
    match &span.step {
        Step::Publish { door, body_bytes } => {
            attributes.push(("messaging.operation.type", Value::Text("send".into())));
            attributes.push(("messaging.message.body.size", Value::Integer(*body_bytes)));
            attributes.extend(door_of(broker, *door));
        }
        Step::Wait { deliveries } => attributes.push(("longshore.deliveries", Value::Integer((*deliveries).into()))),
        Step::Work { door, consumer, deliveries, failures, outcome } => {
            attributes.push(("messaging.operation.type", Value::Text("process".into())));
            attributes.extend(door_of(broker, *door));
            attributes.extend(consumer_of(broker, *consumer));
            attributes.push(("longshore.deliveries", Value::Integer((*deliveries).into())));
            attributes.push(("longshore.failures", Value::Integer((*failures).into())));
            error = put_outcome(&mut attributes, outcome);
        }
        Step::Bury { reason, to } => {
            attributes.push(("longshore.reason", Value::Text(death(*reason).into())));
            attributes
                .extend(to.as_ref().map(|to| ("longshore.dead_letter_queue", Value::Text(to.name.as_str().into()))));
        }
        Step::Move { to } => {
            attributes.extend(to.as_ref().map(|to| ("longshore.target_queue", Value::Text(to.name.as_str().into()))));
        }
    }
    let name = if queue.is_empty() { operation.to_owned() } else { format!("{operation} {queue}") };
    Described { name, kind, attributes, error }
}

fn door_of(broker: &Broker, door: DoorCode) -> Option<(&'static str, Value<'static>)> {
    let name = broker.door_name(door);
    (!name.is_empty()).then(|| ("longshore.door", Value::Text(name.to_string().into())))
}

/// What it calls itself, or its address, or the number that it had.
fn consumer_of(broker: &Broker, consumer: ConsumerId) -> Option<(&'static str, Value<'static>)> {
    let known = broker.consumer(consumer);
    let said = known.iter().flat_map(|info| [&*info.name, &*info.peer]).find(|said| !said.is_empty());
    let said = said.map_or_else(|| consumer.to_string(), str::to_owned);
    (consumer != ConsumerId::UNKNOWN).then(|| ("longshore.consumer", Value::Text(said.into())))
}

/// Adds how work ended; gives what went wrong.
fn put_outcome<'a>(attributes: &mut Vec<(&'static str, Value<'a>)>, outcome: &'a Outcome) -> Option<Cow<'a, str>> {
    let (name, words) = match outcome {
        Outcome::Acked => ("acked", None),
        Outcome::Released => ("released", None),
        Outcome::Removed => ("removed", None),
        Outcome::LeaseExpired => ("lease_expired", Some("its lease ran out")),
        Outcome::Failed(words) => ("failed", Some(words.as_deref().unwrap_or("it failed"))),
        Outcome::Rejected(words) => ("rejected", Some(words.as_deref().unwrap_or("it was rejected"))),
    };
    attributes.push(("longshore.outcome", Value::Text(name.into())));
    if words.is_some() {
        attributes.push(("error.type", Value::Text(name.into())));
    }
    words.map(|words| words[..words.floor_char_boundary(WORDS_BYTES_MAX)].into())
}

fn death(reason: DeathReason) -> &'static str {
    match reason {
        DeathReason::Rejected => "rejected",
        DeathReason::Expired => "expired",
        DeathReason::TooLong => "too_long",
        DeathReason::Limit => "too_many_attempts",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_is_an_error_with_its_words_and_what_was_done_is_none() {
        let check = |outcome: &Outcome, name: &str, expected: Option<&str>| {
            let mut attributes = Vec::new();
            let error = put_outcome(&mut attributes, outcome);
            assert_eq!(error.as_deref(), expected, "{outcome:?}");
            assert_eq!(attributes[0], ("longshore.outcome", Value::Text(name.into())));
            assert_eq!(attributes.len(), 1 + usize::from(expected.is_some()));
        };
        check(&Outcome::Acked, "acked", None);
        check(&Outcome::Released, "released", None);
        check(&Outcome::LeaseExpired, "lease_expired", Some("its lease ran out"));
        check(&Outcome::Failed(Some("no beans".into())), "failed", Some("no beans"));
        let long = "é".repeat(WORDS_BYTES_MAX);
        let cut = "é".repeat(WORDS_BYTES_MAX / 2);
        check(&Outcome::Rejected(Some(long.into())), "rejected", Some(&cut));
    }
}
