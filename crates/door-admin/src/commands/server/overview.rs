//! `GET /v1/overview`: the server and all queues at a glance.

use super::store::{self, Store};
use crate::api::Api;
use crate::caller::Caller;
use crate::errors::ApiError;
use crate::frame::Json;
use crate::status::{DoorFigures, Phase};
use crate::view::Rates;
use axum::extract::State;
use broker::QueueStats;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use vocab::QueueId;

/// The server at a glance. Messages are those of queues that the caller may know of.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Overview {
    version: &'static str,
    /// When every door began to serve.
    started_ms: Option<u64>,
    phase: &'static str,
    /// How many queues there are.
    queues: usize,
    messages: Messages,
    rates: Rates,
    /// When the oldest message was published; null where there is none.
    oldest_ms: Option<u64>,
    /// Messages in queues that others set messages aside in.
    dead_letters: u64,
    /// Open connections, of all doors.
    connections: u64,
    /// Who takes messages, from any queue that the caller may know of.
    consumers: u64,
    /// Receives that wait for a message.
    waiters: u64,
    store: Store,
    doors: Vec<DoorView>,
}

/// Messages by state.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct Messages {
    ready: u64,
    delayed: u64,
    leased: u64,
}

/// A door.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Door")]
struct DoorView {
    name: &'static str,
    /// Where it listens.
    addresses: Vec<String>,
    tls: bool,
    /// Open ones.
    connections: u64,
    /// Since the start.
    requests: u64,
    /// Told to clients since the start.
    errors: u64,
}

/// Shows it.
pub(crate) async fn answer(State(api): State<Arc<Api>>, caller: Caller) -> Result<Json<Overview>, ApiError> {
    of(&api, &caller).await.map(Json)
}

/// The overview at this moment, as `caller` may see it.
pub(crate) async fn of(api: &Api, caller: &Caller) -> Result<Overview, ApiError> {
    let running = api.running()?;
    let figures = api.looks.figures(&running.broker).await?;
    let sources = figures.sources();
    let mut overview = Overview {
        version: env!("CARGO_PKG_VERSION"),
        started_ms: api.status.ready_ms(),
        phase: match api.status.phase() {
            Phase::Recovering => "recovering",
            Phase::Ready => "ready",
            Phase::Draining => "draining",
        },
        queues: 0,
        messages: Messages::default(),
        rates: Rates::default(),
        oldest_ms: None,
        dead_letters: 0,
        connections: running.doors.iter().map(|door| door.limits.counts().open).sum(),
        consumers: 0,
        waiters: 0,
        store: store::of(running),
        doors: running.doors.iter().map(view).collect(),
    };
    let mut consumers: BTreeMap<QueueId, u64> = BTreeMap::new();
    for queue in running.broker.consumed_queues() {
        *consumers.entry(queue).or_default() += 1;
    }
    for (info, stats) in &figures.queues {
        if caller.may_see(&info.name, &api.account_id) {
            let is_dead_letter = sources.contains_key(info.name.as_str());
            overview.add(stats, figures.rates(info.id, &stats.totals), is_dead_letter);
            overview.consumers += consumers.get(&info.id).copied().unwrap_or_default();
        }
    }
    Ok(overview)
}

impl Overview {
    fn add(&mut self, stats: &QueueStats, rates: Rates, is_dead_letter: bool) {
        self.queues += 1;
        self.messages.ready += stats.ready;
        self.messages.delayed += stats.delayed;
        self.messages.leased += stats.leased;
        self.waiters += stats.waiters;
        self.rates = self.rates.plus(rates);
        self.oldest_ms = [self.oldest_ms, stats.oldest_ms].into_iter().flatten().min();
        if is_dead_letter {
            self.dead_letters += stats.ready + stats.delayed + stats.leased;
        }
    }
}

fn view(door: &DoorFigures) -> DoorView {
    DoorView {
        name: door.name,
        addresses: door.addresses.iter().map(ToString::to_string).collect(),
        tls: door.is_tls,
        connections: door.limits.counts().open,
        requests: door.tally.rows().map(|row| row.count).sum(),
        errors: door.errors().iter().map(|(_, count)| count).sum(),
    }
}
