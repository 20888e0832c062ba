//! One queue among a thousand whose messages came in turns, against a queue that was alone.
//!
//! Both stores hold as many messages. For each turn the store is opened afresh and the kernel's cache dropped, so that
//! everything that is drained comes from the disk.

use super::embedder::Embedder;
use super::order::{Answer, Order, Publish};
use super::rest::until_quiet;
use super::{Scale, encoded, folder};
use crate::report::{Budget, Report, median};
use anyhow::Result;
use serde_json::json;
use std::fs;
use std::path::Path;

const BYTES: usize = 200;

/// Messages that one queue gets before it is the next one's turn.
const BATCH: usize = 10;

const AT_A_TIME: u32 = 10;
const SHARE_MIN: f64 = 0.5;
const NAME: &str = "drain one of many queues";

/// Fills both stores, then drains one queue of the many and as much of the lone one, in turns.
pub fn measure(scale: &Scale, folder: &Path, report: &mut Report) -> Result<()> {
    let (many, lone) = (folder.join("many"), folder.join("lone"));
    fill(&many, scale.queues, scale)?;
    fill(&lone, 1, scale)?;
    let mut shares = Vec::new();
    for round in 0..scale.rounds {
        // Queues from all over, so that no turn reads what another has read.
        let queue = round * (scale.queues / scale.rounds);
        let one = drain_cold(&many, scale.queues, queue, scale)?;
        let alone = drain_cold(&lone, 1, 0, scale)?;
        shares.push(one.per_second() / alone.per_second());
        let figures = json!({ "one_of_many_per_second": one.per_second(), "lone_per_second": alone.per_second() });
        eprintln!("{NAME}: {figures}");
        report.detail(NAME, "longshore", figures);
    }
    let bare = folder::read_bare(&many, scale.queue_messages * u64::from(scale.queues) * BYTES as u64)?;
    let bare = format!("reads {:.0} MB/s, {:.0}/s", bare / 1e6, bare / encoded::message_bytes(BYTES, BATCH));
    let what = "of a lone queue's rate, cold";
    report.judge(Budget::at_least(NAME, what, median(shares), SHARE_MIN).beside(bare));
    fs::remove_dir_all(many)?;
    Ok(fs::remove_dir_all(lone)?)
}

fn fill(data: &Path, queues: u32, scale: &Scale) -> Result<()> {
    let mut embedder = Embedder::start(data)?;
    embedder.ask(&Order::MakeQueues(queues))?;
    let messages = scale.queue_messages * u64::from(scale.queues);
    embedder.publish(Publish { queues: 0..queues, messages, bytes: BYTES, batch: BATCH })?;
    until_quiet(&embedder, scale.patience)?;
    embedder.stop()
}

fn drain_cold(data: &Path, queues: u32, queue: u32, scale: &Scale) -> Result<Answer> {
    folder::drop_cache(data)?;
    let mut embedder = Embedder::start(data)?;
    embedder.ask(&Order::MakeQueues(queues))?;
    let drained = embedder.drain(queue, scale.queue_messages, AT_A_TIME)?;
    embedder.stop()?;
    Ok(drained)
}
