//! Settings as they are typed: `KEY=VALUE`, and where dead letters go.
//!
//! What it is not: validation. The server knows what there is to set, and says what is wrong with it.

use crate::tools::ToolError;
use serde_json::{Map, Value, json};

/// The settings of a command line, as the admin API takes them.
pub(super) fn read(
    pairs: &[String],
    dead_letter: Option<&str>,
    failures_max: u32,
) -> Result<Map<String, Value>, ToolError> {
    let mut settings = Map::new();
    for pair in pairs {
        let Some((key, value)) = pair.split_once('=').filter(|(key, _)| !key.is_empty()) else {
            return Err(wrong(pair, "expected KEY=VALUE, for example lease_ms=60000"));
        };
        // What is no JSON is a text, so that nobody has to type quotes inside quotes.
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
        if settings.insert(key.to_owned(), value).is_some() {
            return Err(wrong(pair, "this key is there twice"));
        }
    }
    if let Some(queue) = dead_letter {
        let bury = json!({ "counted_by": "failures", "max": failures_max, "dead_letter": queue });
        if settings.insert("bury".to_owned(), bury).is_some() {
            return Err(wrong("--dead-letter", "bury= is there too; one of them is enough"));
        }
    }
    Ok(settings)
}

fn wrong(what: &str, why: &str) -> ToolError {
    ToolError::Wrong { what: what.to_owned(), why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(pairs: &[&str], dead_letter: Option<&str>) -> Result<Value, String> {
        let pairs: Vec<String> = pairs.iter().map(|&pair| pair.to_owned()).collect();
        read(&pairs, dead_letter, 3).map(Value::Object).map_err(|error| error.to_string())
    }

    #[test]
    fn values_are_json_or_text() {
        let expected =
            json!({ "lease_ms": 60000, "order": "laned", "leases_max": null, "length": { "messages_max": 5 } });
        let typed = ["lease_ms=60000", "order=laned", "leases_max=null", "length={\"messages_max\":5}"];
        assert_eq!(settings(&typed, None), Ok(expected));
        let bury = json!({ "bury": { "counted_by": "failures", "max": 3, "dead_letter": "dead" } });
        assert_eq!(settings(&[], Some("dead")), Ok(bury.clone()));
        let read: Result<vocab::BuryPolicy, _> = serde_json::from_value(bury["bury"].clone());
        assert_eq!(read.expect("a policy").queue(), Some("dead"));
    }

    #[test]
    fn what_is_no_pair_is_refused() {
        for (pairs, dead_letter) in
            [(["lease_ms"].as_slice(), None), (&["=1"], None), (&["a=1", "a=2"], None), (&["bury=null"], Some("dead"))]
        {
            settings(pairs, dead_letter).expect_err("refused");
        }
    }
}
