//! A message's body as JSON: text where it is UTF-8, base64 where it is not.
//!
//! Invariant: what is shown is the body, byte by byte, or its beginning and says so.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::Serialize;

/// A body, shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct ShownBody {
    /// The body, where it is UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    /// The body, where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    body_base64: Option<String>,
    /// Bytes of the body, also where it was cut.
    body_bytes: u64,
    /// True where only the body's beginning is shown.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    body_cut: bool,
}

impl ShownBody {
    /// The first `bytes_max` bytes of a body. A character is never cut.
    pub(crate) fn of(body: &[u8], bytes_max: usize) -> Self {
        let start = &body[..body.len().min(bytes_max)];
        let is_cut = start.len() < body.len();
        let text = match std::str::from_utf8(start) {
            Ok(text) => Some(text),
            Err(error) if is_cut && error.error_len().is_none() => {
                std::str::from_utf8(&start[..error.valid_up_to()]).ok()
            }
            Err(_) => None,
        };
        Self {
            body: text.map(str::to_owned),
            body_base64: text.is_none().then(|| STANDARD.encode(start)),
            body_bytes: body.len() as u64,
            body_cut: is_cut,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &[u8], bytes_max: usize, expected: &str) {
        let written = serde_json::to_string(&ShownBody::of(body, bytes_max)).expect("it is plain data");
        assert_eq!(written, expected, "{body:?} {bytes_max}");
    }

    #[test]
    fn text_is_text_and_bytes_are_base64() {
        check(b"", 9, r#"{"body":"","body_bytes":0}"#);
        check("<b>é</b>".as_bytes(), 99, r#"{"body":"<b>é</b>","body_bytes":9}"#);
        check(&[0, 255], 99, r#"{"body_base64":"AP8=","body_bytes":2}"#);
        check(b"a\r\nb\0", 99, r#"{"body":"a\r\nb\u0000","body_bytes":5}"#);
    }

    #[test]
    fn a_long_body_is_cut_between_characters() {
        check("abc".as_bytes(), 2, r#"{"body":"ab","body_bytes":3,"body_cut":true}"#);
        check("aéb".as_bytes(), 2, r#"{"body":"a","body_bytes":4,"body_cut":true}"#);
        check(&[b'a', 255, b'b'], 2, r#"{"body_base64":"Yf8=","body_bytes":3,"body_cut":true}"#);
        check(&[b'a', 0xC3], 2, r#"{"body_base64":"YcM=","body_bytes":2}"#);
        check("é".as_bytes(), 0, r#"{"body":"","body_bytes":2,"body_cut":true}"#);
    }
}
