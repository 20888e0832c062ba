//! `GET /v1/store`: whether the store works, and what it takes.

use crate::api::Api;
use crate::commands::process::Disk;
use crate::errors::ApiError;
use crate::frame::Json;
use crate::status::Running;
use axum::extract::State;
use broker::{HistoryFigures, JournalStats};
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

/// The store.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Store {
    /// Whether the log works. Where it does not, only a restart helps.
    healthy: bool,
    /// Why it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<String>,
    /// Whether publishes are refused for want of space.
    disk_full: bool,
    /// The data folder.
    data: String,
    /// How often the store was opened.
    boot: u32,
    /// Missing where the system does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    disk: Option<DiskView>,
    journal: JournalView,
    history: HistoryView,
}

/// The disk that the store is on.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Disk")]
struct DiskView {
    free_bytes: u64,
    total_bytes: u64,
}

/// The log, as in the metrics.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Journal")]
struct JournalView {
    commits: u64,
    written_bytes: u64,
    syncs: u64,
    sync_us: u64,
    segments: u64,
    segment_bytes: u64,
    runs: u64,
    run_bytes: u64,
    checkpoints: u64,
    checkpoint_folds: u64,
    cached_bytes: u64,
    cache_hits: u64,
    cache_misses: u64,
}

/// What is kept of what happened to messages.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "History")]
struct HistoryView {
    /// Whether one is kept.
    enabled: bool,
    /// Bytes of its files.
    bytes: u64,
    /// From when on it knows; null where it knows nothing yet.
    from_ms: Option<u64>,
    /// Entries that are missing since the start.
    dropped: u64,
}

/// Shows it.
pub(crate) async fn answer(State(api): State<Arc<Api>>) -> Result<Json<Store>, ApiError> {
    api.running().map(|running| Json(of(running)))
}

/// The store at this moment.
pub(super) fn of(running: &Running) -> Store {
    let trouble = running.broker.health().err().map(|unavailable| unavailable.to_string());
    let disk = Disk::of(&running.data);
    Store {
        healthy: trouble.is_none(),
        trouble,
        disk_full: running.broker.is_disk_full(),
        data: running.data.display().to_string(),
        boot: running.broker.boot().0,
        disk: disk.map(|disk| DiskView { free_bytes: disk.free_bytes, total_bytes: disk.total_bytes }),
        journal: running.broker.journal_stats().into(),
        history: running.broker.history_figures().into(),
    }
}

impl From<HistoryFigures> for HistoryView {
    fn from(HistoryFigures { enabled, bytes, from_ms, dropped }: HistoryFigures) -> Self {
        Self { enabled, bytes, from_ms, dropped }
    }
}

impl From<JournalStats> for JournalView {
    fn from(stats: JournalStats) -> Self {
        let JournalStats {
            commits,
            bytes_written,
            syncs,
            sync_us,
            segments,
            segment_bytes,
            runs,
            run_bytes,
            checkpoints,
            checkpoint_folds,
            cached_bytes,
            cache_hits,
            cache_misses,
        } = stats;
        Self {
            commits,
            written_bytes: bytes_written,
            syncs,
            sync_us,
            segments,
            segment_bytes,
            runs,
            run_bytes,
            checkpoints,
            checkpoint_folds,
            cached_bytes,
            cache_hits,
            cache_misses,
        }
    }
}
