//! A queue's settings as the API takes them: some of them, the others stay as they are.
//!
//! Invariant: what is kept is in range and makes sense as a whole, and an error names the setting and the range.

use crate::errors::ApiError;
use crate::frame::trouble;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::borrow::Cow;
use vocab::limits::{LEASE_MS_MAX, MESSAGE_BYTES_MAX, WAIT_MS_MAX};
use vocab::{Order, QueueSettings};

/// Longest time that a setting can say, in milliseconds: a hundred years.
const LONG_MS_MAX: u64 = 100 * 366 * 24 * 60 * 60 * 1000;

/// Settings that are numbers, with the least and the greatest that they may be.
const RANGES: [(&str, u64, u64); 6] = [
    ("lease_ms", 0, LEASE_MS_MAX),
    ("delay_ms", 0, LONG_MS_MAX),
    ("wait_ms", 0, WAIT_MS_MAX),
    ("message_bytes_max", 1, MESSAGE_BYTES_MAX),
    ("retention_ms", 1, LONG_MS_MAX),
    ("leases_max", 1, u32::MAX as u64),
];

/// Settings by name; those that are missing stay as they are. A setting that is an object is replaced whole.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct SettingsChange(Map<String, Value>);

impl JsonSchema for SettingsChange {
    fn schema_name() -> Cow<'static, str> {
        "SettingsChange".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = QueueSettings::json_schema(generator);
        schema.remove("required");
        for (setting, min, max) in RANGES {
            let described = schema.pointer_mut(&format!("/properties/{setting}")).and_then(Value::as_object_mut);
            let described = described.expect("a range is that of a setting");
            described.insert("minimum".into(), min.into());
            described.insert("maximum".into(), max.into());
        }
        schema.insert("description".into(), "Some of a queue's settings; the others stay as they are.".into());
        schema
    }
}

/// `settings` with what `change` says put in.
pub(crate) fn changed(settings: &QueueSettings, change: &SettingsChange) -> Result<QueueSettings, ApiError> {
    let Ok(Value::Object(mut all)) = serde_json::to_value(settings) else {
        unreachable!("settings are an object of plain data");
    };
    for (name, value) in &change.0 {
        match all.get_mut(name) {
            Some(setting) => setting.clone_from(value),
            None => return Err(unknown(name, all.keys().map(String::as_str))),
        }
    }
    serde_path_to_error::deserialize(Value::Object(all)).map_err(|error| {
        let path = format!("settings.{}", error.path());
        trouble::refusal("the body", &path, &error.inner().to_string())
    })
}

fn unknown<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> ApiError {
    let error =
        ApiError::bad_request(format!("the body, `settings`: there is no setting `{}`", trouble::shortened(name)));
    match trouble::nearest(name, known) {
        Some(nearest) => error.hint(format!("did you mean `{nearest}`?")),
        None => error.hint("GET a queue to see all its settings"),
    }
}

/// Refused unless `settings` make sense for the queue `name`.
pub(crate) fn check(settings: &QueueSettings, name: &str) -> Result<(), ApiError> {
    let given = [
        Some(settings.lease_ms),
        Some(settings.delay_ms),
        Some(settings.wait_ms),
        Some(settings.message_bytes_max),
        settings.retention_ms,
        settings.leases_max.map(u64::from),
    ];
    for ((setting, min, max), value) in RANGES.into_iter().zip(given) {
        value.map_or(Ok(()), |value| within(setting, value, min, max))?;
    }
    if let Some(dedup) = &settings.dedup {
        within("dedup.window_ms", dedup.window_ms, 1, LONG_MS_MAX)?;
    }
    if settings.priority_max > 0 && settings.order != Order::Standard {
        return Err(refused("priority_max", "priorities count only where `order` is `standard`; set one of the two"));
    }
    let Some(bury) = &settings.bury else { return Ok(()) };
    if bury.max == Some(0) {
        return Err(refused("bury.max", "at least 1, or null for a consumer's word alone"));
    }
    match bury.queue() {
        Some("") => Err(refused("bury.dead_letter", "the name of a queue is not empty")),
        Some(target) if target == name => Err(refused(
            "bury.dead_letter",
            "a queue cannot set messages aside in itself: they would come back for ever",
        )),
        Some(_) | None => Ok(()),
    }
}

fn within(setting: &str, value: u64, min: u64, max: u64) -> Result<(), ApiError> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(refused(setting, &format!("from {min} to {max}, not {value}")))
}

fn refused(setting: &str, reason: &str) -> ApiError {
    ApiError::bad_request(format!("the body, `settings.{setting}`: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use vocab::{BuryPolicy, CountedBy};

    fn change(value: Value) -> SettingsChange {
        serde_json::from_value(value).expect("an object")
    }

    fn check_refused(value: &Value, part: &str, hint: Option<&str>) {
        let error = changed(&QueueSettings::default(), &change(value.clone()))
            .and_then(|settings| check(&settings, "orders"))
            .expect_err("it makes no sense");
        assert!(error.message.contains(part), "{value}: {error:?}");
        assert_eq!(error.hint.as_deref(), hint, "{value}");
    }

    #[test]
    fn only_what_is_said_changes() {
        let before = QueueSettings { delay_ms: 7, ..QueueSettings::default() };
        let bury = json!({ "counted_by": "failures", "max": 5, "dead_letter": "orders-dead" });
        let after = changed(&before, &change(json!({ "lease_ms": 1000, "bury": bury }))).expect("it is valid");
        let bury = Some(BuryPolicy::into_queue(CountedBy::Failures, 5, "orders-dead"));
        assert_eq!(after, QueueSettings { lease_ms: 1000, bury, ..before.clone() });
        assert_eq!(changed(&after, &change(json!({ "lease_ms": 30_000, "bury": null }))), Ok(before));
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_its_name() {
        check_refused(&json!({ "leas_ms": 1 }), "`leas_ms`", Some("did you mean `lease_ms`?"));
        check_refused(&json!({ "lease_ms": "1" }), "`settings.lease_ms`: invalid type", None);
        check_refused(&json!({ "lease_ms": LEASE_MS_MAX + 1 }), "from 0 to 604800000", None);
        check_refused(&json!({ "message_bytes_max": 0 }), "from 1 to", None);
        check_refused(&json!({ "order": "fairly" }), "unknown variant", Some("did you mean `fair`?"));
        check_refused(&json!({ "order": "laned", "priority_max": 3 }), "priority_max", None);
        let bury =
            |max: u32, queue: &str| json!({ "bury": { "counted_by": "failures", "max": max, "dead_letter": queue } });
        check_refused(&bury(0, "dead"), "bury.max", None);
        check_refused(&bury(3, "orders"), "in itself", None);
        check_refused(&bury(3, ""), "not empty", None);
    }
}
