//! `GET /v1/messages/{id}`: one message, whole, and what happened to it.

use crate::api::Api;
use crate::caller::Caller;
use crate::errors::{ApiError, Code};
use crate::frame::{IdInPath, Json};
use crate::messages::find::find;
use crate::messages::life::{Moment, moments};
use crate::messages::seen::Seen;
use axum::extract::State;
use door::access::Permission;
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;
use vocab::MessageId;

/// A message and its life.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Shown {
    /// The message with its whole body; `null` where it lives no more, or where the caller may not look.
    message: Option<Seen>,
    /// What happened to it, the oldest first: under this id, and under those it had before and after.
    life: Vec<Moment>,
    /// From when on that is known; `null` where no history is kept.
    life_from_ms: Option<u64>,
}

/// Shows a message by an id that it has or had.
pub(crate) async fn answer(
    State(api): State<Arc<Api>>,
    caller: Caller,
    IdInPath(id): IdInPath<MessageId>,
) -> Result<Json<Shown>, ApiError> {
    let broker = api.broker()?;
    let found = find(broker, id).await?;
    if found.browsed.is_none() && found.life.moments.is_empty() {
        return Err(no_such_message(id));
    }
    // It may have been buried into a queue that the caller has no right to.
    let message = found.browsed.as_ref().and_then(|browsed| {
        let queue = broker.queue_by_id(browsed.seen.id.key.queue)?;
        let may = caller.may(Permission::Receive, &queue.name, &api.account_id);
        may.then(|| Seen::of(broker, browsed, &queue.name, usize::MAX))
    });
    let life = moments(broker, &found.life);
    Ok(Json(Shown { message, life, life_from_ms: found.life.known_from_ms }))
}

/// Nothing is known of it.
pub(super) fn no_such_message(id: MessageId) -> ApiError {
    ApiError::new(Code::NoSuchMessage, format!("there is no message {id}, and nothing is known of one"))
        .hint("GET /v1/messages/{id}/explain says how far back its history is known")
}
