//! One queue with far more messages than memory would hold: what it takes to be filled, to be held, and to be emptied.
//!
//! The rows share one backlog, since making it is what takes time. It is published in slices; after each the process and
//! its folder are looked at.

use super::embedder::Embedder;
use super::order::{Order, Publish};
use super::rest::{pass, until_quiet};
use super::{Options, Part, Scale, drain, folder, publish, start};
use crate::report::{Budget, Report};
use anyhow::Result;
use serde_json::json;
use std::fs;
use std::path::Path;

/// Its name in the report.
pub const NAME: &str = "deep backlog";

/// Where the backlog is.
pub const DEEP: u32 = 0;

/// Where the messages are that are drained while they are young.
pub const RECENT: u32 = 1;

/// Bytes of each body.
pub const BYTES: usize = 100;

/// Messages in one publish.
pub const BATCH: usize = 100;

const QUEUES: u32 = 2;
const SLICES: u64 = 40;
const START_SECONDS_MAX: f64 = 5.0;
const DISK_MB_MAX: f64 = 300.0;

/// Fills the backlog and measures what is wanted of it.
pub fn measure(options: &Options, scale: &Scale, folder: &Path, report: &mut Report) -> Result<()> {
    let data = folder.join("deep");
    let mut embedder = Embedder::start(&data)?;
    embedder.ask(&Order::MakeQueues(QUEUES))?;
    let filled = fill(&mut embedder, scale, &data)?;
    let mut held = filled.messages;
    if options.wants(Part::Backlog) {
        judge_memory(scale, &filled, report);
    }
    if options.wants(Part::Publish) {
        held += publish::measure(&mut embedder, scale, folder, report)?;
    }
    let peak = filled.disk_bytes_max.max(folder::disk_bytes(&data)?);
    if options.wants(Part::Start) {
        until_quiet(&embedder, scale.patience)?;
        embedder = start::after_kill(embedder, &data, NAME, START_SECONDS_MAX, report)?;
        embedder.ask(&Order::MakeQueues(QUEUES))?;
    }
    if options.wants(Part::Drain) {
        held -= drain::measure(&mut embedder, &data, scale, report)?;
    }
    if options.wants(Part::Disk) {
        let drained = embedder.drain(DEEP, held, BATCH as u32)?;
        eprintln!("{NAME}: drained {:.0}/s", drained.per_second());
        pass(scale.calm);
        judge_disk(folder::disk_bytes(&data)?, peak, report);
    }
    embedder.stop()?;
    Ok(fs::remove_dir_all(data)?)
}

/// What was seen while the backlog grew.
#[derive(Default)]
struct Filled {
    messages: u64,
    /// Of each slice.
    published_per_second: Vec<f64>,
    resident_bytes_empty: u64,
    /// After each slice.
    resident_bytes_seen: Vec<u64>,
    resident_bytes_at_rest: u64,
    /// The most that the kernel saw at any time.
    resident_bytes_ever: u64,
    disk_bytes_max: u64,
    came_to_rest: bool,
}

fn fill(embedder: &mut Embedder, scale: &Scale, data: &Path) -> Result<Filled> {
    let mut filled = Filled { resident_bytes_empty: embedder.resident_bytes()?, ..Filled::default() };
    for _ in 0..SLICES {
        let messages = scale.messages / SLICES;
        let published =
            embedder.publish(Publish { queues: DEEP..DEEP + 1, messages, bytes: BYTES, batch: BATCH, laned: false })?;
        let resident = embedder.resident_bytes()?;
        filled.messages += messages;
        filled.published_per_second.push(published.per_second());
        filled.resident_bytes_seen.push(resident);
        filled.disk_bytes_max = filled.disk_bytes_max.max(folder::disk_bytes(data)?);
        let (count, over) = (filled.messages, filled.over_empty_mb(resident));
        eprintln!("{NAME}: {count} messages, {:.0}/s, {over:.0} MB over empty", published.per_second());
    }
    filled.came_to_rest = until_quiet(embedder, scale.patience)?;
    filled.resident_bytes_at_rest = embedder.resident_bytes()?;
    filled.resident_bytes_ever = embedder.resident_bytes_max()?;
    Ok(filled)
}

impl Filled {
    fn over_empty_mb(&self, bytes: u64) -> f64 {
        bytes.saturating_sub(self.resident_bytes_empty) as f64 / 1e6
    }
}

fn judge_memory(scale: &Scale, filled: &Filled, report: &mut Report) {
    let seen = filled.resident_bytes_seen.iter().map(|bytes| filled.over_empty_mb(*bytes)).collect::<Vec<_>>();
    let at_rest = filled.over_empty_mb(filled.resident_bytes_at_rest);
    let highest = seen.iter().copied().fold(at_rest, f64::max);
    let disk_mb = filled.disk_bytes_max as f64 / 1e6;
    report.detail(
        NAME,
        "longshore",
        json!({
            "published_per_second": filled.published_per_second,
            "resident_mb_empty": filled.resident_bytes_empty as f64 / 1e6,
            "over_empty_mb_while_filling": seen,
            "over_empty_mb_at_rest": at_rest,
            "over_empty_mb_ever": filled.over_empty_mb(filled.resident_bytes_ever),
            "came_to_rest": filled.came_to_rest,
            "disk_mb": disk_mb,
        }),
    );
    let budget = Budget::at_most(NAME, "memory over an empty store's, MB", highest, scale.backlog_mb_max);
    report.judge(budget.beside(format!("{disk_mb:.0} MB on disk")));
}

fn judge_disk(bytes: u64, bytes_max: u64, report: &mut Report) {
    let peak = format!("{:.0} MB at the peak", bytes_max as f64 / 1e6);
    let what = "disk once all is acknowledged, MB";
    report.judge(Budget::at_most(NAME, what, bytes as f64 / 1e6, DISK_MB_MAX).beside(peak));
}
