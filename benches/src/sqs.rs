//! `longshore-bench sqs`: the server against the ceilings, over HTTP.
//!
//! What it measures, each in turns with the ceilings so that a busy neighbour hits all alike:
//! single sends, batches of ten, receive-and-delete of ten, FIFO queues beside standard ones, signed sends beside anonymous ones, one lone client, and thousands of idle long polls.
//! `benches/README.md` explains the figures.

mod contestant;
mod fifo;
mod idle;
mod lone;
pub mod requests;
mod signed;
mod signer;
mod throughput;
pub mod workloads;

use crate::report::Report;
use crate::{machine, open_files, process};
use anyhow::Result;
use clap::Args;
use contestant::Contestant;
use serde_json::json;
use std::path::PathBuf;
use std::time::Duration;
use throughput::Kind;

/// What to measure, and how long.
#[derive(Args)]
pub struct Options {
    /// A short run that shows only that everything works: its figures mean nothing
    #[arg(long)]
    quick: bool,
    /// Rounds in which the server and both ceilings take turns; figures are medians over them
    #[arg(long, default_value_t = 5)]
    pairs: usize,
    /// Seconds of each measurement
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// Connections of the load
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Idle long polls
    #[arg(long, default_value_t = 5000)]
    polls: usize,
    /// Only these measurements
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,
    /// The server's binary; the one beside this program unless given
    #[arg(long)]
    server: Option<PathBuf>,
    /// Folder for all data, on the disk that is to be measured; the build folder unless given
    #[arg(long)]
    folder: Option<PathBuf>,
}

/// A measurement that can be asked for by name.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    Send,
    Batch,
    Consume,
    Fifo,
    Signed,
    Lone,
    Idle,
}

/// How much of everything.
pub struct Scale {
    /// Rounds.
    pub pairs: usize,
    /// Each measured run.
    pub run: Duration,
    /// Before each measured run.
    pub warm_up: Duration,
    /// Connections of the load.
    pub connections: usize,
    /// Idle long polls.
    pub polls: usize,
    /// Messages that are sent alone, or to an idle long poll.
    pub samples: usize,
}

impl Options {
    fn scale(&self) -> Scale {
        if self.quick {
            let (run, warm_up) = (Duration::from_millis(150), Duration::from_millis(20));
            return Scale { pairs: 1, run, warm_up, connections: 16, polls: 200, samples: 20 };
        }
        Scale {
            pairs: self.pairs.max(1),
            run: Duration::from_secs_f64(self.seconds),
            warm_up: Duration::from_millis(500),
            connections: self.connections.max(1),
            polls: self.polls.max(1),
            samples: 1000,
        }
    }

    fn wants(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }
}

/// Runs the measurements, prints a table and one line of JSON.
pub fn run(options: &Options) -> Result<()> {
    let scale = options.scale();
    let server = options.server.clone().map_or_else(process::longshore_binary, Ok)?;
    let folder = machine::data_folder(options.folder.as_deref())?;
    let settings = json!({
        "durability": "always",
        "quick": options.quick,
        "pairs": scale.pairs,
        "seconds": scale.run.as_secs_f64(),
        "connections": scale.connections,
        "message_bytes": requests::MESSAGE_BYTES,
        "batch": requests::BATCH,
        "pinning": "none",
        "ceilings": "hyper 1, http1, as many workers as cores, mimalloc; B: one thread, padded group writes past the page cache, fdatasync",
    });
    let mut report = Report::new("sqs", machine::facts(folder.path()), settings);
    open_files::raise_limit()?;
    for (part, kind) in [(Part::Send, Kind::Send), (Part::Batch, Kind::Batch), (Part::Consume, Kind::Consume)] {
        if options.wants(part) {
            let mut contestants = Contestant::all(&server, folder.path(), scale.connections)?;
            throughput::measure(kind, &mut contestants, &scale, &mut report)?;
        }
    }
    if options.wants(Part::Fifo) {
        fifo::measure(&server, folder.path(), &scale, &mut report)?;
    }
    if options.wants(Part::Signed) {
        signed::measure(&server, folder.path(), &scale, &mut report)?;
    }
    if options.wants(Part::Lone) {
        lone::measure(&server, folder.path(), &scale, &mut report)?;
    }
    if options.wants(Part::Idle) {
        idle::measure(&server, folder.path(), &scale, &mut report)?;
    }
    report.print();
    Ok(())
}
