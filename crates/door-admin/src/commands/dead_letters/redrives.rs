//! `GET /v1/redrives`, `GET /v1/redrives/{id}`, `POST /v1/redrives/{id}/cancel`: how far redrives are, and their end.
//!
//! Invariant: a redrive is shown to those who may know of the queue that it empties, and cancelled by those who manage that.

use crate::api::Api;
use crate::caller::Caller;
use crate::dead_letters::redrive::{Redrive, RedriveName};
use crate::errors::{ApiError, Code};
use crate::frame::{IdInPath, Json, Params};
use axum::extract::State;
use broker::{Broker, QueueInfo, RedriveId};
use door::access::Permission;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use vocab::BuryPolicy;

/// Of which queue.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// The queue that they empty; without it all that are remembered of dead-letter queues.
    queue: Option<String>,
}

/// Redrives.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Redrives {
    /// The newest first.
    redrives: Vec<Redrive>,
}

/// Lists redrives.
pub(crate) async fn list(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Params(wanted): Params<Wanted>,
) -> Result<Json<Redrives>, ApiError> {
    let broker = api.broker()?;
    let queues = match &wanted.queue {
        Some(name) => vec![api.queue(name)?],
        None => emptied(&api, broker),
    };
    let mut redrives = Vec::new();
    for queue in queues.iter().filter(|queue| caller.may_see(&queue.name, &api.account_id)) {
        let of_the_engine = broker.redrives(queue.id).await.unwrap_or_default();
        redrives.extend(of_the_engine.iter().map(|info| Redrive::of(info, &queue.name)));
        redrives.extend(api.redrives.all(Some(queue.id)).into_iter().map(|(_, redrive)| redrive));
    }
    redrives.sort_by(|a, b| b.started_ms.cmp(&a.started_ms).then_with(|| b.id.cmp(&a.id)));
    Ok(Json(Redrives { redrives }))
}

/// Shows one.
pub(crate) async fn show(
    State(api): State<Arc<Api>>,
    caller: Caller,
    IdInPath(name): IdInPath<RedriveName>,
) -> Result<Json<Redrive>, ApiError> {
    let redrive = find(&api, name).await?;
    if caller.may_see(&redrive.queue, &api.account_id) {
        return Ok(Json(redrive));
    }
    Err(ApiError::may_not(caller.name().unwrap_or_default(), "see", &redrive.queue))
}

/// Stops one where it is. What it has moved stays moved.
pub(crate) async fn cancel(
    State(api): State<Arc<Api>>,
    caller: Caller,
    IdInPath(name): IdInPath<RedriveName>,
) -> Result<Json<Redrive>, ApiError> {
    let redrive = find(&api, name).await?;
    caller.check(Permission::Manage, &redrive.queue, &api.account_id)?;
    match name {
        RedriveName::Whole(id) => {
            let info = api.broker()?.cancel_redrive(id).await?;
            Ok(Json(Redrive::of(&info, &redrive.queue)))
        }
        RedriveName::Task { number, .. } => {
            let task = api.redrives.find(number).ok_or_else(no_such_redrive)?;
            if !task.is_running() {
                return Err(ApiError::new(Code::Conflict, "the redrive has ended"));
            }
            task.cancel();
            task.ended().await;
            Ok(Json(task.told()))
        }
    }
}

async fn find(api: &Api, name: RedriveName) -> Result<Redrive, ApiError> {
    match name {
        RedriveName::Whole(id) => whole(api.broker()?, id).await,
        RedriveName::Task { boot, number } if boot == api.broker()?.boot() => {
            api.redrives.find(number).map(|task| task.told()).ok_or_else(no_such_redrive)
        }
        RedriveName::Task { .. } => Err(no_such_redrive().hint(
            "a redrive with a filter or a canary ends with the server; what it had not moved is still in its queue",
        )),
    }
}

async fn whole(broker: &Broker, id: RedriveId) -> Result<Redrive, ApiError> {
    let queue = broker.queue_by_id(id.source).ok_or_else(no_such_redrive)?;
    let redrives = broker.redrives(id.source).await?;
    let info = redrives.iter().find(|info| info.id == id).ok_or_else(no_such_redrive)?;
    Ok(Redrive::of(info, &queue.name))
}

/// Queues that others bury into, and those that something was moved out of lately.
fn emptied(api: &Api, broker: &Broker) -> Vec<Arc<QueueInfo>> {
    let graves = broker.list_queues("", None, usize::MAX);
    let graves = graves.iter().filter_map(|queue| queue.settings.bury.as_ref().and_then(BuryPolicy::queue));
    let mut queues: Vec<_> = graves.filter_map(|name| broker.queue(name)).collect();
    queues.extend(api.redrives.all(None).iter().filter_map(|(queue, _)| broker.queue_by_id(*queue)));
    queues.sort_by_key(|queue| queue.id);
    queues.dedup_by_key(|queue| queue.id);
    queues
}

fn no_such_redrive() -> ApiError {
    ApiError::new(Code::NoSuchRedrive, "there is no such redrive (any more)")
}
