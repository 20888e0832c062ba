//! `GET /v1/queues`: queues with their figures: searched, sorted, a page at a time.

use crate::api::Api;
use crate::caller::Caller;
use crate::errors::ApiError;
use crate::frame::{Json, Params};
use crate::view::Queue;
use axum::extract::State;
use broker::{QueueInfo, QueueStats};
use door::access::glob_matches;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::sync::Arc;

/// Most queues in one answer.
const LIMIT_MAX: usize = 1000;

/// Which queues, in which order.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Wanted {
    /// A part of the name, in any case; with `*` or `?` a pattern of the whole name.
    search: Option<String>,
    sort: Sort,
    /// `asc` where it is left out and the order is by name, `desc` otherwise.
    order: Option<Direction>,
    /// So many are passed over.
    offset: usize,
    /// At most so many [default: 100].
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<usize>,
    kind: Kind,
}

/// What queues are put in order by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Sort {
    #[default]
    Name,
    Ready,
    Delayed,
    Leased,
    /// The age of the oldest message.
    Oldest,
    In,
    Out,
    Fail,
}

/// In which direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Direction {
    Asc,
    Desc,
}

/// Queues of a kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    #[default]
    All,
    /// Those that others set messages aside in.
    DeadLetter,
}

/// Some of the queues.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Queues {
    /// Queues that the caller may know of.
    total: usize,
    /// Of these, the ones that were asked for.
    matched: usize,
    /// So many of them were passed over.
    offset: usize,
    queues: Vec<Queue>,
}

/// Lists them.
pub(crate) async fn answer(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Params(wanted): Params<Wanted>,
) -> Result<Json<Queues>, ApiError> {
    let limit = wanted.limit.unwrap_or(100);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(ApiError::bad_request(format!("the query, `limit`: from 1 to {LIMIT_MAX}, not {limit}")));
    }
    let figures = api.looks.figures(api.broker()?).await?;
    let sources = figures.sources();
    let seen = figures.queues.iter().filter(|(info, _)| caller.may_see(&info.name, &api.account_id));
    let seen: Vec<_> = seen.collect();
    let total = seen.len();
    let search = Search::new(wanted.search.as_deref().unwrap_or_default());
    let is_wanted = |info: &QueueInfo| {
        (wanted.kind == Kind::All || sources.contains_key(info.name.as_str())) && search.finds(&info.name)
    };
    let rate = |(info, stats): &(Arc<QueueInfo>, QueueStats)| figures.rates(info.id, &stats.totals);
    let mut matching: Vec<_> =
        seen.into_iter().filter(|(info, _)| is_wanted(info)).map(|queue| (queue, rate(queue))).collect();
    let descending = wanted.order.map_or(wanted.sort != Sort::Name, |order| order == Direction::Desc);
    matching.sort_by(|(one, one_rates), (other, other_rates)| {
        let order = match wanted.sort {
            Sort::Name => one.0.name.cmp(&other.0.name),
            Sort::Ready => one.1.ready.cmp(&other.1.ready),
            Sort::Delayed => one.1.delayed.cmp(&other.1.delayed),
            Sort::Leased => one.1.leased.cmp(&other.1.leased),
            Sort::Oldest => by_age(one.1.oldest_ms, other.1.oldest_ms),
            Sort::In => one_rates.published.partial_cmp(&other_rates.published).unwrap_or(Ordering::Equal),
            Sort::Out => one_rates.delivered.partial_cmp(&other_rates.delivered).unwrap_or(Ordering::Equal),
            Sort::Fail => one_rates.failed.partial_cmp(&other_rates.failed).unwrap_or(Ordering::Equal),
        };
        if descending { order.reverse() } else { order }
    });
    let matched = matching.len();
    let page = matching.into_iter().skip(wanted.offset).take(limit).map(|((info, stats), rates)| {
        let sources = sources.get(info.name.as_str()).into_iter().flatten().map(|name| (*name).to_owned());
        Queue::new(info, stats, rates, sources.collect())
    });
    Ok(Json(Queues { total, matched, offset: wanted.offset, queues: page.collect() }))
}

/// An empty queue has no age; of two times the earlier one is older.
fn by_age(one: Option<u64>, other: Option<u64>) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) => other.cmp(&one),
        (one, other) => one.is_some().cmp(&other.is_some()),
    }
}

/// A search of names.
enum Search {
    Part(String),
    Pattern(String),
}

impl Search {
    fn new(text: &str) -> Self {
        let lower = text.to_lowercase();
        if lower.contains(['*', '?']) { Self::Pattern(lower) } else { Self::Part(lower) }
    }

    fn finds(&self, name: &str) -> bool {
        match self {
            Self::Part(part) => part.is_empty() || name.to_lowercase().contains(part),
            Self::Pattern(pattern) => glob_matches(pattern, &name.to_lowercase()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_a_part_or_a_pattern_in_any_case() {
        let check = |search, name, expected| assert_eq!(Search::new(search).finds(name), expected, "{search} {name}");
        check("", "orders", true);
        check("DER", "orders", true);
        check("dead", "orders", false);
        check("ord*", "Orders", true);
        check("der*", "orders", false);
    }

    #[test]
    fn the_older_message_counts_for_more_and_none_for_nothing() {
        assert_eq!(by_age(Some(1), Some(2)), Ordering::Greater);
        assert_eq!(by_age(None, Some(2)), Ordering::Less);
        assert_eq!(by_age(None, None), Ordering::Equal);
    }
}
