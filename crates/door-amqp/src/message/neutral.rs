//! Headers of an AMQP message in neutral types, for routing by headers and for the other doors.

use crate::publish::is_undelivered;
use crate::wire::table::{Table, Value};
use bytes::Bytes;
use vocab::{Header, HeaderValue};

/// Headers with a value that every door can say, and a name that is text; of several of one name the first. Tables, arrays and nothing
/// stay in the native block alone.
pub(crate) fn neutral_headers(table: Table<'_>) -> Vec<Header> {
    let mut headers = Vec::<Header>::new();
    for (name, value) in table.iter() {
        let Ok(name) = std::str::from_utf8(name) else { continue };
        if is_undelivered(name) || headers.iter().any(|known| known.name == name) {
            continue;
        }
        if let Some(value) = neutral_value(&value) {
            headers.push(Header { name: name.to_owned(), value });
        }
    }
    headers
}

/// A value in neutral types, where there is one for it.
pub(crate) fn neutral_value(value: &Value<'_>) -> Option<HeaderValue> {
    Some(match *value {
        Value::Bool(value) => HeaderValue::Bool(value),
        Value::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => HeaderValue::Text(text.to_owned()),
            Err(_) => HeaderValue::Bytes(Bytes::copy_from_slice(bytes)),
        },
        Value::Bytes(bytes) => HeaderValue::Bytes(Bytes::copy_from_slice(bytes)),
        Value::F32(value) => HeaderValue::Number(value.to_string()),
        Value::F64(value) => HeaderValue::Number(value.to_string()),
        Value::Timestamp(seconds) => HeaderValue::Number(seconds.to_string()),
        Value::Decimal { .. } | Value::Table(_) | Value::Array(_) | Value::Void => return None,
        ref number => HeaderValue::Number(number.integer()?.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::table::TableBuilder;

    #[test]
    fn what_every_door_can_say_becomes_a_header() {
        let table = TableBuilder::new()
            .with("text", Value::Text("é".as_bytes()))
            .with("raw", Value::Bytes(&[0, 255]))
            .with("small", Value::I8(-5))
            .with("large", Value::I64(i64::MIN))
            .with("half", Value::F64(0.5))
            .with("yes", Value::Bool(true))
            .with("nothing", Value::Void)
            .with("BCC", Value::Text(b"secret"))
            .with("text", Value::Text(b"again"));
        let headers = neutral_headers(table.table());
        let shown: Vec<_> = headers.iter().map(|header| (header.name.as_str(), &header.value)).collect();
        let number = |text: &str| HeaderValue::Number(text.to_owned());
        let expected = [
            ("text", HeaderValue::Text("é".to_owned())),
            ("raw", HeaderValue::Bytes(Bytes::from_static(&[0, 255]))),
            ("small", number("-5")),
            ("large", number("-9223372036854775808")),
            ("half", number("0.5")),
            ("yes", HeaderValue::Bool(true)),
        ];
        assert_eq!(shown, expected.iter().map(|(name, value)| (*name, value)).collect::<Vec<_>>());
    }
}
