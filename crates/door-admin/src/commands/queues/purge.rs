//! `POST /v1/queues/{queue}/purge`: removes a queue's messages.

use crate::api::Api;
use crate::audit::Audited;
use crate::errors::ApiError;
use crate::frame::{Json, QueueInPath};
use axum::Extension;
use axum::extract::State;
use axum::response::IntoResponse;
use broker::Purge;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;

/// Which messages go.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    what: What,
}

/// A set of messages.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum What {
    /// Every one, leased and delayed ones too.
    All,
    /// Those that could be received at once.
    Ready,
}

/// What went.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Purged {
    /// So many messages.
    purged: u64,
}

/// Removes them.
pub(crate) async fn answer(
    State(api): State<Arc<Api>>,
    QueueInPath(info): QueueInPath,
    Json(Wanted { what }): Json<Wanted>,
) -> Result<impl IntoResponse, ApiError> {
    let purge = match what {
        What::All => Purge::All,
        What::Ready => Purge::Ready,
    };
    let purged = api.broker()?.purge(info.id, purge).await?;
    let audited = Audited::details(json!({ "what": what, "purged": purged }));
    Ok((Extension(audited), Json(Purged { purged })))
}
