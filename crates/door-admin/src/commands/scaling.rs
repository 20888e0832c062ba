//! `GET /v1/scaling/{queue}`: how many workers the queue wants, for an autoscaler.
//!
//! What it is not: the rule, which is [`crate::scaling`]'s. Here its figures are put together, all of them from counts: what arrives is what was published
//! since somebody asked before, and how long a message takes is how many were in flight for each that ended in a second.

use crate::api::Api;
use crate::authorization::Need;
use crate::errors::ApiError;
use crate::frame::{Call, Json, Params, QueueInPath};
use crate::scaling::{Goal, Load, TARGET_WAIT_MS_MIN, advise};
use crate::view::Rates;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The one call.
pub(super) fn calls() -> Vec<Call> {
    vec![
        Call::get("/v1/scaling/{queue}", "scaling", "How many workers a queue wants", Need::See, answer)
            .query::<Wanted>()
            .gives::<Scaling>(),
    ]
}

/// What is wanted.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Wanted {
    /// How long a message may wait, in milliseconds.
    #[schemars(range(min = 100))]
    target_wait_ms: u64,
    /// Fewest workers.
    min: u64,
    /// Most workers.
    #[schemars(range(min = 1))]
    max: u64,
    /// Messages that one worker holds at a time: its batch, or its prefetch.
    #[schemars(range(min = 1))]
    per_worker: u64,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { target_wait_ms: 10_000, min: 0, max: 100, per_worker: 1 }
    }
}

/// An answer, and the figures that it follows from.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Scaling {
    /// Workers that there should be.
    desired: u64,
    /// Messages that could be delivered now.
    ready: u64,
    /// Messages that are being worked on.
    leased: u64,
    rates: Rates,
    /// From delivery to its end, on average; null while none has ended.
    service_ms_mean: Option<f64>,
    /// The same in a sentence.
    why: String,
}

/// Advises.
pub(crate) async fn answer(
    State(api): State<Arc<Api>>,
    QueueInPath(info): QueueInPath,
    Params(wanted): Params<Wanted>,
) -> Result<Json<Scaling>, ApiError> {
    let goal = goal(wanted)?;
    let broker = api.broker()?;
    let stats = broker.stats(info.id).await?;
    let flow = api.scaling.flow(broker.log_ms(), info.id, &stats);
    let paused = info.settings.paused;
    // Nobody gets anything from a paused queue: what waits in it is no work, and what arrives neither.
    let load = Load {
        ready: if paused { 0 } else { stats.ready },
        leased: stats.leased,
        arrivals_per_s: flow.rates.published.filter(|_| !paused),
        service_ms: flow.service_ms,
    };
    let advice = advise(&load, &goal);
    let why = if paused { format!("the queue is paused; {}", advice.why) } else { advice.why };
    Ok(Json(Scaling {
        desired: advice.desired,
        ready: stats.ready,
        leased: stats.leased,
        rates: flow.rates,
        service_ms_mean: flow.service_ms,
        why,
    }))
}

fn goal(wanted: Wanted) -> Result<Goal, ApiError> {
    let Wanted { target_wait_ms, min, max, per_worker } = wanted;
    let wrong = match () {
        () if target_wait_ms < TARGET_WAIT_MS_MIN => format!("target_wait_ms is at least {TARGET_WAIT_MS_MIN}"),
        () if max == 0 || min > max => "max is at least 1, and no less than min".to_owned(),
        () if per_worker == 0 => "per_worker is at least 1".to_owned(),
        () => return Ok(Goal { target_wait_ms, min, max, per_worker }),
    };
    Err(ApiError::bad_request(wrong))
}
