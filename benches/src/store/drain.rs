//! Draining the deep backlog, in turns with draining messages that are as young as can be.
//!
//! Both are queues of one store and are drained by the same tasks. The young ones are published right before their turn.

use super::deep::{BATCH, BYTES, DEEP, RECENT};
use super::embedder::Embedder;
use super::order::Publish;
use super::{Scale, encoded, folder};
use crate::report::{Budget, Report, median};
use anyhow::Result;
use serde_json::json;
use std::path::Path;

const SHARE_MIN: f64 = 0.7;

/// Takes turns with small and with large receives; how many messages left the deep queue.
pub fn measure(embedder: &mut Embedder, data: &Path, scale: &Scale, report: &mut Report) -> Result<u64> {
    let small = take_turns(embedder, data, scale, ("drain, receive 10", 10), report)?;
    let large = take_turns(embedder, data, scale, ("drain, receive 100", 100), report)?;
    Ok(small + large)
}

fn take_turns(
    embedder: &mut Embedder,
    data: &Path,
    scale: &Scale,
    (name, at_a_time): (&str, u32),
    report: &mut Report,
) -> Result<u64> {
    let mut shares = Vec::new();
    for _ in 0..scale.rounds {
        let young =
            Publish { queues: RECENT..RECENT + 1, messages: scale.turn, bytes: BYTES, batch: BATCH, laned: false };
        embedder.publish(young)?;
        let recent = embedder.drain(RECENT, scale.turn, at_a_time)?;
        let deep = embedder.drain(DEEP, scale.turn, at_a_time)?;
        shares.push(deep.per_second() / recent.per_second());
        let figures = json!({ "deep_per_second": deep.per_second(), "recent_per_second": recent.per_second() });
        eprintln!("{name}: {figures}");
        report.detail(name, "longshore", figures);
    }
    let bare = folder::read_bare(data)?;
    let bare = format!("reads {:.0} MB/s, {:.0}/s", bare / 1e6, bare / encoded::message_bytes(BYTES, BATCH));
    let what = "deep backlog, of the recent window's rate";
    report.judge(Budget::at_least(name, what, median(shares), SHARE_MIN).beside(bare));
    Ok(scale.turn * u64::from(scale.rounds))
}
