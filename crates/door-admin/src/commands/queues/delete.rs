//! `DELETE /v1/queues/{queue}`: removes a queue and everything in it.

use crate::api::Api;
use crate::errors::ApiError;
use crate::frame::QueueInPath;
use axum::extract::State;
use axum::http::StatusCode;
use std::sync::Arc;

/// Removes it.
pub(crate) async fn answer(
    State(api): State<Arc<Api>>,
    QueueInPath(info): QueueInPath,
) -> Result<StatusCode, ApiError> {
    api.broker()?.delete_queue(info.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
