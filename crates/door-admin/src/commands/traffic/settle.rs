//! `POST /v1/settle`: ends leases.

use super::tokens::{self, Verdict};
use crate::api::Api;
use crate::caller::Caller;
use crate::errors::ApiError;
use crate::frame::Json;
use axum::extract::State;
use broker::{Settle, Settlement};
use door::Handles;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Longest reason that is kept, in bytes; it is cut there.
const REASON_BYTES_MAX: usize = 4096;

/// Longest time that a message is kept back, in milliseconds: a hundred years.
const DELAY_MS_MAX: u64 = 100 * 366 * 24 * 60 * 60 * 1000;

/// Leases that end, in one atomic change.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Settling")]
pub(crate) struct Wanted {
    #[schemars(length(min = 1, max = 10_000))]
    settlements: Vec<OneSettlement>,
}

/// The end of one lease.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Settlement")]
struct OneSettlement {
    token: String,
    how: How,
    /// With `release` and `fail`: it is not handed out again before so many milliseconds.
    #[serde(default)]
    #[schemars(range(max = 3_162_240_000_000_u64))]
    delay_ms: Option<u64>,
    /// With `fail` and `bury`: what went wrong. It travels to the dead-letter queue.
    #[serde(default)]
    reason: Option<String>,
}

/// How a lease ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum How {
    /// Done: the message goes.
    Ack,
    /// Back to its place, nobody's fault.
    Release,
    /// Back to its place, and counted as a failure.
    Fail,
    /// Set aside at once, whatever the counters say.
    Bury,
}

/// What became of them.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Settled {
    /// One for each settlement, in order.
    results: Vec<Verdict<Done>>,
}

/// The lease has ended.
#[derive(Debug, Serialize, JsonSchema)]
struct Done {
    ok: bool,
}

/// Ends them.
pub(crate) async fn answer(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Json(Wanted { settlements }): Json<Wanted>,
) -> Result<Json<Settled>, ApiError> {
    tokens::check_count("settlements", settlements.len())?;
    let broker = api.broker()?;
    let handles = Handles::new(broker.store_id());
    let mut valid = Vec::with_capacity(settlements.len());
    let mut asked = Vec::with_capacity(settlements.len());
    for settlement in settlements {
        let how = how(&settlement);
        let read = how.and_then(|how| Ok((tokens::read(&api, &caller, &handles, &settlement.token)?, how)));
        asked.push(read.map(|(token, how)| valid.push(Settlement { token, how })));
    }
    let answered = if valid.is_empty() { Vec::new() } else { broker.settle(valid).await? };
    let done = answered.into_iter().map(|verdict| verdict.map(|()| Done { ok: true })).collect();
    Ok(Json(Settled { results: tokens::verdicts(asked, done) }))
}

fn how(settlement: &OneSettlement) -> Result<Settle, ApiError> {
    let delay_ms = settlement.delay_ms.unwrap_or(0);
    let reason = || settlement.reason.as_deref().map(|reason| cut(reason).to_owned());
    if delay_ms > DELAY_MS_MAX {
        return Err(ApiError::bad_request(format!("`delay_ms`: at most {DELAY_MS_MAX}, not {delay_ms}")));
    }
    let without = |field: &str, is_there: bool| match is_there {
        true => Err(ApiError::bad_request(format!("`{field}` means nothing here"))),
        false => Ok(()),
    };
    match settlement.how {
        How::Ack | How::Bury => without("delay_ms", settlement.delay_ms.is_some())?,
        How::Release | How::Fail => {}
    }
    match settlement.how {
        How::Ack | How::Release => without("reason", settlement.reason.is_some())?,
        How::Fail | How::Bury => {}
    }
    Ok(match settlement.how {
        How::Ack => Settle::Ack,
        How::Release => Settle::Release { delay_ms },
        How::Fail => Settle::Fail { delay_ms, reason: reason() },
        How::Bury => Settle::Bury { reason: reason() },
    })
}

/// No character is cut in two.
fn cut(reason: &str) -> &str {
    &reason[..reason.floor_char_boundary(REASON_BYTES_MAX)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settle, ApiError> {
        how(&serde_json::from_str(text).expect("it is well formed"))
    }

    #[test]
    fn each_end_takes_what_means_something_to_it() {
        let delayed = Ok(Settle::Fail { delay_ms: 9, reason: Some("no".into()) });
        assert_eq!(read(r#"{"token":"","how":"fail","delay_ms":9,"reason":"no"}"#), delayed);
        assert_eq!(read(r#"{"token":"","how":"release"}"#), Ok(Settle::Release { delay_ms: 0 }));
        for wrong in
            [r#""ack","reason":"x""#, r#""ack","delay_ms":0"#, r#""bury","delay_ms":1"#, r#""release","reason":"x""#]
        {
            assert!(read(&format!(r#"{{"token":"","how":{wrong}}}"#)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_long_reason_is_cut_between_characters() {
        let long = "é".repeat(REASON_BYTES_MAX);
        assert_eq!(cut(&format!("a{long}")).len(), REASON_BYTES_MAX - 1);
        assert_eq!(cut("short"), "short");
    }
}
