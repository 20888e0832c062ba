//! `POST /v1/queues/{queue}/messages`: sends one message, or many in one commit.

use crate::api::Api;
use crate::audit::Audited;
use crate::caller::Caller;
use crate::content::given::{self, GivenHeaders};
use crate::errors::{ApiError, Code};
use crate::frame::{BASE64, Json, LargeBody, QueueInPath, read_json};
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use schemars::JsonSchema;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use vocab::limits::BATCH_COUNT_MAX;
use vocab::{Facts, Message};

/// Longest lane and longest dedup id, in bytes: longer than any protocol's own limit.
const KEY_BYTES_MAX: usize = 255;

/// Longest delay and longest life of a message, in milliseconds: a hundred years.
const TIME_MS_MAX: u64 = 100 * 366 * 24 * 60 * 60 * 1000;

/// What is sent: `read` tells the two apart.
#[derive(JsonSchema)]
#[schemars(untagged, rename = "Sending")]
#[expect(dead_code, reason = "it describes what is read as one of the two")]
pub(crate) enum Wanted {
    /// One message.
    One(NewMessage),
    /// Many.
    Many(Many),
}

/// Many messages.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewMessages")]
pub(crate) struct Many {
    #[schemars(length(min = 1, max = 10_000))]
    messages: Vec<NewMessage>,
}

/// A message to send. Either `body` or `body_base64` is there.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = one_body()))]
pub(crate) struct NewMessage {
    /// The body, as text.
    #[serde(default)]
    body: Option<String>,
    /// The body, as bytes.
    #[serde(default)]
    #[schemars(regex(pattern = BASE64))]
    body_base64: Option<String>,
    #[serde(default)]
    headers: GivenHeaders,
    /// Messages of one lane are handed out in order, where the queue's order is `laned`.
    #[serde(default)]
    #[schemars(length(min = 1, max = 255))]
    lane: Option<String>,
    /// Sent again under the same id it is taken for the same message, where the queue looks for that.
    #[serde(default)]
    #[schemars(length(min = 1, max = 255))]
    dedup: Option<String>,
    /// It goes before messages of a lower one, where the queue knows priorities.
    #[serde(default)]
    priority: u8,
    /// It is not handed out before so many milliseconds; left out, the queue's own delay.
    #[serde(default)]
    #[schemars(range(max = 3_162_240_000_000_u64))]
    delay_ms: Option<u64>,
    /// It is gone after so many milliseconds, read or not.
    #[serde(default)]
    #[schemars(range(min = 1, max = 3_162_240_000_000_u64))]
    expires_in_ms: Option<u64>,
}

/// One of the two ways to give a body, and not the other.
fn one_body() -> Value {
    let given = |one: &str, other: &str| json!({ "required": [one], "properties": { one: { "type": "string" }, other: { "type": "null" } } });
    json!([given("body", "body_base64"), given("body_base64", "body")])
}

/// What was sent.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Sent {
    /// The messages' ids, in order. A message that was taken for an earlier one has that one's id.
    ids: Vec<String>,
}

/// Sends them.
pub(crate) async fn answer(
    State(api): State<Arc<Api>>,
    caller: Caller,
    QueueInPath(info): QueueInPath,
    body: LargeBody,
) -> Result<impl IntoResponse, ApiError> {
    let wanted = read(&body)?;
    drop(body);
    let broker = api.broker()?;
    let (now_ms, sender) = (broker.log_ms(), caller.name());
    let messages = wanted.into_iter().enumerate().map(|(index, wanted)| message(wanted, index, now_ms, sender));
    let ids = broker.publish(info.id, messages.collect::<Result<_, _>>()?).await?;
    let audited = Audited::details(json!({ "messages": ids.len() }));
    Ok((StatusCode::CREATED, Extension(audited), Json(Sent { ids: ids.iter().map(ToString::to_string).collect() })))
}

/// One message, unless there is a list of them.
fn read(body: &[u8]) -> Result<Vec<NewMessage>, ApiError> {
    #[derive(Deserialize)]
    struct Probe {
        messages: Option<IgnoredAny>,
    }
    let is_many = serde_json::from_slice(body).is_ok_and(|Probe { messages }| messages.is_some());
    if !is_many {
        return Ok(vec![read_json(body)?]);
    }
    let Many { messages } = read_json(body)?;
    match messages.len() {
        0 => Err(ApiError::bad_request("the body, `messages`: at least one")),
        1..=BATCH_COUNT_MAX => Ok(messages),
        many => Err(ApiError::new(Code::TooLarge, format!("{many} messages; at most {BATCH_COUNT_MAX} at a time"))),
    }
}

fn message(wanted: NewMessage, index: usize, now_ms: u64, sender: Option<&str>) -> Result<Message, ApiError> {
    let place = format!("message {index}: ");
    let NewMessage { body, body_base64, headers, lane, dedup, priority, delay_ms, expires_in_ms } = wanted;
    let key = |name: &str, key: Option<String>| match key {
        Some(text) if !(1..=KEY_BYTES_MAX).contains(&text.len()) => {
            Err(ApiError::bad_request(format!("{place}`{name}` has 1 to {KEY_BYTES_MAX} bytes")))
        }
        key => Ok(key),
    };
    let time = |name: &str, time_ms: Option<u64>, min: u64| match time_ms {
        Some(time_ms) if !(min..=TIME_MS_MAX).contains(&time_ms) => {
            Err(ApiError::bad_request(format!("{place}`{name}`: from {min} to {TIME_MS_MAX}, not {time_ms}")))
        }
        time_ms => Ok(time_ms.map(|time_ms| now_ms + time_ms)),
    };
    let facts = Facts {
        due_ms: time("delay_ms", delay_ms, 0)?,
        expires_ms: time("expires_in_ms", expires_in_ms, 1)?,
        lane: key("lane", lane)?,
        dedup: key("dedup", dedup)?,
        priority,
        sender: sender.map(str::to_owned),
        ..Facts::default()
    };
    let headers = given::headers(headers, &place)?;
    let body = given::body(body, body_base64.as_deref(), &place)?;
    Ok(Message { body: body.into(), headers, facts, native: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, part: &str) {
        let sent = read(body.as_bytes())
            .and_then(|all| all.into_iter().enumerate().map(|(index, one)| message(one, index, 5, None)).collect());
        let error: Result<Vec<Message>, ApiError> = sent;
        let error = error.expect_err("it is not valid");
        assert!(error.message.contains(part), "{body}: {error:?}");
    }

    #[test]
    fn what_cannot_be_sent_is_refused_with_its_place() {
        check("{}", "message 0: `body` or `body_base64`");
        check(r#"{"messages":[]}"#, "at least one");
        check(r#"{"messages":[{"body":"a"},{"body":"b","lane":""}]}"#, "message 1: `lane`");
        check(r#"{"messages":[{"body":"a"}],"body":"b"}"#, "unknown field `body`");
        check(r#"{"body":"a","expires_in_ms":0}"#, "`expires_in_ms`: from 1");
        check(r#"{"body":"a","priority":256}"#, "`priority`: invalid value");
        check(r#"{"body":"a","headers":{"x":null}}"#, "`headers.x`");
        check(r#"{"body":"a","bodi":1}"#, "unknown field `bodi`");
    }

    #[test]
    fn times_are_counted_from_here() {
        let wanted = read(br#"{"body":"a","delay_ms":10,"expires_in_ms":20,"lane":"l","priority":3}"#).expect("valid");
        let message = message(wanted.into_iter().next().expect("one"), 0, 5, Some("shop")).expect("valid");
        let Facts { due_ms, expires_ms, priority, sender, .. } = message.facts;
        assert_eq!((due_ms, expires_ms, priority, sender.as_deref()), (Some(15), Some(25), 3, Some("shop")));
    }
}
