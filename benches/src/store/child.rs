//! `longshore-bench store-child`: a process that embeds a store and does what it is told on standard input.
//!
//! What it is not: a load generator that the store would feel. It has one thread of its own, and its messages share one
//! block of noise, so that what the process uses is what the store uses.
//! Invariant: standard output carries answers and nothing else.

use super::order::{Answer, Order};
use super::work::Worker;
use crate::journal::stats_at_rest;
use anyhow::{Context, Result};
use clap::Args;
use longshore::embed::{self, Config, Store};
use std::io::{Write, stdin, stdout};
use std::path::PathBuf;
use std::time::Instant;

/// Where, and how the store is set.
#[derive(Args)]
pub struct Options {
    /// The store's folder
    #[arg(long)]
    folder: PathBuf,
    /// Take no checkpoint, so that the next opening has the whole log to read
    #[arg(long)]
    without_checkpoints: bool,
    /// Keep a history of so many bytes
    #[arg(long, default_value_t = 0)]
    history_bytes_max: u64,
}

/// Opens the store, says so, and obeys until it is told to stop or nobody is left to tell.
pub fn run(options: &Options) -> Result<()> {
    let mut config = Config::default();
    if options.without_checkpoints {
        (config.checkpoint_bytes, config.checkpoint_ms) = (u64::MAX, u64::MAX);
    }
    let begin = Instant::now();
    let history_bytes_max = options.history_bytes_max;
    let embedding = embed::Options { store: config, history_bytes_max, ..embed::Options::default() };
    let store = embed::open(&options.folder, embedding)?;
    let seconds = begin.elapsed().as_secs_f64();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut worker = Worker::new(store.broker().clone());
    tell(&answer(&store, store.report().messages, seconds))?;
    for line in stdin().lines() {
        let order = serde_json::from_str(&line?).context("an order is JSON")?;
        let begin = Instant::now();
        let messages = match order {
            Order::MakeQueues(count) => runtime.block_on(worker.make_queues(count))?,
            Order::MakeLanedQueue => runtime.block_on(worker.make_laned_queue())?,
            Order::MakeHastyQueue => runtime.block_on(worker.make_hasty_queue())?,
            Order::Publish(publish) => runtime.block_on(worker.publish(&publish))?,
            Order::Drain { queue, messages, at_a_time } => {
                runtime.block_on(worker.drain(queue, messages, at_a_time))?
            }
            Order::KeepUp(publish) => runtime.block_on(worker.keep_up(&publish))?,
            Order::AckHalf { queue } => runtime.block_on(worker.ack_half(queue))?,
            Order::LookUp { queue, times } => {
                let (messages, took) = runtime.block_on(worker.look_up(queue, times))?;
                let log_bytes = store.broker().history_figures().bytes;
                let (p50_us, p99_us) = (took.p50_us(), took.p99_us());
                let seconds = begin.elapsed().as_secs_f64();
                tell(&Answer { messages, seconds, log_bytes, p50_us, p99_us, ..Answer::default() })?;
                continue;
            }
            Order::Rest => {
                stats_at_rest(store.broker());
                0
            }
            Order::Stop => {
                store.shut_down()?;
                return tell(&Answer { seconds: begin.elapsed().as_secs_f64(), ..Answer::default() });
            }
        };
        tell(&answer(&store, messages, begin.elapsed().as_secs_f64()))?;
    }
    Ok(())
}

fn answer(store: &Store, messages: u64, seconds: f64) -> Answer {
    let stats = store.broker().journal_stats();
    let (commits, log_bytes, checkpoints) = (stats.commits, stats.bytes_written, stats.checkpoints);
    Answer { messages, seconds, commits, log_bytes, checkpoints, ..Answer::default() }
}

fn tell(answer: &Answer) -> Result<()> {
    let mut out = stdout().lock();
    writeln!(out, "{}", serde_json::to_string(answer)?)?;
    Ok(out.flush()?)
}
