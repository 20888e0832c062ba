//! `GET /v1/consumers`: who takes messages from which queue, and what they hold.

use super::{LIMIT_MAX, limit};
use crate::api::Api;
use crate::authorization::{self, Named, Need};
use crate::caller::Caller;
use crate::errors::ApiError;
use crate::frame::{Json, Params};
use crate::view::ConsumerView;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Which consumers.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Those of this queue.
    queue: Option<String>,
    /// Those from this number on: an answer's `next`.
    #[serde(default)]
    from: u32,
    /// At most so many.
    #[serde(default = "limit")]
    #[schemars(range(min = 1, max = 1000))]
    limit: usize,
}

/// Some of the consumers of queues that the caller may know of.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Consumers")]
pub(crate) struct Page {
    /// In order of number, which is that of their coming. Who left is among them for as long as they hold something.
    consumers: Vec<ConsumerView>,
    /// Where to go on; null at the end.
    next: Option<u32>,
    /// Whether every lease was counted: there are more than are looked at otherwise.
    complete: bool,
}

/// Shows them.
pub(crate) async fn answer(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Params(Wanted { queue, from, limit }): Params<Wanted>,
) -> Result<Json<Page>, ApiError> {
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(ApiError::bad_request(format!("the query, `limit`: from 1 to {LIMIT_MAX}, not {limit}")));
    }
    let queue = match queue {
        Some(name) => {
            let named = Named { queue: Some(name.clone()), ..Named::default() };
            authorization::check(&api, Need::See, &caller, &named)?;
            Some(api.queue(&name)?.id)
        }
        None => None,
    };
    let broker = api.broker()?;
    let list = broker.consumers(queue).await?;
    let later = list.consumers.into_iter().filter(|consumer| consumer.id.0 >= from);
    let mut seen = later.filter_map(|consumer| {
        let queue = broker.queue_by_id(consumer.queue)?;
        caller.may_see(&queue.name, &api.account_id).then(|| ConsumerView::of(consumer, &queue.name))
    });
    let consumers: Vec<_> = seen.by_ref().take(limit).collect();
    Ok(Json(Page { consumers, next: seen.next().map(|consumer| consumer.id), complete: list.is_complete }))
}
