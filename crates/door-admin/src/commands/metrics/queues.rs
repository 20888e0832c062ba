//! The figures of queues: each of the first ones by name under its own name, all others summed under one.
//!
//! Listing by name rather than by size keeps a series from ending whenever some other queue grows. The sum is labelled as no SQS
//! queue can be called.
//!
//! Invariant: at most `listed_max` + 1 values of the label `queue`; summed over it, each metric covers every queue.

use super::{float, times};
use broker::{Broker, QueueInfo, QueueStats, QueueTotals, Times};
use metrics::{counter, describe_counter, describe_gauge, gauge};
use std::collections::{BTreeMap, BTreeSet};
use vocab::meter::Since;

/// The label of the queues that are not listed.
const OTHERS: &str = "(others)";

const WAIT: &str = "From when messages could be received to their first delivery, since the server was started";
const SERVICE: &str = "From the delivery of messages to their acknowledgement, since the server was started";

/// What is reported of all queues together.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Queues {
    total: usize,
    listed: Vec<Figures>,
    others: Option<Figures>,
}

/// What is reported under one label.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Figures {
    label: String,
    stats: QueueStats,
    empty_receives: u64,
    wait: Option<Since>,
    service: Option<Since>,
    /// Messages in queues that others set theirs aside in; `None` where there is no such queue under this label.
    dead_letters: Option<u64>,
}

impl Queues {
    /// Asks the broker about all queues at once. One that goes away meanwhile is left out.
    pub(super) async fn ask(broker: &Broker, listed_max: usize) -> Self {
        let all = broker.list_queues("", None, usize::MAX);
        let graves: BTreeSet<String> = all.iter().filter_map(|queue| grave(queue)).map(str::to_owned).collect();
        let stats: BTreeMap<_, _> = broker.all_stats().await.unwrap_or_default().into_iter().collect();
        let mut times = broker.all_times().await.unwrap_or_default();
        let mut queues = Self { total: all.len(), ..Self::default() };
        for queue in &all {
            let Some(stats) = stats.get(&queue.id).copied() else { continue };
            let empty_receives = broker.empty_receives(queue.id);
            let dead_letters = graves.contains(&queue.name).then(|| messages(&stats));
            let Times { wait, service } = times.remove(&queue.id).unwrap_or_default();
            let [wait, service] = [wait, service].map(|meter| meter.map(|meter| meter.since_start()));
            let label = queue.name.clone();
            queues.add(Figures { label, stats, empty_receives, wait, service, dead_letters }, listed_max);
        }
        queues
    }

    /// Adds one queue, in order of name.
    pub(super) fn add(&mut self, figures: Figures, listed_max: usize) {
        if self.listed.len() < listed_max {
            self.listed.push(figures);
        } else {
            let others = self.others.get_or_insert_with(|| Figures { label: OTHERS.to_owned(), ..Figures::default() });
            others.add(&figures);
        }
    }

    /// How long messages took, in text: the recorder counts one by one, and these are counted already.
    pub(super) fn times(&self) -> String {
        let figures = || self.listed.iter().chain(&self.others);
        let wait: Vec<_> = figures().filter_map(|one| Some((&*one.label, one.wait.as_ref()?))).collect();
        let service: Vec<_> = figures().filter_map(|one| Some((&*one.label, one.service.as_ref()?))).collect();
        times::text("longshore_queue_wait_seconds", WAIT, &wait)
            + &times::text("longshore_queue_service_seconds", SERVICE, &service)
    }

    /// Hands everything to the recorder.
    pub(super) fn record(&self) {
        describe();
        gauge!("longshore_queues").set(float(self.total as u64));
        gauge!("longshore_queues_listed").set(float(self.listed.len() as u64));
        for figures in self.listed.iter().chain(&self.others) {
            figures.record();
        }
    }
}

fn both(one: Option<Since>, other: Option<&Since>) -> Option<Since> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.plus(other)),
        (one, other) => one.or_else(|| other.cloned()),
    }
}

/// The queue that this one sets its messages aside in.
fn grave(queue: &QueueInfo) -> Option<&str> {
    queue.settings.bury.as_ref()?.queue()
}

fn messages(stats: &QueueStats) -> u64 {
    stats.ready + stats.delayed + stats.leased
}

fn describe() {
    describe_gauge!("longshore_queues", "Queues that exist");
    describe_gauge!("longshore_queues_listed", "Queues with series of their own; the others are summed");
    describe_gauge!("longshore_queue_messages", "Live messages by queue and state");
    describe_gauge!("longshore_queue_dead_letters", "Messages in queues that other queues set theirs aside in");
    describe_gauge!("longshore_queue_waiters", "Receives that wait for a message");
    describe_gauge!(
        "longshore_queue_oldest_timestamp_seconds",
        "When the oldest live message was published, Unix time"
    );
    describe_counter!("longshore_queue_events_total", "What happened to messages, by queue, since the queue was made");
    describe_counter!("longshore_queue_published_bytes_total", "Bytes of bodies published");
    describe_counter!(
        "longshore_queue_empty_receives_total",
        "Receives that ended with no message, since the server was started"
    );
}

impl Figures {
    fn add(&mut self, more: &Self) {
        let QueueStats { ready, delayed, leased, waiters, oldest_ms, newest_ms, totals } = more.stats;
        self.stats.ready += ready;
        self.stats.delayed += delayed;
        self.stats.leased += leased;
        self.stats.waiters += waiters;
        self.stats.oldest_ms = [self.stats.oldest_ms, oldest_ms].into_iter().flatten().min();
        self.stats.newest_ms = self.stats.newest_ms.max(newest_ms);
        add_totals(&mut self.stats.totals, &totals);
        self.empty_receives += more.empty_receives;
        self.wait = both(self.wait.take(), more.wait.as_ref());
        self.service = both(self.service.take(), more.service.as_ref());
        self.dead_letters = [self.dead_letters, more.dead_letters].into_iter().flatten().reduce(|a, b| a + b);
    }

    fn record(&self) {
        let Self { label, stats, empty_receives, dead_letters, wait: _, service: _ } = self;
        for (state, count) in [("ready", stats.ready), ("delayed", stats.delayed), ("leased", stats.leased)] {
            gauge!("longshore_queue_messages", "queue" => label.clone(), "state" => state).set(float(count));
        }
        gauge!("longshore_queue_waiters", "queue" => label.clone()).set(float(stats.waiters));
        if let Some(count) = *dead_letters {
            gauge!("longshore_queue_dead_letters", "queue" => label.clone()).set(float(count));
        }
        if let Some(oldest_ms) = stats.oldest_ms {
            let seconds = float(oldest_ms) / 1000.0;
            gauge!("longshore_queue_oldest_timestamp_seconds", "queue" => label.clone()).set(seconds);
        }
        for (event, count) in events(&stats.totals) {
            counter!("longshore_queue_events_total", "queue" => label.clone(), "event" => event).absolute(count);
        }
        let published_bytes = stats.totals.published_bytes;
        counter!("longshore_queue_published_bytes_total", "queue" => label.clone()).absolute(published_bytes);
        counter!("longshore_queue_empty_receives_total", "queue" => label.clone()).absolute(*empty_receives);
    }
}

fn events(totals: &QueueTotals) -> [(&'static str, u64); 11] {
    [
        ("published", totals.published),
        ("delivered", totals.delivered),
        ("acked", totals.acked),
        ("released", totals.released),
        ("failed", totals.failed),
        ("lease_expired", totals.lease_expired),
        ("expired", totals.expired),
        ("buried", totals.buried),
        ("purged", totals.purged),
        ("redriven", totals.redriven),
        ("dropped", totals.dropped),
    ]
}

/// Takes the totals apart, so that one that is forgotten here does not compile.
fn add_totals(sum: &mut QueueTotals, more: &QueueTotals) {
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
    } = *more;
    sum.published += published;
    sum.published_bytes += published_bytes;
    sum.delivered += delivered;
    sum.acked += acked;
    sum.released += released;
    sum.failed += failed;
    sum.lease_expired += lease_expired;
    sum.expired += expired;
    sum.buried += buried;
    sum.purged += purged;
    sum.redriven += redriven;
    sum.dropped += dropped;
}

#[cfg(test)]
impl Figures {
    /// Made up, for tests.
    pub(super) fn new(label: &str, stats: QueueStats, empty_receives: u64) -> Self {
        Self { label: label.to_owned(), stats, empty_receives, ..Self::default() }
    }

    /// The same, of a queue that others set their messages aside in.
    pub(super) fn dead(self) -> Self {
        Self { dead_letters: Some(messages(&self.stats)), ..self }
    }
}
