//! `POST /v1/extend`: pushes the ends of leases out, for work that takes longer.

use super::tokens::{self, Verdict};
use crate::api::Api;
use crate::caller::Caller;
use crate::errors::ApiError;
use crate::frame::Json;
use axum::extract::State;
use broker::Extension;
use door::Handles;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use vocab::limits::LEASE_MS_MAX;

/// Leases that are to last longer.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Extending")]
pub(crate) struct Wanted {
    #[schemars(length(min = 1, max = 10_000))]
    extensions: Vec<OneExtension>,
}

/// One lease that is to last longer.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Extension")]
struct OneExtension {
    token: String,
    /// It ends so many milliseconds from here; 0 gives the message back.
    #[schemars(range(max = 604_800_000))]
    lease_ms: u64,
}

/// What became of them.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Extended {
    /// One for each extension, in order.
    results: Vec<Verdict<Done>>,
}

/// The lease lasts longer.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "DoneExtending")]
struct Done {
    ok: bool,
    /// When it ends; missing where time does not end it.
    #[serde(skip_serializing_if = "Option::is_none")]
    deadline_ms: Option<u64>,
}

/// Extends them.
pub(crate) async fn answer(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Json(Wanted { extensions }): Json<Wanted>,
) -> Result<Json<Extended>, ApiError> {
    tokens::check_count("extensions", extensions.len())?;
    let broker = api.broker()?;
    let handles = Handles::new(broker.store_id());
    let mut valid = Vec::with_capacity(extensions.len());
    let mut asked = Vec::with_capacity(extensions.len());
    for OneExtension { token, lease_ms } in extensions {
        let token = check(lease_ms).and_then(|()| tokens::read(&api, &caller, &handles, &token));
        asked.push(token.map(|token| valid.push(Extension { token, lease_ms, total_ms_max: None })));
    }
    let answered = if valid.is_empty() { Vec::new() } else { broker.extend(valid).await? };
    let done = |deadline_ms| Done { ok: true, deadline_ms: Some(deadline_ms).filter(|end| *end != u64::MAX) };
    let done = answered.into_iter().map(|verdict| verdict.map(done)).collect();
    Ok(Json(Extended { results: tokens::verdicts(asked, done) }))
}

fn check(lease_ms: u64) -> Result<(), ApiError> {
    if lease_ms <= LEASE_MS_MAX {
        return Ok(());
    }
    Err(ApiError::bad_request(format!("`lease_ms`: at most {LEASE_MS_MAX}, not {lease_ms}")))
}
