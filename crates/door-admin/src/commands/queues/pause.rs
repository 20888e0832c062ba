//! `POST /v1/queues/{queue}/pause` and `…/resume`: whether anything is delivered from it.

use super::show;
use crate::api::Api;
use crate::errors::ApiError;
use crate::frame::{Json, QueueInPath};
use crate::view::QueueDetail;
use axum::extract::State;
use std::sync::Arc;

/// Nothing is delivered any more; what is leased can still be settled.
pub(crate) async fn pause(api: State<Arc<Api>>, queue: QueueInPath) -> Result<Json<QueueDetail>, ApiError> {
    set(&api, &queue, true).await
}

/// Deliveries go on.
pub(crate) async fn resume(api: State<Arc<Api>>, queue: QueueInPath) -> Result<Json<QueueDetail>, ApiError> {
    set(&api, &queue, false).await
}

async fn set(api: &Api, QueueInPath(info): &QueueInPath, paused: bool) -> Result<Json<QueueDetail>, ApiError> {
    let info = api.broker()?.set_paused(info.id, paused).await?;
    show::detail(api, &info).await.map(Json)
}
