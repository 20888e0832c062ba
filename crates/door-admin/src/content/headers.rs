//! A message's headers as a JSON object, in the producer's order.
//!
//! Invariant: no digit of a number is lost. What a reader of JSON numbers would change (`4.50`, thirty digits, `NaN`) is
//! written as text.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Number;
use std::borrow::Cow;
use vocab::{Header, HeaderValue};

/// Headers, shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ShownHeaders(pub(crate) Vec<Header>);

/// Bytes, as JSON has them.
#[derive(Serialize)]
struct Base64 {
    base64: String,
}

impl Serialize for ShownHeaders {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for Header { name, value } in &self.0 {
            match value {
                HeaderValue::Text(text) => map.serialize_entry(name, text)?,
                HeaderValue::Bool(value) => map.serialize_entry(name, value)?,
                HeaderValue::Bytes(bytes) => map.serialize_entry(name, &Base64 { base64: STANDARD.encode(bytes) })?,
                HeaderValue::Number(digits) => match number(digits) {
                    Some(number) => map.serialize_entry(name, &number)?,
                    None => map.serialize_entry(name, digits)?,
                },
            }
        }
        map.end()
    }
}

/// The digits as a number of JSON, if it is written just so.
fn number(digits: &str) -> Option<Number> {
    digits.parse().ok().filter(|number: &Number| number.to_string() == digits)
}

fn value_schema() -> Schema {
    json_schema!({"anyOf": [
        {"type": "string"},
        {"type": "number"},
        {"type": "boolean"},
        {
            "type": "object",
            "properties": {"base64": {"type": "string"}},
            "required": ["base64"],
            "additionalProperties": false,
        },
    ]})
}

impl JsonSchema for ShownHeaders {
    fn schema_name() -> Cow<'static, str> {
        "Headers".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "object", "additionalProperties": value_schema()})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_is_shown_in_order() {
        let values = [
            ("z", HeaderValue::Text("<i>".into()), r#""<i>""#),
            ("a", HeaderValue::Number("12".into()), "12"),
            ("b", HeaderValue::Number("-4.5".into()), "-4.5"),
            ("c", HeaderValue::Number("18446744073709551615".into()), "18446744073709551615"),
            ("d", HeaderValue::Bytes(vec![0, 255].into()), r#"{"base64":"AP8="}"#),
            ("e", HeaderValue::Bool(false), "false"),
        ];
        let shown = values.iter().map(|(name, value, _)| Header { name: (*name).into(), value: value.clone() });
        let written = serde_json::to_string(&ShownHeaders(shown.collect())).expect("it is plain data");
        let expected: Vec<_> = values.iter().map(|(name, _, json)| format!(r#""{name}":{json}"#)).collect();
        assert_eq!(written, format!("{{{}}}", expected.join(",")));
    }

    #[test]
    fn numbers_that_would_not_keep_their_digits_are_text() {
        let thirty = "123456789012345678901234567890";
        for digits in ["NaN", "007", ".5", "+1", "1e", "", "1 ", "-", "4.50", "1E5", thirty] {
            let header = Header { name: "n".into(), value: HeaderValue::Number(digits.into()) };
            let written = serde_json::to_value(ShownHeaders(vec![header])).expect("it is plain data");
            assert_eq!(written["n"], digits, "{digits:?}");
        }
    }
}
