//! `POST /v1/queues`: makes a queue.

use super::{show, targets};
use crate::api::Api;
use crate::audit::Audited;
use crate::caller::Caller;
use crate::errors::ApiError;
use crate::frame::Json;
use crate::settings::{self, SettingsChange};
use crate::view::QueueDetail;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use door::access::Permission;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use vocab::QueueSettings;

/// The queue that is wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// 1 to 255 bytes. SQS clients see it if it has letters, digits, `-` and `_` alone.
    #[schemars(length(min = 1, max = 255))]
    name: String,
    /// Settings that are not the default.
    #[serde(default)]
    settings: SettingsChange,
}

/// Makes it.
pub(crate) async fn answer(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Json(Wanted { name, settings: wanted }): Json<Wanted>,
) -> Result<impl IntoResponse, ApiError> {
    caller.check(Permission::Manage, &name, &api.account_id)?;
    let audited = Audited::details(json!({ "settings": wanted })).queue(name.clone());
    let settings = settings::changed(&QueueSettings::default(), &wanted)?;
    settings::check(&settings, &name)?;
    targets::check(&api, &caller, &settings)?;
    let info = api.broker()?.create_queue(&name, settings, Default::default()).await?;
    let detail: QueueDetail = show::detail(&api, &info).await?;
    Ok((StatusCode::CREATED, Extension(audited), Json(detail)))
}
