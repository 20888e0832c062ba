//! `longshore-bench fair`: what one tenant's flood does to the wait of the others.
//!
//! A fixed number of workers takes one message at a time and holds it for a while, as workers do. Quiet tenants publish now and
//! then; their wait is from the answer to their publish to the start of the work. First without a flood, then with one tenant's
//! backlog that keeps every worker busy, on a fair queue and, for comparison, on one that hands out by place.
//!
//! What it is not: a measure of speed; a worker that is busy makes anybody wait for its message to end.

use crate::latency::Latency;
use crate::machine;
use crate::report::{Budget, Report, median};
use anyhow::Result;
use clap::Args;
use longshore::broker::{Annotations, Broker, LeaseTerms, Receive, Settle, Settlement};
use longshore::embed;
use longshore::vocab::{ConsumerId, Facts, Message, Order, QueueId, QueueSettings, SubscriptionId};
use serde_json::json;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const NAME: &str = "fair queue";

/// The quiet tenants' p99 wait may be so many times what it is without a flood.
const TIMES_CALM_MAX: f64 = 2.0;

/// What is sent before this is not counted: all workers begin at one moment, and none is free until the quickest has worked.
const WARM_UP: Duration = Duration::from_millis(500);

/// Messages of the flood in one publish.
const FLOOD_BATCH: usize = 1_000;

/// What to measure, and how long.
#[derive(Args)]
pub struct Options {
    /// A short run that shows only that everything works: its figures mean nothing
    #[arg(long)]
    quick: bool,
    /// Rounds; the figures are medians over them
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds of each measurement
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Workers
    #[arg(long, default_value_t = 32)]
    workers: usize,
    /// How long a worker holds a message, milliseconds; half as long to one and a half times as long, by worker
    #[arg(long, default_value_t = 20)]
    work_ms: u64,
    /// Quiet tenants; each publishes five messages a second
    #[arg(long, default_value_t = 20)]
    tenants: u64,
    /// Folder for all data; the build folder unless given
    #[arg(long)]
    folder: Option<PathBuf>,
}

/// Where the quiet tenants' waits are written down.
type Waits = Arc<Mutex<Latency>>;

/// Measures, prints the verdict and one line of JSON.
pub fn run(options: &Options) -> Result<()> {
    let folder = machine::data_folder(options.folder.as_deref())?;
    let (rounds, time) = match options.quick {
        true => (1, Duration::from_millis(300)),
        false => (options.rounds.max(1), Duration::from_secs_f64(options.seconds)),
    };
    let settings = json!({
        "durability": "always",
        "quick": options.quick,
        "seconds": time.as_secs_f64(),
        "workers": options.workers,
        "work_ms": options.work_ms,
        "tenants": options.tenants,
    });
    let mut report = Report::new(NAME, machine::facts(folder.path()), settings);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let store = embed::open(&folder.path().join("data"), embed::Options::default())?;
    let (mut calm, mut flooded) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let mut measure = |order, flood| -> Result<f64> {
            let queue = format!("{round}-{order:?}-{flood}");
            let waits = runtime.block_on(measure(store.broker(), &queue, order, flood, time, options))?;
            let (count, p50, p99) = (waits.count(), waits.p50_us(), waits.p99_us());
            eprintln!("{queue}: {count} messages of quiet tenants waited p50 {p50} µs, p99 {p99} µs");
            report.detail(NAME, &queue, waits.json());
            Ok(p99 as f64)
        };
        calm.push(measure(Order::Fair, false)?);
        flooded.push(measure(Order::Fair, true)?);
        measure(Order::Standard, true)?;
    }
    store.shut_down()?;
    // Of each on its own: a disk that stands still for a moment hits one of the two.
    let times_calm = median(flooded) / median(calm).max(1.0);
    report.judge(Budget::at_most(NAME, "quiet tenants' p99 wait, times calm", times_calm, TIMES_CALM_MAX));
    report.print();
    Ok(())
}

/// The waits of the quiet tenants on a queue of its own.
async fn measure(
    broker: &Broker,
    name: &str,
    order: Order,
    flood: bool,
    time: Duration,
    options: &Options,
) -> Result<Latency> {
    let settings = QueueSettings { order, ..QueueSettings::default() };
    let queue = broker.create_queue(name, settings, Annotations::new()).await?.id;
    if flood {
        // More than the workers can do in the time, so that they are never idle.
        let work_ms = options.work_ms.max(1);
        let messages = options.workers as u64 * (WARM_UP + time).as_millis() as u64 / work_ms * 2;
        for _ in 0..messages.div_ceil(FLOOD_BATCH as u64) {
            broker.publish(queue, vec![message("noisy", ""); FLOOD_BATCH]).await?;
        }
    }
    let (begin, waits) = (Instant::now(), Waits::new(Mutex::new(Latency::new()?)));
    let mut tasks = JoinSet::<Result<()>>::new();
    for number in 0..options.workers as u64 {
        let (broker, waits) = (broker.clone(), waits.clone());
        // Not all alike, or all workers would be free at the same moments and busy in between.
        let work = Duration::from_micros(options.work_ms * (500 + 1_000 * number / options.workers as u64));
        tasks.spawn(async move { worker(&broker, queue, begin, work, &waits).await });
    }
    for tenant in 0..options.tenants {
        let broker = broker.clone();
        tasks.spawn(async move { quiet(&broker, queue, begin, tenant).await });
    }
    pause(WARM_UP + time).await;
    tasks.abort_all();
    while let Some(ended) = tasks.join_next().await {
        match ended {
            Ok(worked) => worked?,
            Err(error) if error.is_cancelled() => {}
            Err(error) => return Err(error.into()),
        }
    }
    broker.delete_queue(queue).await?;
    let waits = waits.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(waits)
}

/// Takes a message, works on it, acknowledges it, for ever.
async fn worker(broker: &Broker, queue: QueueId, begin: Instant, work: Duration, waits: &Waits) -> Result<()> {
    let terms = LeaseTerms::Deadline(None);
    let receive = Receive {
        queue,
        subscription: SubscriptionId(0),
        max: 1,
        wait_ms: Some(20_000),
        terms,
        rank: 0,
        consumer: ConsumerId::UNKNOWN,
    };
    loop {
        for delivery in broker.receive(receive.clone()).await? {
            let sent = std::str::from_utf8(&delivery.message.body)?.parse().ok().map(Duration::from_micros);
            if let Some(sent) = sent.filter(|sent| *sent >= WARM_UP) {
                waits.lock().unwrap_or_else(PoisonError::into_inner).record(begin.elapsed().saturating_sub(sent));
            }
            pause(work).await;
            broker.settle(vec![Settlement { token: delivery.lease.token, how: Settle::Ack }]).await?;
        }
    }
}

/// Publishes five messages a second, at times of its own, for ever.
async fn quiet(broker: &Broker, queue: QueueId, begin: Instant, tenant: u64) -> Result<()> {
    let lane = format!("quiet-{tenant}");
    pause(Duration::from_millis(tenant * 37 % 200)).await;
    loop {
        let sent_us = begin.elapsed().as_micros().to_string();
        broker.publish(queue, vec![message(&lane, &sent_us)]).await?;
        pause(Duration::from_millis(200)).await;
    }
}

fn message(lane: &str, body: &str) -> Message {
    let facts = Facts { lane: Some(lane.to_owned()), ..Facts::default() };
    Message { facts, ..Message::with_body(body.as_bytes().to_vec()) }
}

/// The load's own pace.
async fn pause(time: Duration) {
    // What never comes is given up after the time.
    let _ = tokio::time::timeout(time, std::future::pending::<()>()).await;
}
