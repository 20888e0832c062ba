//! `PATCH /v1/queues/{queue}`: some of a queue's settings become others.

use super::{show, targets};
use crate::api::Api;
use crate::audit::Audited;
use crate::caller::Caller;
use crate::errors::{ApiError, Code};
use crate::frame::{Json, QueueInPath};
use crate::settings::{self, SettingsChange};
use axum::Extension;
use axum::extract::State;
use axum::response::IntoResponse;
use broker::{Error, UpdateQueueError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// How often a change is put on top of somebody else's.
const ATTEMPTS_MAX: usize = 8;

/// What is to change.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    settings: SettingsChange,
    /// The revision that was seen: refused with `changed` if the queue has another. Left out, the change goes on top of any.
    #[serde(default)]
    revision: Option<u64>,
}

/// Changes them.
pub(crate) async fn answer(
    State(api): State<Arc<Api>>,
    caller: Caller,
    QueueInPath(mut info): QueueInPath,
    Json(Wanted { settings: wanted, revision }): Json<Wanted>,
) -> Result<impl IntoResponse, ApiError> {
    let broker = api.broker()?;
    if revision.is_some_and(|revision| revision != info.revision) {
        return Err(UpdateQueueError::Changed(info).into());
    }
    for _ in 0..ATTEMPTS_MAX {
        let settings = settings::changed(&info.settings, &wanted)?;
        settings::check(&settings, &info.name)?;
        if settings.bury != info.settings.bury {
            targets::check(&api, &caller, &settings)?;
        }
        match broker.update_queue(info.id, info.revision, settings, info.annotations.clone()).await {
            Ok(info) => {
                let audited = Audited::details(json!({ "settings": wanted, "revision": info.revision }));
                return Ok((Extension(audited), Json(show::detail(&api, &info).await?)));
            }
            Err(Error::Refused(UpdateQueueError::Changed(newer))) if revision.is_none() => info = newer,
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::new(Code::Changed, format!("`{}` is being changed by others; nothing was done", info.name)))
}
