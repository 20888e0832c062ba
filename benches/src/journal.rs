//! `longshore-bench journal`: what a durable record costs without HTTP.
//!
//! Many tasks publish one small message at a time through the embedded broker, and each waits until it is acknowledged. Beside
//! it, in turns, the same batches go to a bare file: as many bytes for each commit, each synced. Where the bare file takes
//! N batches in a second, it would have kept N × (records in a batch) records, and the journal is judged by its share of that.

use crate::disk::{AlignedBuffer, BLOCK, BareFile};
use crate::machine;
use crate::report::{Budget, Report, median};
use anyhow::{Context, Result};
use clap::Args;
use longshore::broker::{Broker, JournalStats};
use longshore::embed::{self, Store};
use longshore::vocab::{Message, QueueId, QueueSettings};
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

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

/// What the journal did in one round.
struct Round {
    records_per_second: f64,
    records_per_commit: f64,
    bytes_per_commit: f64,
}

/// Measures, prints the verdict and one line of JSON.
pub fn run(options: &Options) -> Result<()> {
    let parent = options.folder.clone().map_or_else(machine::build_folder, Ok)?;
    let folder = tempfile::Builder::new().prefix("bench-").tempdir_in(parent)?;
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
    let mut shares = Vec::new();
    for _ in 0..rounds {
        let ours = through_journal(&runtime, &store, options, time)?;
        let bare_batches_per_second = write_batches(&mut bare, ours.bytes_per_commit, time)?;
        let bare_per_second = bare_batches_per_second * ours.records_per_commit;
        shares.push(ours.records_per_second / bare_per_second);
        let figures = json!({
            "records_per_second": ours.records_per_second,
            "records_per_commit": ours.records_per_commit,
            "bytes_per_commit": ours.bytes_per_commit,
            "bare_records_per_second": bare_per_second,
        });
        eprintln!("{figures}");
        report.detail("single records", "longshore", figures);
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

fn through_journal(runtime: &Runtime, store: &Store, options: &Options, time: Duration) -> Result<Round> {
    let broker = store.broker();
    let before = broker.journal_stats();
    let (records, elapsed) = runtime.block_on(async {
        let queue = broker.create_queue(NAME, QueueSettings::default(), Default::default()).await;
        let queue = match queue {
            Ok(queue) => queue.id,
            Err(_) => broker.queue(NAME).context("the queue was made by an earlier round")?.id,
        };
        publish_from_many(broker, queue, options, time).await
    })?;
    let after = stats_at_rest(broker);
    let commits = (after.commits - before.commits) as f64;
    Ok(Round {
        records_per_second: records as f64 / elapsed.as_secs_f64(),
        records_per_commit: records as f64 / commits,
        bytes_per_commit: (after.bytes_written - before.bytes_written) as f64 / commits,
    })
}

async fn publish_from_many(
    broker: &Broker,
    queue: QueueId,
    options: &Options,
    time: Duration,
) -> Result<(u64, Duration)> {
    let begin = Instant::now();
    let records = Arc::new(AtomicU64::new(0));
    let mut tasks = Vec::new();
    for _ in 0..options.waiters {
        let (broker, records) = (broker.clone(), records.clone());
        let message = Message::with_body(vec![b'x'; options.bytes]);
        tasks.push(tokio::spawn(async move {
            while begin.elapsed() < time {
                broker.publish(queue, vec![message.clone()]).await?;
                records.fetch_add(1, Ordering::Relaxed);
            }
            anyhow::Ok(())
        }));
    }
    for task in tasks {
        task.await??;
    }
    let elapsed = begin.elapsed();
    broker.purge(queue).await?;
    Ok((records.load(Ordering::Relaxed), elapsed))
}

/// The broker shows its figures when it comes to rest.
fn stats_at_rest(broker: &Broker) -> JournalStats {
    loop {
        let before = broker.journal_stats();
        std::thread::sleep(Duration::from_millis(20));
        if broker.journal_stats() == before {
            return before;
        }
    }
}

/// Writes and syncs batches of `bytes`; how many in a second.
fn write_batches(bare: &mut BareFile, bytes: f64, time: Duration) -> Result<f64> {
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
