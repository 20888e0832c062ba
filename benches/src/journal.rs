//! `longshore-bench journal`: what a durable record costs without HTTP.
//!
//! Many tasks publish one small message at a time through the embedded broker, and each waits until it is acknowledged. Beside
//! it, in turns, the same batches go to a bare file: as many bytes for each commit, each synced. Where the bare file takes
//! N batches in a second, it would have kept N × (records in a batch) records, and the journal is judged by its share of that.

mod turns;

pub use turns::{Load, stats_at_rest, take_turns, write_batches};

use crate::disk::BareFile;
use crate::machine;
use crate::report::{Budget, Report, median};
use anyhow::Result;
use clap::Args;
use longshore::embed;
use serde_json::json;
use std::path::PathBuf;
use std::time::Duration;

const NAME: &str = "journal";
const SHARE_OF_BARE_MIN: f64 = 0.5;

/// Nothing is faster than bare writes; beyond this the two did not see the same disk.
const SHARE_PLAUSIBLE_MAX: f64 = 1.2;

/// What to measure, and how long.
#[derive(Args)]
pub struct Options {
    /// A short run that shows only that everything works: its figures mean nothing
    #[arg(long)]
    quick: bool,
    /// Rounds in which the journal and the bare file take turns: many short ones, for the disk's speed changes by the second
    #[arg(long, default_value_t = 21)]
    rounds: usize,
    /// Seconds of each measurement
    #[arg(long, default_value_t = 0.4)]
    seconds: f64,
    /// Tasks that publish and wait
    #[arg(long, default_value_t = 64)]
    waiters: usize,
    /// Bytes of each message's body
    #[arg(long, default_value_t = 100)]
    bytes: usize,
    /// Folder for all data, on the disk that is to be measured; the build folder unless given
    #[arg(long)]
    folder: Option<PathBuf>,
}

/// Measures, prints the verdict and one line of JSON.
pub fn run(options: &Options) -> Result<()> {
    let folder = machine::data_folder(options.folder.as_deref())?;
    let (rounds, time) = if options.quick {
        (1, Duration::from_millis(100))
    } else {
        (options.rounds.max(1), Duration::from_secs_f64(options.seconds))
    };
    let settings = json!({
        "durability": "always",
        "quick": options.quick,
        "waiters": options.waiters,
        "message_bytes": options.bytes,
        "seconds": time.as_secs_f64(),
    });
    let mut report = Report::new(NAME, machine::facts(folder.path()), settings);
    let mut bare = BareFile::create(folder.path())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let store = embed::open(&folder.path().join("data"), embed::Options::default())?;
    let load = Load { waiters: options.waiters, in_flight: 1, batch: 1, bytes: options.bytes };
    let mut shares = Vec::new();
    for _ in 0..rounds {
        let round = take_turns(&runtime, &store, &mut bare, load, time)?;
        shares.push(round.share());
        eprintln!("{}", round.json());
        report.detail("single records", "longshore", round.json());
    }
    store.shut_down()?;
    let share = median(shares);
    if share > SHARE_PLAUSIBLE_MAX {
        report.remark("the bare file was slower than the journal: the disk was busy during its turns".to_owned());
    }
    report.judge(Budget::at_least("single records, many waiters", "share of bare writes", share, SHARE_OF_BARE_MIN));
    report.print();
    Ok(())
}
