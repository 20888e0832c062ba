//! `GET /v1/connections`: who is connected, at which door, and what for.

use super::{LIMIT_MAX, limit};
use crate::api::Api;
use crate::errors::ApiError;
use crate::frame::{Json, Params};
use axum::extract::State;
use door::connections::{About, Connected};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Which connections.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Those of this door.
    door: Option<String>,
    /// Those from this number on: an answer's `next`.
    #[serde(default)]
    from: u64,
    /// At most so many.
    #[serde(default = "limit")]
    #[schemars(range(min = 1, max = 1000))]
    limit: usize,
}

/// Some of the connections.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Connections")]
pub(crate) struct Page {
    /// In order of number, which is that of their coming.
    connections: Vec<View>,
    /// Where to go on; null at the end.
    next: Option<u64>,
    /// Whether every lease was counted: there are more than are looked at otherwise.
    complete: bool,
}

/// A connection.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Connection")]
struct View {
    id: u64,
    door: &'static str,
    /// The address at the other end.
    peer: String,
    /// The user that it proved to be; null where nobody was asked, or nothing was said yet.
    user: Option<String>,
    /// Since when it is open.
    since_ms: u64,
    tls: bool,
    /// The program or library at the other end, as it says.
    client: Option<String>,
    /// What it calls itself, where the protocol has a word for that.
    name: Option<String>,
    /// How many consumers it is.
    consumers: u64,
    /// Messages that these hold.
    leases: u64,
}

/// Shows them.
pub(crate) async fn answer(
    State(api): State<Arc<Api>>,
    Params(Wanted { door, from, limit }): Params<Wanted>,
) -> Result<Json<Page>, ApiError> {
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(ApiError::bad_request(format!("the query, `limit`: from 1 to {LIMIT_MAX}, not {limit}")));
    }
    let running = api.running()?;
    let is_wanted = |connected: &Connected| door.as_ref().is_none_or(|door| connected.door == door);
    let mut listed = running.connections.list(from.saturating_sub(1), limit + 1, is_wanted);
    let next = (listed.len() > limit).then(|| listed.remove(limit).id);
    let list = running.broker.consumers(None).await?;
    let mut counts: BTreeMap<u64, (u64, u64)> = BTreeMap::new();
    for consumer in list.consumers {
        let (consumers, leases) = counts.entry(consumer.connection).or_default();
        *consumers += u64::from(consumer.is_here);
        *leases += consumer.holding.map_or(0, |holding| holding.leases);
    }
    let view = |connected: &Arc<Connected>| view(connected, counts.get(&connected.id).copied().unwrap_or_default());
    Ok(Json(Page { connections: listed.iter().map(view).collect(), next, complete: list.is_complete }))
}

fn view(connected: &Connected, (consumers, leases): (u64, u64)) -> View {
    let About { user, client, name } = connected.about().cloned().unwrap_or_default();
    let said = |text: Box<str>| (!text.is_empty()).then(|| text.into_string());
    View {
        id: connected.id,
        door: connected.door,
        peer: connected.peer.to_string(),
        user: said(user),
        since_ms: connected.since_ms,
        tls: connected.is_tls,
        client: said(client),
        name: said(name),
        consumers,
        leases,
    }
}
