//! What the history costs: the same load on a store that keeps one and on a store that does not, in turns; and how long one message's
//! life takes to find in a history that is full: the store is kept busy until it is.
//!
//! Each message is published, received and acknowledged, which makes three entries: alone, and in batches of ten.

use super::Scale;
use super::embedder::Embedder;
use super::order::{Order, Publish};
use crate::report::{Budget, Report, median};
use anyhow::Result;
use serde_json::json;
use std::fs;
use std::path::Path;

const LOADS: [(&str, usize); 2] =
    [("100 B, one by one, with a history", 1), ("100 B, batches of 10, with a history", 10)];

const LOOKUP: &str = "a message's life";

/// As the server keeps it.
const HISTORY_BYTES: u64 = 256 << 20;

const SHARE_MIN: f64 = 0.95;
const CPU_MAX: f64 = 1.05;
const LOOKUP_SECONDS_MAX: f64 = 1.0;

/// Lives that are looked for.
const LOOKUPS: u32 = 200;

/// From here on a history counts as full: the oldest file goes whole, which leaves a gap.
const FULL_BYTES: u64 = HISTORY_BYTES - (8 << 20);

/// The queue whose messages fill a history up, one by one and without a wait for the disk, which the history does not wait for either.
const HASTY: u32 = 1;

/// Messages of one load of it.
const FILL: u64 = 1_000_000;

/// Measures it and adds the figures and the verdicts to the report.
pub fn measure(scale: &Scale, folder: &Path, report: &mut Report) -> Result<()> {
    for (name, batch) in LOADS {
        let [with, without] = ["with", "without"].map(|name| folder.join(name));
        let mut with_history = Embedder::start_with_history(&with, HISTORY_BYTES)?;
        let mut bare = Embedder::start(&without)?;
        let load = Publish { queues: 0..1, messages: scale.turn * batch as u64, bytes: 100, batch, laned: false };
        for embedder in [&mut with_history, &mut bare] {
            embedder.ask(&Order::MakeQueues(1))?;
        }
        let (mut rates, mut times) = (Vec::new(), Vec::new());
        for round in 0..scale.history_rounds {
            // Whoever is first in one round is second in the next.
            let (kept, none) = if round % 2 == 0 {
                let kept = turn(&mut with_history, &load)?;
                (kept, turn(&mut bare, &load)?)
            } else {
                let none = turn(&mut bare, &load)?;
                (turn(&mut with_history, &load)?, none)
            };
            rates.push(kept.per_second / none.per_second);
            times.push(kept.cpu_us / none.cpu_us);
            let figures = json!({
                "with_per_second": kept.per_second,
                "without_per_second": none.per_second,
                "with_cpu_us": kept.cpu_us,
                "without_cpu_us": none.cpu_us,
            });
            eprintln!("{name}: {figures}");
            report.detail(name, "longshore", figures);
        }
        report.judge(Budget::at_least(name, "rate, of a store's without", median(rates), SHARE_MIN));
        report.judge(Budget::at_most(name, "CPU of a message, times a store's without", median(times), CPU_MAX));
        if batch == 1 {
            find_lives(&mut with_history, scale, report)?;
        }
        with_history.stop()?;
        bare.stop()?;
        [with, without].into_iter().try_for_each(fs::remove_dir_all)?;
    }
    Ok(())
}

/// Fills the history up, and looks for messages in it.
fn find_lives(embedder: &mut Embedder, scale: &Scale, report: &mut Report) -> Result<()> {
    embedder.ask(&Order::MakeHastyQueue)?;
    let messages = FILL.min(scale.messages / 10);
    let load = Publish { queues: HASTY..HASTY + 1, messages, bytes: 1, batch: 1, laned: false };
    for _ in 0..scale.history_fills_max {
        embedder.ask(&Order::KeepUp(load.clone()))?;
        if embedder.ask(&Order::LookUp { queue: HASTY, times: 1 })?.log_bytes >= FULL_BYTES {
            break;
        }
    }
    let found = embedder.ask(&Order::LookUp { queue: HASTY, times: LOOKUPS })?;
    let (p50_ms, p99_ms) = (found.p50_us as f64 / 1e3, found.p99_us as f64 / 1e3);
    let history_mb = found.log_bytes as f64 / f64::from(1 << 20);
    let figures = json!({
        "history_mib": history_mb,
        "lookups": LOOKUPS,
        "moments": found.messages,
        "p50_ms": p50_ms,
        "p99_ms": p99_ms,
    });
    eprintln!("{LOOKUP}: {figures}");
    report.detail(LOOKUP, "longshore", figures);
    let beside = format!("p50 {p50_ms:.1} ms, in {history_mb:.0} MiB");
    report.judge(Budget::at_most(LOOKUP, "found in, p99 s", p99_ms / 1e3, LOOKUP_SECONDS_MAX).beside(beside));
    Ok(())
}

struct Turn {
    per_second: f64,
    /// Processor time of one message.
    cpu_us: f64,
}

fn turn(embedder: &mut Embedder, load: &Publish) -> Result<Turn> {
    let before = embedder.cpu()?;
    let done = embedder.ask(&Order::KeepUp(load.clone()))?;
    let cpu_us = embedder.cpu()?.since(&before).total_us() / done.messages as f64;
    Ok(Turn { per_second: done.per_second(), cpu_us })
}
