//! `GET /v1/queues/{queue}/messages`: looking through a queue without leasing anything.
//!
//! Invariants: one call looks at a bounded number of messages and answers within about a second, whatever it finds; `next` goes on
//! where it ended.

use crate::api::Api;
use crate::content::SHOWN_BODY_BYTES;
use crate::errors::ApiError;
use crate::frame::{Json, MESSAGE_ID, Params, QueueInPath};
use crate::messages::criteria::{HeaderCriterion, TextCriterion};
use crate::messages::seen::Seen;
use crate::messages::walk::{Budget, Walk, walk};
use crate::messages::wanted::{Wanted, WantedState};
use axum::extract::State;
use broker::BrowsedMessage;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;
use std::sync::Arc;
use vocab::message_id::NoMessageId;
use vocab::{QueueId, Seq};

/// Most messages in one answer.
const LIMIT_MAX: usize = 200;

/// Most of one body that a list shows.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Bytes of bodies after which an answer is full.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Which messages.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Search {
    /// From this place on: `next` of the answer before.
    #[serde(default)]
    from: u64,
    /// At most so many.
    #[serde(default = "limit")]
    #[schemars(range(min = 1, max = 200))]
    limit: usize,
    /// In this state.
    #[serde(default)]
    state: WantedState,
    /// In the queue for so long, or longer.
    older_than_ms: Option<u64>,
    /// Of this lane.
    lane: Option<String>,
    /// With this id, theirs or the one that their producer was told.
    #[schemars(regex(pattern = MESSAGE_ID))]
    id: Option<String>,
    /// With this header: `NAME` or `NAME=VALUE`.
    header: Option<String>,
    /// With this text in the body, or in the error they were buried with.
    text: Option<String>,
    /// Bytes of each body that are shown at most.
    #[serde(default = "body_bytes")]
    #[schemars(range(max = 1_048_576))]
    body_bytes_max: usize,
}

fn limit() -> usize {
    50
}

fn body_bytes() -> usize {
    SHOWN_BODY_BYTES
}

/// Messages found.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Page {
    /// In order of place.
    messages: Vec<Seen>,
    /// Where to go on.
    next: Option<u64>,
    /// Messages that were looked at.
    scanned: u64,
    /// Messages that could not be read.
    unreadable: u64,
    /// Whether the queue was looked through to its end.
    complete: bool,
}

/// Looks through a queue.
pub(crate) async fn answer(
    State(api): State<Arc<Api>>,
    QueueInPath(queue): QueueInPath,
    Params(search): Params<Search>,
) -> Result<Json<Page>, ApiError> {
    search.check()?;
    let broker = api.broker()?;
    let wanted = search.wanted(broker.log_ms())?;
    let (mut messages, mut bytes) = (Vec::new(), 0);
    let look = |browsed: &BrowsedMessage| {
        if wanted.holds(browsed) {
            bytes += browsed.message.body.len().min(search.body_bytes_max);
            messages.push(Seen::of(broker, browsed, &queue.name, search.body_bytes_max));
        }
        let is_full = messages.len() == search.limit || bytes >= ANSWER_BYTES_MAX;
        if is_full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let walked = walk(broker, search.walk(queue.id, &wanted), look).await?;
    Ok(Json(Page {
        messages,
        next: walked.next.map(|seq| seq.0),
        scanned: walked.scanned,
        unreadable: walked.unreadable,
        complete: walked.next.is_none(),
    }))
}

impl Search {
    fn check(&self) -> Result<(), ApiError> {
        if !(1..=LIMIT_MAX).contains(&self.limit) {
            return Err(ApiError::bad_request(format!(
                "the query, `limit`: from 1 to {LIMIT_MAX}, not {}",
                self.limit
            )));
        }
        if self.body_bytes_max > BODY_BYTES_MAX {
            let got = self.body_bytes_max;
            return Err(ApiError::bad_request(format!(
                "the query, `body_bytes_max`: up to {BODY_BYTES_MAX}, not {got}"
            ))
            .hint("GET /v1/messages/{id} shows a body whole"));
        }
        Ok(())
    }

    fn wanted(&self, now_ms: u64) -> Result<Wanted, ApiError> {
        let refused = |error: NoMessageId| ApiError::bad_request(format!("the query, `id`: {error}"));
        Ok(Wanted {
            at_most_ms: self.older_than_ms.map(|age_ms| now_ms.saturating_sub(age_ms)),
            lane: self.lane.clone(),
            id: self.id.as_ref().map(|id| id.parse().map_err(refused)).transpose()?,
            header: self.header.as_deref().map(HeaderCriterion::parse),
            text: self.text.as_deref().map(TextCriterion::new),
        })
    }

    /// An id of the queue says where its message is.
    fn walk(&self, queue: QueueId, wanted: &Wanted) -> Walk {
        let place = wanted.id.filter(|id| id.key.queue == queue).map(|id| vec![id.seq]);
        let whole = Walk::through(queue, Budget::OF_A_SEARCH);
        Walk { from: Seq(self.from), states: self.state.states(), places: place, ..whole }
    }
}
