//! `longshore-bench store`: what a store costs that holds more than memory, through the Rust API.
//!
//! A deep backlog (memory, publishing, draining, starting after a kill, disk given back), one queue among a thousand, the
//! log that a restart has to read, bytes written for each byte published, millions of lanes, durable records against bare writes, and what a history costs. The
//! store lives in a process of its own, which the bench looks at from outside and kills. `benches/README.md` explains the
//! figures.

mod amplification;
pub mod child;
mod deep;
mod drain;
mod durable;
pub mod embedder;
mod encoded;
pub mod folder;
mod interleaved;
mod lanes;
pub mod order;
mod past;
mod publish;
pub mod rest;
mod start;
mod supply;
mod work;

use crate::machine;
use crate::report::Report;
use anyhow::Result;
use clap::Args;
use rest::Patience;
use serde_json::json;
use std::path::PathBuf;
use std::time::Duration;

const MILLION: u64 = 1_000_000;

/// What the budgets are stated for; more has budgets of its own.
const MESSAGES: u64 = 10 * MILLION;

const GB: u64 = 1_000_000_000;

/// What to measure, and how much of it.
#[derive(Args)]
pub struct Options {
    /// A short run that shows only that everything works: its figures mean nothing
    #[arg(long)]
    quick: bool,
    /// The whole size: a backlog of 100 million messages, which takes 40 GB of disk
    #[arg(long, conflicts_with = "quick")]
    full: bool,
    /// Messages in the deep backlog, instead of 10 million; with fewer, everything else shrinks too
    #[arg(long, conflicts_with_all = ["quick", "full"])]
    messages: Option<u64>,
    /// Only these measurements
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,
    /// Folder for all data, on the disk that is to be measured; the build folder unless given
    #[arg(long)]
    folder: Option<PathBuf>,
}

/// A measurement that can be asked for by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Memory of a deep backlog
    Backlog,
    /// The rate of publishing to it
    Publish,
    /// The rate of draining it, and of draining one queue among many
    Drain,
    /// From start to ready after a kill
    Start,
    /// Bytes written for each byte published
    Amplification,
    /// Disk that is left once everything is acknowledged
    Disk,
    /// Memory of millions of lanes
    Lanes,
    /// Durable records against bare writes
    Journal,
    /// What keeping a history of every message costs
    History,
}

/// How much of everything.
struct Scale {
    /// Messages in the deep backlog.
    messages: u64,
    /// Most memory that it may take over an empty store's, in MB.
    backlog_mb_max: f64,
    /// Messages of each turn of draining.
    turn: u64,
    /// Turns, and rounds of whatever is drained in turns.
    rounds: u32,
    /// Interleaved queues, and messages in each.
    queues: u32,
    queue_messages: u64,
    /// Log that no checkpoint covers when the process is killed.
    log_bytes: u64,
    /// Messages whose writes are counted.
    counted: u64,
    /// From the last acknowledgement to the look at the disk.
    calm: Duration,
    /// How the end of work in the background is waited for.
    patience: Patience,
    /// Each measurement of bare writes.
    bare: Duration,
    /// Rounds of durable records and bare writes.
    durable_rounds: usize,
    /// Turns of the stores with and without a history.
    history_rounds: usize,
    /// Loads that a history is filled up with, at most.
    history_fills_max: usize,
    /// Free disk without which nothing is begun.
    free_bytes_min: u64,
}

impl Options {
    fn scale(&self) -> Scale {
        if self.quick {
            return Scale {
                messages: 20_000,
                backlog_mb_max: 80.0,
                turn: 500,
                rounds: 1,
                queues: 20,
                queue_messages: 100,
                log_bytes: MILLION,
                counted: 1000,
                calm: Duration::from_millis(100),
                patience: Patience { quiet: Duration::from_millis(100), at_most: Duration::from_secs(2) },
                bare: Duration::from_millis(20),
                durable_rounds: 1,
                history_rounds: 1,
                history_fills_max: 1,
                free_bytes_min: GB / 2,
            };
        }
        let messages = self.messages.unwrap_or(if self.full { 100 * MILLION } else { MESSAGES }).max(20_000);
        let shrunk = |figure: u64| (figure as f64 * (messages as f64 / MESSAGES as f64).min(1.0)) as u64;
        Scale {
            messages,
            backlog_mb_max: if messages <= MESSAGES { 80.0 } else { 250.0 },
            turn: (messages / 100).min(100_000),
            rounds: 5,
            queues: 1000,
            // Whole batches, or the last queues would get fewer.
            queue_messages: shrunk(500).max(1) * 10,
            log_bytes: shrunk(GB),
            counted: shrunk(MILLION),
            calm: Duration::from_secs(30),
            patience: Patience { quiet: Duration::from_secs(1), at_most: Duration::from_secs(60) },
            bare: Duration::from_millis(500),
            durable_rounds: 21,
            history_rounds: 9,
            history_fills_max: 40,
            free_bytes_min: (messages * 400).max(shrunk(8 * GB)),
        }
    }

    fn wants(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }

    fn wants_any(&self, parts: &[Part]) -> bool {
        parts.iter().any(|part| self.wants(*part))
    }
}

/// Runs the measurements, prints a table and one line of JSON.
pub fn run(options: &Options) -> Result<()> {
    let scale = options.scale();
    let folder = machine::data_folder(options.folder.as_deref())?;
    folder::check_room(folder.path(), scale.free_bytes_min)?;
    let settings = json!({
        "durability": "always",
        "quick": options.quick,
        "messages": scale.messages,
        "interleaved_queues": scale.queues,
        "messages_of_each": scale.queue_messages,
        "log_bytes": scale.log_bytes,
        "counted_messages": scale.counted,
        "rounds": scale.rounds,
    });
    let mut report = Report::new("store", machine::facts(folder.path()), settings);
    if options.wants_any(&[Part::Backlog, Part::Publish, Part::Drain, Part::Start, Part::Disk]) {
        deep::measure(options, &scale, folder.path(), &mut report)?;
    }
    if options.wants(Part::Drain) {
        interleaved::measure(&scale, folder.path(), &mut report)?;
    }
    if options.wants(Part::Start) {
        start::measure(&scale, folder.path(), &mut report)?;
    }
    if options.wants(Part::Amplification) {
        amplification::measure(&scale, folder.path(), &mut report)?;
    }
    if options.wants(Part::Lanes) {
        lanes::measure(&scale, folder.path(), &mut report)?;
    }
    if options.wants(Part::Journal) {
        durable::measure(&scale, folder.path(), &mut report)?;
    }
    if options.wants(Part::History) {
        past::measure(&scale, folder.path(), &mut report)?;
    }
    if scale.messages < MESSAGES {
        report.remark("smaller than what the budgets are stated for: the verdicts mean nothing".to_owned());
    }
    report.print();
    Ok(())
}
