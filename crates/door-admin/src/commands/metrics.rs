//! `GET /metrics`: every figure in Prometheus' text format.
//!
//! Figures are read when they are asked for and rendered by a recorder that lives as long as the answer. A recorder for the life of the
//! process would keep the series of every queue that ever was.
//!
//! Invariant: an answer has a bounded number of series, however many queues there are.

use crate::commands::process;
use crate::status::{Phase, Running, Status};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use broker::{Broker, JournalStats, QueueInfo, QueueStats};
use futures_util::{StreamExt, stream};
use metrics::{counter, describe_counter, describe_gauge, gauge};
use metrics_exporter_prometheus::PrometheusBuilder;
use std::sync::Arc;

/// Queues with series of their own, the first in order of name: a server with more of them would otherwise drown its Prometheus.
pub(crate) const QUEUES_REPORTED_MAX: usize = 1000;

/// Questions to the broker at a time. Their answers share syncs, so asking one by one would be slow.
const ASKED_AT_A_TIME: usize = 64;

/// Text format 0.0.4, as Prometheus and its kin have read it since 2014.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

struct Figures {
    phase: Phase,
    resident_bytes: Option<u64>,
    running: Option<Running>,
    queues_total: usize,
    queues: Vec<(Arc<QueueInfo>, QueueStats)>,
}

/// All figures. While the store is being opened there are only the process's own.
pub(crate) async fn answer(State(status): State<Arc<Status>>) -> impl IntoResponse {
    let figures = gather(&status).await;
    ([(CONTENT_TYPE, TEXT_FORMAT)], render(&figures))
}

async fn gather(status: &Status) -> Figures {
    let running = status.running().cloned();
    let (queues_total, queues) = match &running {
        Some(running) => queues_of(&running.broker).await,
        None => (0, Vec::new()),
    };
    Figures { phase: status.phase(), resident_bytes: process::resident_bytes(), running, queues_total, queues }
}

/// How many queues there are, and the counts of those that are reported. A queue that goes away meanwhile is left out.
async fn queues_of(broker: &Broker) -> (usize, Vec<(Arc<QueueInfo>, QueueStats)>) {
    let mut all = broker.list_queues("", None, usize::MAX);
    let total = all.len();
    all.truncate(QUEUES_REPORTED_MAX);
    let asked = stream::iter(all).map(|queue| async move {
        let stats = broker.stats(queue.id).await.ok()?;
        Some((queue, stats))
    });
    (total, asked.buffered(ASKED_AT_A_TIME).filter_map(std::future::ready).collect().await)
}

fn render(figures: &Figures) -> String {
    let recorder = PrometheusBuilder::new().build_recorder();
    metrics::with_local_recorder(&recorder, || {
        record_process(figures);
        if let Some(running) = &figures.running {
            record_journal(&running.broker.journal_stats());
            record_doors(running);
        }
        record_queues(figures);
    });
    recorder.handle().render()
}

/// Gauges are floating-point numbers in the format; counts are exact up to 2⁵³.
#[expect(clippy::cast_precision_loss, reason = "the format has no other numbers")]
fn float(value: u64) -> f64 {
    value as f64
}

fn record_process(figures: &Figures) {
    describe_gauge!("longshore_build_info", "Always 1; the labels tell what runs");
    gauge!("longshore_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    describe_gauge!("longshore_ready", "1 while the store is open, every door listens and no stop was asked for");
    gauge!("longshore_ready").set(if figures.phase == Phase::Ready { 1.0 } else { 0.0 });
    if let Some(bytes) = figures.resident_bytes {
        describe_gauge!("process_resident_memory_bytes", "Resident memory of the process");
        gauge!("process_resident_memory_bytes").set(float(bytes));
    }
}

fn record_journal(stats: &JournalStats) {
    let counters = [
        ("longshore_journal_commits_total", stats.commits, "Commits that became durable"),
        ("longshore_journal_written_bytes_total", stats.bytes_written, "Bytes written to the log, padding included"),
        ("longshore_journal_syncs_total", stats.syncs, "Syncs of the log"),
        ("longshore_journal_sync_microseconds_total", stats.sync_us, "Time spent in syncs of the log"),
        ("longshore_journal_checkpoints_total", stats.checkpoints, "Checkpoints taken"),
        ("longshore_journal_cache_hits_total", stats.cache_hits, "Message bodies found in memory"),
        ("longshore_journal_cache_misses_total", stats.cache_misses, "Message bodies read back from the disk"),
    ];
    for (name, value, help) in counters {
        describe_counter!(name, help);
        counter!(name).absolute(value);
    }
    let gauges = [
        ("longshore_journal_segments", stats.segments, "Segments of the log that exist"),
        ("longshore_journal_segment_bytes", stats.segment_bytes, "Bytes of those segments on disk"),
        ("longshore_journal_runs", stats.runs, "Runs of sorted messages that exist"),
        ("longshore_journal_run_bytes", stats.run_bytes, "Bytes of those runs on disk"),
        ("longshore_journal_cached_bytes", stats.cached_bytes, "Bytes of message bodies held in memory"),
    ];
    for (name, value, help) in gauges {
        describe_gauge!(name, help);
        gauge!(name).set(float(value));
    }
}

fn record_doors(running: &Running) {
    describe_gauge!("longshore_connections", "Open connections by door");
    describe_counter!("longshore_connections_accepted_total", "Connections let in by door");
    describe_counter!("longshore_connections_refused_total", "Connections refused over the cap by door");
    describe_counter!("longshore_requests_total", "Requests by door, operation and outcome");
    describe_counter!("longshore_errors_total", "Errors told to clients by door and the protocol's own code");
    for door in &running.doors {
        let counts = door.limits.counts();
        gauge!("longshore_connections", "door" => door.name).set(float(counts.open));
        counter!("longshore_connections_accepted_total", "door" => door.name).absolute(counts.accepted);
        counter!("longshore_connections_refused_total", "door" => door.name).absolute(counts.refused);
        for row in door.tally.rows() {
            let labels = [("door", door.name), ("operation", row.operation), ("outcome", row.outcome.name())];
            counter!("longshore_requests_total", &labels).absolute(row.count);
        }
        for (code, count) in door.errors().into_iter().filter(|&(_, count)| count > 0) {
            counter!("longshore_errors_total", "door" => door.name, "code" => code).absolute(count);
        }
    }
}

fn record_queues(figures: &Figures) {
    describe_gauge!("longshore_queues", "Queues that exist");
    gauge!("longshore_queues").set(float(figures.queues_total as u64));
    describe_gauge!("longshore_queues_unreported", "Queues without series of their own, over the cap on series");
    gauge!("longshore_queues_unreported").set(float((figures.queues_total - figures.queues.len()) as u64));
    describe_gauge!("longshore_queue_messages", "Live messages by queue and state");
    describe_gauge!("longshore_queue_waiters", "Receives that wait for a message");
    describe_gauge!(
        "longshore_queue_oldest_timestamp_seconds",
        "When the oldest live message was published, Unix time"
    );
    describe_counter!("longshore_queue_events_total", "What happened to messages, by queue, since the store was made");
    describe_counter!("longshore_queue_published_bytes_total", "Bytes of bodies published");
    for (queue, stats) in &figures.queues {
        record_queue(queue, stats);
    }
}

fn record_queue(queue: &QueueInfo, stats: &QueueStats) {
    let name = &queue.name;
    for (state, count) in [("ready", stats.ready), ("delayed", stats.delayed), ("leased", stats.leased)] {
        gauge!("longshore_queue_messages", "queue" => name.clone(), "state" => state).set(float(count));
    }
    gauge!("longshore_queue_waiters", "queue" => name.clone()).set(float(stats.waiters));
    if let Some(oldest_ms) = stats.oldest_ms {
        let seconds = float(oldest_ms) / 1000.0;
        gauge!("longshore_queue_oldest_timestamp_seconds", "queue" => name.clone()).set(seconds);
    }
    let totals = &stats.totals;
    let events = [
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
    ];
    for (event, count) in events {
        counter!("longshore_queue_events_total", "queue" => name.clone(), "event" => event).absolute(count);
    }
    counter!("longshore_queue_published_bytes_total", "queue" => name.clone()).absolute(totals.published_bytes);
}

#[cfg(test)]
mod tests;
