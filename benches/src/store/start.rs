//! From the start of the process to its word that it is ready, after it was killed.
//!
//! What is killed has been left alone for a moment, and the kernel's cache is dropped before the start: the log is read
//! from the disk. The time includes the start of the program itself.

use super::embedder::Embedder;
use super::order::{Answer, Order, Publish};
use super::{Scale, encoded, folder};
use crate::report::{Budget, Report};
use anyhow::Result;
use serde_json::json;
use std::fs;
use std::path::Path;

const BATCH: usize = 100;

/// The log is published in so many slices, for it must end just beyond its size: a log that is too long is held back.
const SLICES: f64 = 50.0;

/// Writes a log that no checkpoint covers, of large messages and of small ones, and starts over it.
pub fn measure(scale: &Scale, folder: &Path, report: &mut Report) -> Result<()> {
    for (name, bytes, seconds_max) in [("log of 1 KiB messages", 1024, 3.0), ("log of 100 B messages", 100, 6.0)] {
        let data = folder.join("log");
        let mut embedder = Embedder::start_without_checkpoints(&data)?;
        let (messages, answer) = write_log(&mut embedder, bytes, scale)?;
        report.detail(name, "longshore", json!({ "messages": messages, "log_bytes": answer.log_bytes }));
        if answer.checkpoints > 0 {
            let said = format!("{name}: the store took {} checkpoints, so a start reads less", answer.checkpoints);
            report.remark(said);
        }
        after_kill(embedder, &data, name, seconds_max, report)?.stop()?;
        fs::remove_dir_all(data)?;
    }
    Ok(())
}

/// Publishes until the log is long enough; how many messages that took.
fn write_log(embedder: &mut Embedder, bytes: usize, scale: &Scale) -> Result<(u64, Answer)> {
    embedder.ask(&Order::MakeQueues(1))?;
    let slice = (scale.log_bytes as f64 / SLICES / encoded::message_bytes(bytes, BATCH)).ceil() as u64;
    let mut messages = 0;
    loop {
        embedder.publish(Publish { queues: 0..1, messages: slice, bytes, batch: BATCH, laned: false })?;
        messages += slice;
        let answer = embedder.ask(&Order::Rest)?;
        if answer.log_bytes >= scale.log_bytes {
            return Ok((messages, answer));
        }
    }
}

/// Kills the process and starts another over the same folder.
pub fn after_kill(
    embedder: Embedder,
    data: &Path,
    name: &str,
    seconds_max: f64,
    report: &mut Report,
) -> Result<Embedder> {
    embedder.kill()?;
    let bare = folder::read_bare(data)?;
    let embedder = Embedder::start(data)?;
    let seconds = embedder.ready_after.as_secs_f64();
    let figures = json!({
        "ready_seconds": seconds,
        "open_seconds": embedder.opened.seconds,
        "messages_read": embedder.opened.messages,
        "resident_mb": embedder.resident_bytes()? as f64 / 1e6,
        "resident_mb_ever": embedder.resident_bytes_max()? as f64 / 1e6,
        "bare_read_bytes_per_second": bare,
    });
    eprintln!("{name}: {figures}");
    report.detail(name, "longshore", figures);
    let budget = Budget::at_most(name, "start to ready after kill -9, s", seconds, seconds_max);
    report.judge(budget.beside(format!("reads 1 GB in {:.1} s", 1e9 / bare)));
    Ok(embedder)
}
