//! A queue, in a list and on its own.

use super::{ConsumerView, SpreadView};
use broker::{ConsumerInfo, QueueInfo, QueueStats, QueueTotals, Times};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use vocab::{Order, QueueSettings};

/// Most consumers that are shown with their queue.
const CONSUMERS_SHOWN_MAX: usize = 100;

/// A queue in a list.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Queue {
    pub(crate) name: String,
    /// Of this incarnation: a queue made again under its name has another.
    id: u32,
    /// Messages that can be received at once.
    pub(crate) ready: u64,
    /// Messages that wait for their time.
    pub(crate) delayed: u64,
    /// Messages that are being worked on.
    pub(crate) leased: u64,
    /// Receives that wait for a message.
    waiters: u64,
    /// When the oldest message was published; null where there is none.
    pub(crate) oldest_ms: Option<u64>,
    /// Whether nothing is delivered from it.
    paused: bool,
    order: Order,
    /// The queue that messages are set aside in; null where there is none.
    dead_letter: Option<String>,
    /// The queues that set messages aside in this one.
    sources: Vec<String>,
    pub(crate) rates: Rates,
    totals: Totals,
}

/// Messages a second, over about the last ten; null until there are two looks to compare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Rates {
    /// Published.
    #[serde(rename = "in")]
    pub(crate) published: Option<f64>,
    /// Handed out.
    #[serde(rename = "out")]
    pub(crate) delivered: Option<f64>,
    /// Acknowledged.
    #[serde(rename = "ack")]
    pub(crate) acked: Option<f64>,
    /// Given back as failures, or come back because their lease ended.
    #[serde(rename = "fail")]
    pub(crate) failed: Option<f64>,
}

/// What happened to a queue's messages since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Totals {
    published: u64,
    published_bytes: u64,
    delivered: u64,
    acked: u64,
    released: u64,
    failed: u64,
    lease_expired: u64,
    expired: u64,
    buried: u64,
    purged: u64,
    redriven: u64,
    dropped: u64,
}

/// A queue on its own.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct QueueDetail {
    #[serde(flatten)]
    queue: Queue,
    settings: QueueSettings,
    /// Doors' own notes about the queue.
    annotations: BTreeMap<String, String>,
    created_ms: u64,
    /// When its settings last changed.
    modified_ms: u64,
    /// Grows with every change of its settings.
    revision: u64,
    /// How long messages waited, from when they could be received to their first delivery.
    wait_ms: SpreadView,
    /// How long messages were worked on that were acknowledged.
    service_ms: SpreadView,
    /// Who takes messages from it, the first ones to come; `GET /v1/consumers` has all.
    consumers: Vec<ConsumerView>,
}

impl Rates {
    /// Both together; what is not known adds nothing.
    pub(crate) fn plus(self, other: Self) -> Self {
        let sum = |one: Option<f64>, other: Option<f64>| match (one, other) {
            (Some(one), Some(other)) => Some(one + other),
            (one, other) => one.or(other),
        };
        Self {
            published: sum(self.published, other.published),
            delivered: sum(self.delivered, other.delivered),
            acked: sum(self.acked, other.acked),
            failed: sum(self.failed, other.failed),
        }
    }
}

impl Queue {
    /// The queue with these figures.
    pub(crate) fn new(info: &QueueInfo, stats: &QueueStats, rates: Rates, sources: Vec<String>) -> Self {
        let QueueStats { ready, delayed, leased, waiters, oldest_ms, totals, .. } = *stats;
        Self {
            name: info.name.clone(),
            id: info.id.0,
            ready,
            delayed,
            leased,
            waiters,
            oldest_ms,
            paused: info.settings.paused,
            order: info.settings.order,
            dead_letter: info.settings.bury.as_ref().and_then(|bury| bury.queue()).map(str::to_owned),
            sources,
            rates,
            totals: totals.into(),
        }
    }
}

impl QueueDetail {
    /// The queue with its settings, how long its messages took by `now_ms`, and who takes them.
    pub(crate) fn new(
        info: &QueueInfo,
        queue: Queue,
        times: &Times,
        now_ms: u64,
        consumers: Vec<ConsumerInfo>,
    ) -> Self {
        let QueueInfo { settings, annotations, created_ms, modified_ms, revision, .. } = info.clone();
        let shown = consumers.into_iter().take(CONSUMERS_SHOWN_MAX);
        let consumers = shown.map(|consumer| ConsumerView::of(consumer, &info.name)).collect();
        let (wait_ms, service_ms) =
            (SpreadView::of(times.wait.as_ref(), now_ms), SpreadView::of(times.service.as_ref(), now_ms));
        Self { queue, settings, annotations, created_ms, modified_ms, revision, wait_ms, service_ms, consumers }
    }
}

impl From<QueueTotals> for Totals {
    fn from(totals: QueueTotals) -> Self {
        let QueueTotals {
            published,
            published_bytes,
            delivered,
            acked,
            released,
            failed,
            lease_expired,
            expired,
            buried,
            purged,
            redriven,
            dropped,
        } = totals;
        Self {
            published,
            published_bytes,
            delivered,
            acked,
            released,
            failed,
            lease_expired,
            expired,
            buried,
            purged,
            redriven,
            dropped,
        }
    }
}
