//! One queue among a thousand whose messages came in turns, against a queue that is alone in its store.
//!
//! Two are alone: one as large as all the others together, and one that holds no more than what is drained of it, so that
//! it is still in the log. For each turn the store is opened afresh and the kernel's cache dropped, so that everything that
//! is drained comes from the disk.

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

/// Fills the stores, then drains one queue of the many and as much of each lone one, in turns.
pub fn measure(scale: &Scale, folder: &Path, report: &mut Report) -> Result<()> {
    let [many, large, small] = ["many", "large", "small"].map(|name| folder.join(name));
    let all = scale.queue_messages * u64::from(scale.queues);
    fill(&many, scale.queues, all, scale)?;
    fill(&large, 1, all, scale)?;
    fill(&small, 1, scale.queue_messages * u64::from(scale.rounds), scale)?;
    let (mut of_large, mut of_small) = (Vec::new(), Vec::new());
    for round in 0..scale.rounds {
        // Queues from all over, so that no turn reads what another has read.
        let queue = round * (scale.queues / scale.rounds);
        let one = drain_cold(&many, scale.queues, queue, scale)?.per_second();
        let large = drain_cold(&large, 1, 0, scale)?.per_second();
        let small = drain_cold(&small, 1, 0, scale)?.per_second();
        of_large.push(one / large);
        of_small.push(one / small);
        let figures = json!({
            "one_of_many_per_second": one,
            "large_lone_per_second": large,
            "small_lone_per_second": small,
        });
        eprintln!("{NAME}: {figures}");
        report.detail(NAME, "longshore", figures);
    }
    let bare = folder::read_bare(&many)?;
    let bare = format!("reads {:.0} MB/s, {:.0}/s", bare / 1e6, bare / encoded::message_bytes(BYTES, BATCH));
    for (what, shares) in
        [("of a large lone queue's rate, cold", of_large), ("of a small lone queue's rate, cold", of_small)]
    {
        report.judge(Budget::at_least(NAME, what, median(shares), SHARE_MIN).beside(bare.clone()));
    }
    Ok([many, large, small].into_iter().try_for_each(fs::remove_dir_all)?)
}

fn fill(data: &Path, queues: u32, messages: u64, scale: &Scale) -> Result<()> {
    let mut embedder = Embedder::start(data)?;
    embedder.ask(&Order::MakeQueues(queues))?;
    embedder.publish(Publish { queues: 0..queues, messages, bytes: BYTES, batch: BATCH, laned: false })?;
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
