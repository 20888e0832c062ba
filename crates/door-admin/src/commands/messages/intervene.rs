//! `DELETE /v1/messages/{id}`, `POST …/release` and `POST …/bury`: an operator's hand on one message, whoever holds it.
//!
//! What it is not: a settlement by a consumer, who shows a token ([`crate::commands::traffic`]). A lease that ends this way is
//! like one that ended by its time: its holder learns of it with the next call, and may still acknowledge what nobody else was given, unless it
//! is gone.

use super::show::no_such_message;
use crate::api::Api;
use crate::audit::Audited;
use crate::errors::ApiError;
use crate::frame::{IdInPath, Json};
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use broker::Intervention;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use vocab::MessageId;

/// What is answered: nothing, and a line for the audit log.
type Done = Result<(StatusCode, Extension<Audited>), ApiError>;

/// Why a message is set aside.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wish {
    /// In the operator's words; they travel with the message.
    reason: Option<String>,
}

/// Removes it.
pub(crate) async fn delete(State(api): State<Arc<Api>>, IdInPath(id): IdInPath<MessageId>) -> Done {
    intervene(&api, id, Intervention::Delete, json!({})).await
}

/// Ends its lease or its delay.
pub(crate) async fn release(State(api): State<Arc<Api>>, IdInPath(id): IdInPath<MessageId>) -> Done {
    intervene(&api, id, Intervention::Release, json!({})).await
}

/// Sets it aside.
pub(crate) async fn bury(
    State(api): State<Arc<Api>>,
    IdInPath(id): IdInPath<MessageId>,
    Json(Wish { reason }): Json<Wish>,
) -> Done {
    let details = json!({ "reason": reason });
    intervene(&api, id, Intervention::Bury { reason }, details).await
}

async fn intervene(api: &Api, id: MessageId, how: Intervention, mut details: Value) -> Done {
    let broker = api.broker()?;
    let queue = broker.queue_by_id(id.key.queue).ok_or_else(|| no_such_message(id))?;
    let verdicts = broker.intervene(queue.id, vec![id.seq], how).await?;
    verdicts.into_iter().next().ok_or_else(|| no_such_message(id))??;
    details["id"] = json!(id.to_string());
    Ok((StatusCode::NO_CONTENT, Extension(Audited::details(details).queue(queue.name.clone()))))
}
