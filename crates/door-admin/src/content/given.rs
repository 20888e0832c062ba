//! Bodies and headers as requests give them.
//!
//! Invariant: what was given is what the message holds, byte by byte; a number keeps the digits that JSON shows of it.

use crate::errors::ApiError;
use crate::frame::BASE64;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use vocab::{Header, HeaderValue};

/// Headers by name.
pub(crate) type GivenHeaders = BTreeMap<String, GivenValue>;

/// A header's value.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "HeaderValue")]
pub(crate) enum GivenValue {
    /// Text.
    Text(String),
    /// True or false.
    Bool(bool),
    /// A number.
    Number(#[schemars(with = "f64")] serde_json::Number),
    /// Bytes.
    Bytes(GivenBytes),
}

/// Bytes.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Bytes")]
pub(crate) struct GivenBytes {
    /// In base64, with padding.
    #[schemars(regex(pattern = BASE64))]
    base64: String,
}

/// The body that is given as text or as base64; `place` names where.
pub(crate) fn body(text: Option<String>, base64: Option<&str>, place: &str) -> Result<Vec<u8>, ApiError> {
    match (text, base64) {
        (Some(text), None) => Ok(text.into_bytes()),
        (None, Some(base64)) => decoded(base64, &format!("{place}`body_base64`")),
        (None, None) => Err(ApiError::bad_request(format!("{place}`body` or `body_base64` is missing"))),
        (Some(_), Some(_)) => Err(ApiError::bad_request(format!("{place}only one of `body` and `body_base64`"))),
    }
}

/// The headers that are given.
pub(crate) fn headers(given: GivenHeaders, place: &str) -> Result<Vec<Header>, ApiError> {
    let header = |(name, value): (String, GivenValue)| {
        let value = match value {
            GivenValue::Text(text) => HeaderValue::Text(text),
            GivenValue::Bool(value) => HeaderValue::Bool(value),
            GivenValue::Number(number) => HeaderValue::Number(number.to_string()),
            GivenValue::Bytes(bytes) => {
                HeaderValue::Bytes(decoded(&bytes.base64, &format!("{place}`headers`"))?.into())
            }
        };
        Ok(Header { name, value })
    };
    given.into_iter().map(header).collect()
}

fn decoded(base64: &str, place: &str) -> Result<Vec<u8>, ApiError> {
    STANDARD.decode(base64).map_err(|error| ApiError::bad_request(format!("{place} is no base64: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::ShownHeaders;

    #[test]
    fn headers_come_back_as_they_were_given() {
        let text = r#"{"a":"<b>\u0000","b":12,"c":-4.5,"d":true,"e":{"base64":"AP8="},"f":18446744073709551615}"#;
        let given: GivenHeaders = serde_json::from_str(text).expect("they are valid");
        let headers = headers(given, "").expect("they are valid");
        assert_eq!(serde_json::to_string(&ShownHeaders(headers)).expect("plain data"), text);
        for wrong in [r#"{"a":null}"#, r#"{"a":[1]}"#, r#"{"a":{"base64":"","b":1}}"#] {
            assert!(serde_json::from_str::<GivenHeaders>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_body_is_given_in_one_way() {
        assert_eq!(body(Some("é".into()), None, "").expect("text"), "é".as_bytes());
        assert_eq!(body(None, Some("AP8="), "").expect("base64"), [0, 255]);
        assert!(body(None, None, "").is_err() && body(Some("a".into()), Some("AP8="), "").is_err());
        assert!(body(None, Some("?"), "").expect_err("no base64").message.contains("`body_base64`"));
    }
}
