//! `longshore-crash`: the crash test for as long as one likes, and the faults that are too slow for every test run.
//!
//! `cargo xtask soak` runs it and keeps what it prints: one line of JSON.

use anyhow::{Result, ensure};
use clap::Parser;
use crash::disk_full::{self, Outcomes};
use crash::scenario::{self, Fault};
use crash::server;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;

/// Longer than a lease, so that leases end in a server that is not there to see it.
const FREEZE: Duration = Duration::from_secs(10);

/// Kills the server under load and audits what it kept.
#[derive(Parser)]
struct Arguments {
    /// How often the server is killed
    #[arg(long, default_value_t = 100)]
    kills: usize,
    /// How often it is stopped in the middle of work and goes on ten seconds later
    #[arg(long, default_value_t = 3)]
    freezes: usize,
    /// Leave out the disk that runs full, which needs root
    #[arg(long)]
    no_full_disk: bool,
    /// Chooses the moments of the faults
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for all data; the system's temporary one unless given
    #[arg(long)]
    folder: Option<PathBuf>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let folder = match &arguments.folder {
        Some(folder) => tempfile::tempdir_in(folder)?,
        None => tempfile::tempdir()?,
    };
    let binary = server::binary()?;
    let mut faults = vec![Fault::Kill; arguments.kills];
    let gap = faults.len() / (arguments.freezes + 1);
    for freeze in 1..=arguments.freezes {
        faults.insert((gap * freeze).min(faults.len()), Fault::Freeze(FREEZE));
    }
    let plan = scenario::plan_in(folder.path(), binary.clone(), arguments.seed, faults)?;
    let report = scenario::run(&plan)?;
    let full_disk = if arguments.no_full_disk {
        Value::from("left out")
    } else {
        match disk_full::run(folder.path(), binary, arguments.seed)? {
            Outcomes::Ran(figures) => figures,
            Outcomes::Skipped(reason) => Value::from(format!("skipped: {reason}")),
        }
    };
    println!("{}", json!({ "seed": arguments.seed, "faults": report.json(), "full_disk": full_disk }));
    ensure!(report.audit.violations.is_empty(), "{} promises were broken", report.audit.violations.len());
    ensure!(report.figures.breaks() == 0, "connections broke although nobody had harmed the server");
    ensure!(report.figures.sends_refused() == 0, "sends were refused although there was room");
    Ok(())
}
