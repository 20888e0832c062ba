//! `GET /v1/queues/{queue}/failures`: what failed, in groups by kind.
//!
//! Invariants: memory is bounded, however many kinds there are; one call ends within a few seconds, and `next` goes on where it ended.

use crate::api::Api;
use crate::dead_letters::failure::Failure;
use crate::dead_letters::filter::FilterText;
use crate::dead_letters::groups::{Group, Groups};
use crate::errors::ApiError;
use crate::frame::{Json, Params, QueueInPath};
use crate::messages::walk::{Budget, walk};
use axum::extract::State;
use broker::BrowsedMessage;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;
use std::sync::Arc;
use vocab::Seq;

/// How much one call looks at: a dead-letter queue that somebody cares for is seen whole.
const BUDGET: Budget = Budget { messages_max: 250_000, ms_max: 5_000 };

/// A filter as query parameters, and where to begin.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// From this place on: `next` of the answer before.
    #[serde(default)]
    from: u64,
    /// The kind of failure.
    fingerprint: Option<String>,
    /// These messages, separated by commas.
    ids: Option<String>,
    /// The name of the queue that they left.
    origin: Option<String>,
    /// Why they left.
    reason: Option<String>,
    /// What their bodies, or their errors, contain.
    text: Option<String>,
    /// `NAME` or `NAME=VALUE`.
    header: Option<String>,
    /// They came to this queue so long ago, or longer.
    older_than_ms: Option<u64>,
    /// They came to this queue less long ago than this.
    newer_than_ms: Option<u64>,
}

/// Kinds of failures.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Failures {
    /// The largest first.
    groups: Vec<Group>,
    /// Messages that were looked at.
    scanned: u64,
    /// Messages that could not be read.
    unreadable: u64,
    /// Whether that was all of them.
    complete: bool,
    /// Where to go on. Groups of two answers with one fingerprint are one.
    next: Option<u64>,
}

/// Groups what failed.
pub(crate) async fn answer(
    State(api): State<Arc<Api>>,
    QueueInPath(queue): QueueInPath,
    Params(wanted): Params<Wanted>,
) -> Result<Json<Failures>, ApiError> {
    let broker = api.broker()?;
    let from = Seq(wanted.from);
    let filter = wanted.filter().read(broker.log_ms())?;
    let mut groups = Groups::default();
    let look = |browsed: &BrowsedMessage| {
        if filter.holds(browsed) {
            groups.add(browsed.seen.id, &Failure::of(&browsed.message));
        }
        ControlFlow::Continue(())
    };
    let walked = walk(broker, filter.walk(queue.id, from, BUDGET), look).await?;
    Ok(Json(Failures {
        groups: groups.told(),
        scanned: walked.scanned,
        unreadable: walked.unreadable,
        complete: walked.next.is_none(),
        next: walked.next.map(|seq| seq.0),
    }))
}

impl Wanted {
    fn filter(self) -> FilterText {
        let ids = self.ids.map(|ids| ids.split(',').map(str::to_owned).collect());
        FilterText {
            fingerprint: self.fingerprint,
            ids,
            origin: self.origin,
            reason: self.reason,
            text: self.text,
            header: self.header,
            older_than_ms: self.older_than_ms,
            newer_than_ms: self.newer_than_ms,
        }
    }
}
