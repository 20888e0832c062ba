//! `GET /metrics`: every figure in Prometheus' text format.
//!
//! Figures are read when they are asked for and rendered by a recorder that lives as long as the answer. A recorder for the life of the
//! process would keep the series of every queue that ever was.
//!
//! Invariant: an answer has a bounded number of series, however many queues there are.

mod queues;
mod times;

use crate::api::Api;
use crate::commands::process::{Disk, Process};
use crate::status::{Phase, Running, Status};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use broker::JournalStats;
use metrics::{counter, describe_counter, describe_gauge, gauge};
use metrics_exporter_prometheus::PrometheusBuilder;
use queues::Queues;
use std::sync::Arc;

/// Text format 0.0.4, as Prometheus and its kin have read it since 2014.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

struct Figures {
    phase: Phase,
    process: Process,
    disk: Option<Disk>,
    running: Option<Running>,
    queues: Queues,
}

/// All figures. While the store is being opened there are only the process's own.
pub(crate) async fn answer(State(api): State<Arc<Api>>) -> impl IntoResponse {
    let figures = gather(&api.status).await;
    ([(CONTENT_TYPE, TEXT_FORMAT)], render(&figures))
}

async fn gather(status: &Status) -> Figures {
    let running = status.running().cloned();
    let queues = match &running {
        Some(running) => Queues::ask(&running.broker, running.queues_listed_max).await,
        None => Queues::default(),
    };
    let disk = running.as_ref().and_then(|running| Disk::of(&running.data));
    Figures { phase: status.phase(), process: Process::ask(), disk, running, queues }
}

fn render(figures: &Figures) -> String {
    let recorder = PrometheusBuilder::new().build_recorder();
    metrics::with_local_recorder(&recorder, || {
        record_process(figures);
        if let Some(disk) = figures.disk {
            record_disk(disk);
        }
        if let Some(running) = &figures.running {
            record_store(running);
            record_doors(running);
        }
        figures.queues.record();
    });
    recorder.handle().render() + &seconds_spent(figures) + &figures.queues.times()
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
    let Process { resident_bytes, start_seconds, open_fds, max_fds, cpu_seconds: _written_as_text } = figures.process;
    let gauges = [
        ("process_resident_memory_bytes", resident_bytes.map(float), "Resident memory of the process"),
        ("process_start_time_seconds", start_seconds, "When the process was started, Unix time"),
        ("process_open_fds", open_fds.map(float), "Open descriptors of the process"),
        ("process_max_fds", max_fds.map(float), "Descriptors that the process may have open"),
    ];
    for (name, value, help) in gauges {
        if let Some(value) = value {
            describe_gauge!(name, help);
            gauge!(name).set(value);
        }
    }
}

/// Families that the recorder cannot hold, because its counters are whole numbers and Prometheus counts time in seconds.
fn seconds_spent(figures: &Figures) -> String {
    let synced = figures.running.as_ref().map(|running| float(running.broker.journal_stats().sync_us) / 1e6);
    let counters = [
        ("process_cpu_seconds_total", figures.process.cpu_seconds, "Processor time of the process"),
        ("longshore_journal_sync_seconds_total", synced, "Time spent in syncs of the log"),
    ];
    let told = counters.into_iter().filter_map(|(name, seconds, help)| {
        Some(format!("# HELP {name} {help}\n# TYPE {name} counter\n{name} {}\n", seconds?))
    });
    told.collect()
}

fn record_disk(disk: Disk) {
    describe_gauge!("longshore_disk_free_bytes", "Free space of the disk that the data folder is on");
    gauge!("longshore_disk_free_bytes").set(float(disk.free_bytes));
    describe_gauge!("longshore_disk_size_bytes", "Size of the disk that the data folder is on");
    gauge!("longshore_disk_size_bytes").set(float(disk.total_bytes));
}

fn record_store(running: &Running) {
    let broker = &running.broker;
    record_journal(&broker.journal_stats());
    describe_gauge!("longshore_disk_full", "1 while publishes are refused for want of disk space");
    gauge!("longshore_disk_full").set(if broker.is_disk_full() { 1.0 } else { 0.0 });
    describe_gauge!("longshore_journal_failed", "1 once the log refused a write or a sync: the server ends");
    gauge!("longshore_journal_failed").set(if broker.health().is_err() { 1.0 } else { 0.0 });
    if let Some(traces) = broker.traces() {
        let figures = traces.figures();
        describe_counter!("longshore_trace_spans_total", "Spans that were made, those that were dropped among them");
        counter!("longshore_trace_spans_total").absolute(figures.made);
        describe_counter!(
            "longshore_trace_spans_dropped_total",
            "Spans that found no room, or that the collector did not take"
        );
        counter!("longshore_trace_spans_dropped_total").absolute(figures.dropped);
    }
}

fn record_journal(stats: &JournalStats) {
    let counters = [
        ("longshore_journal_commits_total", stats.commits, "Commits that became durable"),
        ("longshore_journal_written_bytes_total", stats.bytes_written, "Bytes written to the log, padding included"),
        ("longshore_journal_syncs_total", stats.syncs, "Syncs of the log"),
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

#[cfg(test)]
mod tests;
