//! A message that was handed to this worker.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value};

/// One delivery, as the admin API gives it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Delivery {
    /// What settles it.
    pub(super) token: String,
    /// The message's id.
    pub(super) id: String,
    body: Option<String>,
    body_base64: Option<String>,
    /// Its headers.
    pub(super) headers: Map<String, Value>,
    /// The lane whose order it keeps.
    pub(super) lane: Option<String>,
    /// 0 to 255.
    pub(super) priority: u64,
    /// When it was published.
    pub(super) published_ms: u64,
    /// How often it was handed out, this time included.
    pub(super) deliveries: u32,
    /// How often it failed before.
    pub(super) failures: u32,
}

impl Delivery {
    /// The bytes that its producer sent.
    pub(super) fn body(&self) -> Vec<u8> {
        match (&self.body, &self.body_base64) {
            (Some(text), _) => text.as_bytes().to_vec(),
            (None, Some(base64)) => STANDARD.decode(base64).unwrap_or_default(),
            (None, None) => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_body_is_what_was_sent_whether_text_or_not() {
        let of = |delivery: Value| Delivery::deserialize(&delivery).expect("the contract's shape").body();
        assert_eq!(of(json!({ "token": "t", "body": "ö" })), "ö".as_bytes());
        assert_eq!(of(json!({ "body_base64": "/wA=" })), [0xff, 0]);
        assert_eq!(of(json!({})), [0; 0]);
    }
}
