//! Durable records of 100 bytes against bare writes of the same batches, as `longshore-bench journal` measures them.
//!
//! Three loads: 64 tasks with one record each; the same with a hundred publishes under way in each; the same with a
//! hundred records in one publish.

use super::Scale;
use crate::disk::BareFile;
use crate::journal::{Load, take_turns};
use crate::report::{Budget, Report, median};
use anyhow::Result;
use longshore::embed;
use std::path::Path;

const ONE: Load = Load { waiters: 64, in_flight: 1, batch: 1, bytes: 100 };

/// Loads, and the least share of bare writes.
const LOADS: [(&str, Load, f64); 3] = [
    ("64 waiters of one record", ONE, 0.5),
    ("64 × 100 records, pipelined", Load { in_flight: 100, ..ONE }, 0.7),
    ("64 × 100 records, in batches", Load { batch: 100, ..ONE }, 0.7),
];

/// Takes turns with the bare file, load by load.
pub fn measure(scale: &Scale, folder: &Path, report: &mut Report) -> Result<()> {
    let mut bare = BareFile::create(folder)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let store = embed::open(&folder.join("durable"), embed::Options::default())?;
    for (name, load, least) in LOADS {
        let (mut shares, mut bare_rates) = (Vec::new(), Vec::new());
        for _ in 0..scale.durable_rounds {
            let round = take_turns(&runtime, &store, &mut bare, load, scale.bare)?;
            shares.push(round.share());
            bare_rates.push(round.bare_records_per_second);
            report.detail(name, "longshore", round.json());
        }
        let share = median(shares);
        eprintln!("{name}: {share:.2} of bare writes");
        let bare_rate = format!("{:.0}/s", median(bare_rates));
        report.judge(Budget::at_least(name, "share of bare writes", share, least).beside(bare_rate));
    }
    Ok(store.shut_down()?)
}
