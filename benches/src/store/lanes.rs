//! Millions of lanes with one message each, published within a window of dedup ids: what they cost while they wait, and while
//! some of them are handed out.

use super::embedder::Embedder;
use super::order::{Order, Publish};
use super::{Scale, deep};
use crate::report::{Budget, Report};
use anyhow::Result;
use serde_json::json;
use std::fs;
use std::path::Path;

const NAME: &str = "lanes of one message each";

/// What a store may take, whatever waits in it (the design's budget for deep backlogs).
const MB_MAX: f64 = 300.0;

/// Measures it and adds the figures and the verdict to the report.
pub fn measure(scale: &Scale, folder: &Path, report: &mut Report) -> Result<()> {
    let data = folder.join("lanes");
    let mut embedder = Embedder::start(&data)?;
    embedder.ask(&Order::MakeLanedQueue)?;
    let empty = embedder.resident_bytes()?;
    let messages = scale.messages / 2;
    let load = Publish { queues: 0..1, messages, bytes: deep::BYTES, batch: deep::BATCH, laned: true };
    let published = embedder.publish(load)?;
    let drained = embedder.drain(0, scale.turn, deep::BATCH as u32)?;
    let over_empty_mb = embedder.resident_bytes_max()?.saturating_sub(empty) as f64 / 1e6;
    let figures = json!({
        "lanes": messages,
        "published_per_second": published.per_second(),
        "drained_per_second": drained.per_second(),
        "resident_mb_empty": empty as f64 / 1e6,
    });
    eprintln!("{NAME}: {figures}, at most {over_empty_mb:.0} MB over empty");
    report.detail(NAME, "longshore", figures);
    report.judge(Budget::at_most(NAME, "memory over an empty store's, at most ever, MB", over_empty_mb, MB_MAX));
    embedder.stop()?;
    Ok(fs::remove_dir_all(data)?)
}
