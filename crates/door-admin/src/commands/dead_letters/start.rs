//! `POST /v1/queues/{queue}/redrives`: messages of a dead-letter queue go back, or to another queue; or a look at which would.
//!
//! All of a queue's messages, at once, are the engine's to move: that survives a restart. What asks for a choice or a canary is a
//! task of this process.

use crate::api::Api;
use crate::audit::Audited;
use crate::caller::Caller;
use crate::dead_letters::filter::FilterText;
use crate::dead_letters::preview::preview;
use crate::dead_letters::redrive::{Redrive, RedriveState};
use crate::dead_letters::task::Work;
use crate::errors::{ApiError, Code};
use crate::frame::{Json, QueueInPath};
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use broker::{Broker, QueueInfo, StartRedrive};
use door::access::Permission;
use schemars::JsonSchema;
use serde::Deserialize;
use std::num::NonZeroU32;
use std::sync::Arc;

/// How long each stage of a canary may take when nobody says: a slow consumer's few minutes.
const CANARY_WAIT_MS: u64 = 10 * 60 * 1000;

/// Longest wait for a stage of a canary: longer leases than a day are rare, and a task does not outlive the server.
const CANARY_WAIT_MS_MAX: u64 = 24 * 60 * 60 * 1000;

/// A redrive, wished for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wish {
    /// Which messages; all where nothing is given.
    #[serde(default)]
    filter: FilterText,
    /// The queue that all go to; without one each goes back to the queue that it was buried from.
    target: Option<String>,
    /// At most so many messages a second.
    per_second: Option<NonZeroU32>,
    /// Only say which messages would be moved.
    #[serde(default)]
    dry_run: bool,
    /// Move one, then ten, then the rest, each only when those before were acknowledged.
    #[serde(default)]
    canary: bool,
    /// How long each stage of a canary may take.
    #[schemars(range(min = 1000, max = 86_400_000))]
    canary_wait_ms: Option<u64>,
}

/// Begins a redrive, or says what it would do.
pub(crate) async fn answer(
    State(api): State<Arc<Api>>,
    QueueInPath(source): QueueInPath,
    caller: Caller,
    Json(wish): Json<Wish>,
) -> Result<Response, ApiError> {
    let broker = api.broker()?;
    caller.check(Permission::Manage, &source.name, &api.account_id)?;
    let target = wish.target.as_ref().map(|name| api.queue(name)).transpose()?;
    if let Some(target) = &target {
        // Whoever moves messages there sends them there.
        caller.check(Permission::Send, &target.name, &api.account_id)?;
    }
    wish.check(&source, target.as_deref())?;
    if wish.dry_run {
        let filter = wish.filter.read(broker.log_ms())?;
        let preview = preview(broker, &source, &filter, wish.target.as_deref()).await?;
        return Ok(Json(preview).into_response());
    }
    let redrive = if wish.filter.is_everything() && !wish.canary {
        let start =
            StartRedrive { source: source.id, target: target.map(|target| target.id), per_second: wish.per_second };
        Redrive::of(&broker.start_redrive(start).await?, &source.name)
    } else {
        start_task(&api, broker, &source, target.as_deref(), &wish).await?
    };
    let details = Audited::details(serde_json::json!({ "redrive": redrive }));
    Ok((StatusCode::CREATED, Extension(details), Json(redrive)).into_response())
}

impl Wish {
    fn check(&self, source: &QueueInfo, target: Option<&QueueInfo>) -> Result<(), ApiError> {
        if target.is_some_and(|target| target.id == source.id) {
            return Err(ApiError::bad_request("a queue's messages cannot be moved into itself"));
        }
        let wait_ms = self.canary_wait_ms.unwrap_or(CANARY_WAIT_MS);
        if !(1000..=CANARY_WAIT_MS_MAX).contains(&wait_ms) {
            let range = format!("from 1000 to {CANARY_WAIT_MS_MAX}");
            return Err(ApiError::bad_request(format!("the body, `canary_wait_ms`: {range}, not {wait_ms}")));
        }
        Ok(())
    }
}

async fn start_task(
    api: &Api,
    broker: &Broker,
    source: &QueueInfo,
    target: Option<&QueueInfo>,
    wish: &Wish,
) -> Result<Redrive, ApiError> {
    let now_ms = broker.log_ms();
    let filter = wish.filter.read(now_ms)?;
    if wish.canary && !broker.history_figures().enabled {
        return Err(ApiError::new(Code::Conflict, "without a history nobody can say how a canary fares")
            .hint("set `history` in the configuration to a size, or redrive at a low rate without a canary"));
    }
    if let Some(running) = broker.redrives(source.id).await?.iter().find(|info| info.redrive.ended.is_none()) {
        let id = Redrive::of(running, &source.name).id;
        return Err(ApiError::new(Code::Conflict, format!("redrive {id} of this queue is running")));
    }
    let draft = Redrive {
        id: String::new(),
        queue: source.name.clone(),
        target: target.map(|target| target.name.clone()),
        filter: wish.filter.clone(),
        state: RedriveState::Running,
        stage: None,
        to_move: 0,
        moved: 0,
        failed_again: 0,
        kept: 0,
        per_second: wish.per_second,
        started_ms: now_ms,
        ended_ms: None,
        why: None,
    };
    let work = Work {
        broker: broker.clone(),
        source: source.id,
        target: target.map(|target| target.id),
        filter,
        per_second: wish.per_second,
        canary_wait_ms: wish.canary.then(|| wish.canary_wait_ms.unwrap_or(CANARY_WAIT_MS)),
    };
    Ok(api.redrives.start(work, draft)?)
}
