//! The journal and the bare file take turns: as many bytes for each commit, each synced.
//!
//! What it is not: a judge. It tells what both did in each round, and the share that the journal reached.

use crate::disk::{AlignedBuffer, BLOCK, BareFile};
use anyhow::{Context, Result};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use longshore::broker::{Broker, JournalStats};
use longshore::embed::Store;
use longshore::vocab::{Message, QueueId, QueueSettings};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

const QUEUE: &str = "journal";

/// Who publishes how much at a time.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Tasks that publish and wait.
    pub waiters: usize,
    /// Publishes that each of them has under way at a time.
    pub in_flight: usize,
    /// Messages in each publish.
    pub batch: usize,
    /// Bytes of each message's body.
    pub bytes: usize,
}

/// What both did in one round.
pub struct Round {
    records_per_second: f64,
    records_per_commit: f64,
    bytes_per_commit: f64,
    /// What a disk that is written to bare would have kept in batches of the same size.
    pub bare_records_per_second: f64,
}

impl Round {
    /// The journal's rate over that of the bare file.
    pub fn share(&self) -> f64 {
        self.records_per_second / self.bare_records_per_second
    }

    /// For the report.
    pub fn json(&self) -> Value {
        json!({
            "records_per_second": self.records_per_second,
            "records_per_commit": self.records_per_commit,
            "bytes_per_commit": self.bytes_per_commit,
            "bare_records_per_second": self.bare_records_per_second,
        })
    }
}

/// One round: each has `time`.
pub fn take_turns(runtime: &Runtime, store: &Store, bare: &mut BareFile, load: Load, time: Duration) -> Result<Round> {
    let broker = store.broker();
    let before = broker.journal_stats();
    let (records, elapsed) = runtime.block_on(async {
        let queue = broker.create_queue(QUEUE, QueueSettings::default(), Default::default()).await;
        let queue = match queue {
            Ok(queue) => queue.id,
            Err(_) => broker.queue(QUEUE).context("the queue was made by an earlier round")?.id,
        };
        publish_from_many(broker, queue, load, time).await
    })?;
    let after = stats_at_rest(broker);
    let commits = (after.commits - before.commits) as f64;
    let records_per_commit = records as f64 / commits;
    let bytes_per_commit = (after.bytes_written - before.bytes_written) as f64 / commits;
    Ok(Round {
        records_per_second: records as f64 / elapsed.as_secs_f64(),
        records_per_commit,
        bytes_per_commit,
        bare_records_per_second: write_batches(bare, bytes_per_commit, time)? * records_per_commit,
    })
}

async fn publish_from_many(broker: &Broker, queue: QueueId, load: Load, time: Duration) -> Result<(u64, Duration)> {
    let begin = Instant::now();
    let records = Arc::new(AtomicU64::new(0));
    let mut tasks = Vec::new();
    for _ in 0..load.waiters {
        let (broker, records) = (broker.clone(), records.clone());
        tasks.push(tokio::spawn(async move {
            let messages = vec![Message::with_body(vec![b'x'; load.bytes]); load.batch];
            if load.in_flight == 1 {
                // Once in any case: a busy machine may have used up the time before a task begins.
                loop {
                    broker.publish(queue, messages.clone()).await?;
                    records.fetch_add(load.batch as u64, Ordering::Relaxed);
                    if begin.elapsed() >= time {
                        return anyhow::Ok(());
                    }
                }
            }
            let publish = || broker.publish(queue, messages.clone());
            let mut in_flight: FuturesUnordered<_> = (0..load.in_flight).map(|_| publish()).collect();
            while let Some(published) = in_flight.next().await {
                records.fetch_add(published?.len() as u64, Ordering::Relaxed);
                if begin.elapsed() < time {
                    in_flight.push(publish());
                }
            }
            Ok(())
        }));
    }
    for task in tasks {
        task.await??;
    }
    let elapsed = begin.elapsed();
    broker.purge(queue, longshore::broker::Purge::All).await?;
    Ok((records.load(Ordering::Relaxed), elapsed))
}

/// The broker shows its figures when it comes to rest.
pub fn stats_at_rest(broker: &Broker) -> JournalStats {
    loop {
        let before = broker.journal_stats();
        std::thread::sleep(Duration::from_millis(20));
        if broker.journal_stats() == before {
            return before;
        }
    }
}

/// Writes and syncs batches of `bytes`; how many in a second.
pub fn write_batches(bare: &mut BareFile, bytes: f64, time: Duration) -> Result<f64> {
    let blocks = (bytes / BLOCK as f64).round().max(1.0) as usize;
    let mut batch = AlignedBuffer::with_capacity(blocks * BLOCK);
    batch.push(&vec![1; blocks * BLOCK]);
    let begin = Instant::now();
    let mut batches = 0_u64;
    while begin.elapsed() < time {
        bare.write(batch.padded())?;
        bare.sync()?;
        batches += 1;
    }
    Ok(batches as f64 / begin.elapsed().as_secs_f64())
}
