//! `GET /v1/audit`: what was changed, by whom and when.

use crate::api::Api;
use crate::audit::Recorded;
use crate::errors::ApiError;
use crate::frame::{Json, Params};
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Most changes in one answer.
const LIMIT_MAX: usize = 1000;

/// How many are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// At most so many changes.
    #[serde(default = "limit")]
    #[schemars(range(min = 1, max = 1000))]
    limit: usize,
}

fn limit() -> usize {
    100
}

/// Changes.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Changes {
    /// The newest first.
    entries: Vec<Recorded>,
}

/// Reads the newest part of the log.
pub(crate) async fn answer(
    State(api): State<Arc<Api>>,
    Params(Wanted { limit }): Params<Wanted>,
) -> Result<Json<Changes>, ApiError> {
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(ApiError::bad_request(format!("the query, `limit`: from 1 to {LIMIT_MAX}, not {limit}")));
    }
    Ok(Json(Changes { entries: api.audit.newest(limit).await }))
}
