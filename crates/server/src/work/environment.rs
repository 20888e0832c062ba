//! What a command is told of its message: variables, and with `--post` headers of the same names.
//!
//! Invariant: no value of a message becomes the name of a variable that something else reads: every name begins with ours.

use super::delivery::Delivery;
use serde_json::Value;

const PREFIX: &str = "LONGSHORE_";

/// Longest value, in bytes. Systems limit the size of an environment, and a command that cannot be started is no use.
const VALUE_BYTES_MAX: usize = 32 * 1024;

/// Names and values for a message of `queue`.
pub(super) fn variables(delivery: &Delivery, queue: &str) -> Vec<(String, String)> {
    let mut variables: Vec<(String, String)> = [
        ("MESSAGE_ID", delivery.id.clone()),
        ("QUEUE", queue.to_owned()),
        ("DELIVERIES", delivery.deliveries.to_string()),
        ("FAILURES", delivery.failures.to_string()),
        ("LANE", delivery.lane.clone().unwrap_or_default()),
        ("PRIORITY", delivery.priority.to_string()),
        ("PUBLISHED_MS", delivery.published_ms.to_string()),
    ]
    .into_iter()
    .map(|(name, value)| (format!("{PREFIX}{name}"), fitting(&value)))
    .collect();
    for (name, value) in &delivery.headers {
        variables.push((format!("{PREFIX}HEADER_{}", upper(name)), fitting(&shown(value))));
    }
    variables
}

/// `content-type` as `CONTENT_TYPE`.
fn upper(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(fields) => fields.get("base64").and_then(Value::as_str).unwrap_or_default().to_owned(),
        other => other.to_string(),
    }
}

/// No variable can hold a zero byte.
fn fitting(value: &str) -> String {
    let mut value = value.replace('\0', "");
    if value.len() > VALUE_BYTES_MAX {
        value.truncate(value.floor_char_boundary(VALUE_BYTES_MAX));
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    #[test]
    fn facts_and_headers_are_told_by_name() {
        let delivery = json!({
            "id": "m", "deliveries": 2, "failures": 1, "priority": 5, "published_ms": 9, "lane": "k\u{0}1",
            "headers": { "content-type": "text/plain", "n": 4, "raw": { "base64": "AA==" }, "x=y": true },
        });
        let delivery = Delivery::deserialize(&delivery).expect("the contract's shape");
        let variables = variables(&delivery, "orders");
        let of = |name: &str| variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        assert_eq!(of("LONGSHORE_MESSAGE_ID"), Some("m"));
        assert_eq!(of("LONGSHORE_QUEUE"), Some("orders"));
        assert_eq!(of("LONGSHORE_LANE"), Some("k1"));
        assert_eq!(of("LONGSHORE_FAILURES"), Some("1"));
        assert_eq!(of("LONGSHORE_HEADER_CONTENT_TYPE"), Some("text/plain"));
        assert_eq!(of("LONGSHORE_HEADER_N"), Some("4"));
        assert_eq!(of("LONGSHORE_HEADER_RAW"), Some("AA=="));
        assert_eq!(of("LONGSHORE_HEADER_X_Y"), Some("true"));
        assert_eq!(fitting(&"ö".repeat(VALUE_BYTES_MAX)).len(), VALUE_BYTES_MAX);
    }
}
