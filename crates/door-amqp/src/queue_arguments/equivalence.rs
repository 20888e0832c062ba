//! Whether a queue that exists is what a declaration asks for, and in which words it is not.

use super::{Declared, Notes};
use crate::Vhost;
use crate::errors::AmqpError;
use crate::wire::table::Value;

/// The arguments that must be the same: those that RabbitMQ compares.
const COMPARED: &[&str] = &[
    "x-expires",
    "x-message-ttl",
    "x-dead-letter-exchange",
    "x-dead-letter-routing-key",
    "x-max-length",
    "x-max-length-bytes",
    "x-overflow",
    "x-max-priority",
    "x-single-active-consumer",
    "x-queue-type",
    "x-delivery-limit",
];

/// What differs, if anything does.
pub(crate) fn inequivalent(declared: &Declared<'_>, existing: &Notes, vhost: &Vhost) -> Option<AmqpError> {
    let flags = [
        ("durable", declared.durable, existing.durable),
        ("exclusive", declared.exclusive, existing.exclusive),
        ("auto_delete", declared.auto_delete, existing.auto_delete),
    ];
    let refused = |name: &str, said: String| {
        let (queue, vhost) = (declared.name, vhost.name());
        AmqpError::precondition(format!("inequivalent arg '{name}' for queue '{queue}' in vhost '{vhost}': {said}"))
    };
    if let Some((name, received, current)) = flags.into_iter().find(|(_, received, current)| received != current) {
        return Some(refused(name, format!("received '{received}' but current is '{current}'")));
    }
    COMPARED.iter().find_map(|name| {
        let (received, current) = (declared.arguments.get(name), existing.arguments().get(name));
        let same = match (received, current) {
            (Some(received), Some(current)) => is_same(received, current),
            (None, None) => true,
            // Every queue is of some type: not to name it asks for none in particular.
            (None, Some(_)) | (Some(_), None) => *name == "x-queue-type",
        };
        (!same).then(|| refused(name, difference(received, current)))
    })
}

/// Numbers are the same whatever their width.
fn is_same(one: Value<'_>, other: Value<'_>) -> bool {
    match (one.integer(), other.integer()) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

/// The types are told where one side says nothing.
pub(crate) fn difference(received: Option<Value<'_>>, current: Option<Value<'_>>) -> String {
    let typed = |value: Option<Value<'_>>| match value {
        Some(value) => format!("the value '{}' of type '{}'", shown(value), type_name(value)),
        None => "none".to_owned(),
    };
    match (received, current) {
        (Some(received), Some(current)) => {
            format!("received '{}' but current is '{}'", shown(received), shown(current))
        }
        _ => format!("received {} but current is {}", typed(received), typed(current)),
    }
}

fn shown(value: Value<'_>) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Text(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        other => other.integer().map_or_else(|| "?".to_owned(), |number| number.to_string()),
    }
}

/// What RabbitMQ calls the type.
pub(crate) fn type_name(value: Value<'_>) -> &'static str {
    match value {
        Value::Bool(_) => "bool",
        Value::I8(_) => "byte",
        Value::U8(_) => "unsignedbyte",
        Value::I16(_) => "short",
        Value::U16(_) => "unsignedshort",
        Value::I32(_) => "signedint",
        Value::U32(_) => "unsignedint",
        Value::I64(_) => "long",
        Value::F32(_) => "float",
        Value::F64(_) => "double",
        Value::Decimal { .. } => "decimal",
        Value::Text(_) => "longstr",
        Value::Bytes(_) => "binary",
        Value::Timestamp(_) => "timestamp",
        Value::Table(_) => "table",
        Value::Array(_) => "array",
        Value::Void => "void",
    }
}
