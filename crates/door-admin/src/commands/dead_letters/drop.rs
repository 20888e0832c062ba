//! `POST /v1/queues/{queue}/drop`: removes the messages that a filter means, for good.
//!
//! Invariants: nothing goes unless exactly as many messages match as the caller was shown; what went meanwhile is not counted; the places
//! that are kept between looking and removing are bounded.

use crate::api::Api;
use crate::audit::Audited;
use crate::dead_letters::filter::FilterText;
use crate::errors::{ApiError, Code};
use crate::frame::{Json, QueueInPath};
use crate::messages::walk::{Budget, walk};
use axum::Extension;
use axum::extract::State;
use broker::{BrowsedMessage, Intervention};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::ops::ControlFlow;
use std::sync::Arc;
use vocab::Seq;

/// Messages that one call removes at most: their places take 8 MB.
const DROPPED_MAX: usize = 1_000_000;

/// Messages of one commit.
const AT_A_TIME: usize = 1_000;

/// What is to go.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wish {
    /// Which messages; all where nothing is given.
    #[serde(default)]
    filter: FilterText,
    /// How many that are, as a dry run or the groups of failures say.
    confirm: u64,
}

/// What went.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Dropped {
    /// So many messages.
    dropped: u64,
}

/// Removes them.
pub(crate) async fn answer(
    State(api): State<Arc<Api>>,
    QueueInPath(queue): QueueInPath,
    Json(Wish { filter, confirm }): Json<Wish>,
) -> Result<(Extension<Audited>, Json<Dropped>), ApiError> {
    let broker = api.broker()?;
    let wanted = filter.read(broker.log_ms())?;
    let mut places: Vec<Seq> = Vec::new();
    let look = |browsed: &BrowsedMessage| {
        if wanted.holds(browsed) {
            places.push(browsed.seen.seq);
        }
        if places.len() > DROPPED_MAX { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    walk(broker, wanted.walk(queue.id, Seq(0), Budget::UNBOUNDED), look).await?;
    check(places.len(), confirm)?;
    let mut dropped = 0;
    for batch in places.chunks(AT_A_TIME) {
        let verdicts = broker.intervene(queue.id, batch.to_vec(), Intervention::Delete).await?;
        dropped += verdicts.iter().filter(|verdict| verdict.is_ok()).count() as u64;
    }
    let details = Audited::details(json!({ "filter": filter, "dropped": dropped }));
    Ok((Extension(details), Json(Dropped { dropped })))
}

fn check(matched: usize, confirmed: u64) -> Result<(), ApiError> {
    if matched > DROPPED_MAX {
        let hint = "narrow the filter, or purge the queue";
        return Err(ApiError::new(Code::Conflict, format!("more than {DROPPED_MAX} messages match")).hint(hint));
    }
    if matched as u64 != confirmed {
        let why = format!("{matched} messages match, not {confirmed}: nothing was dropped");
        return Err(ApiError::new(Code::Conflict, why).hint("look again, and confirm the number that you see"));
    }
    Ok(())
}
