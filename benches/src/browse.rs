//! `longshore-bench browse`: deliveries from a deep backlog, in turns without and with people who look through it.
//!
//! The backlog is filled through the Rust API, the server then opens its folder. Consumers receive ten and delete them over SQS; the
//! people use the admin API: one turns pages all over the queue, one searches it for a text that is not there.
//!
//! What it is not: a measure of how fast a search is; its rate is printed and not judged.

mod people;

use crate::load::{self, Load, Outcome, Until};
use crate::process::{self, Process};
use crate::report::{Budget, Report, median};
use crate::sqs::requests::Renderer;
use crate::sqs::workloads::Consume;
use crate::store::embedder::Embedder;
use crate::store::folder::check_room;
use crate::store::order::{Order, Publish};
use crate::store::rest::{Patience, until_quiet};
use crate::{machine, open_files};
use anyhow::{Context, Result, ensure};
use clap::Args;
use people::{People, Seen};
use serde_json::json;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

const NAME: &str = "deliveries, people look on";

/// The queue that the filling process makes.
const QUEUE: &str = "0";

/// Bytes of each body, and messages in one publish.
const BYTES: usize = 100;
const BATCH: usize = 100;

const SHARE_MIN: f64 = 0.9;

/// What looking may add to the memory that deliveries alone come to, in MB: the pages on their way to two people.
const GROWTH_MB_MAX: f64 = 32.0;

/// What to measure, and how much of it.
#[derive(Args)]
pub struct Options {
    /// A short run that shows only that everything works: its figures mean nothing
    #[arg(long)]
    quick: bool,
    /// Messages in the backlog
    #[arg(long, default_value_t = 10_000_000)]
    messages: u64,
    /// Turns of each kind
    #[arg(long, default_value_t = 9)]
    rounds: usize,
    /// Messages that are delivered in one turn
    #[arg(long, default_value_t = 200_000)]
    turn: usize,
    /// Connections of consumers
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// The server's binary; the one beside this program unless given
    #[arg(long)]
    server: Option<PathBuf>,
    /// Folder for all data, on the disk that is to be measured; the build folder unless given
    #[arg(long)]
    folder: Option<PathBuf>,
}

/// How much of everything.
struct Scale {
    messages: u64,
    rounds: usize,
    turn: usize,
    connections: usize,
    patience: Patience,
}

impl Options {
    fn scale(&self) -> Scale {
        if self.quick {
            let patience = Patience { quiet: Duration::from_millis(100), at_most: Duration::from_secs(2) };
            return Scale { messages: 20_000, rounds: 1, turn: 2_000, connections: 4, patience };
        }
        let patience = Patience { quiet: Duration::from_secs(1), at_most: Duration::from_secs(60) };
        let &Self { messages, rounds, turn, connections, .. } = self;
        Scale { messages, rounds: rounds.max(1), turn, connections: connections.max(1), patience }
    }
}

/// Runs the measurement, prints the verdicts and one line of JSON.
pub fn run(options: &Options) -> Result<()> {
    let scale = options.scale();
    // The last turns must still find messages, and the backlog must stay a deep one.
    let delivered = (2 * scale.rounds * scale.turn) as u64;
    ensure!(delivered <= scale.messages / 2, "{delivered} deliveries leave too little of {} messages", scale.messages);
    let server = options.server.clone().map_or_else(process::longshore_binary, Ok)?;
    let folder = machine::data_folder(options.folder.as_deref())?;
    check_room(folder.path(), (scale.messages * 400).max(500_000_000))?;
    open_files::raise_limit()?;
    let settings = json!({
        "durability": "always",
        "quick": options.quick,
        "messages": scale.messages,
        "message_bytes": BYTES,
        "rounds": scale.rounds,
        "delivered_in_a_turn": scale.turn,
        "connections": scale.connections,
        "people": "one turns five pages a second all over the queue, one searches without a pause",
    });
    let mut report = Report::new("browse", machine::facts(folder.path()), settings);
    let data = folder.path().join("data");
    fill(&data, &scale)?;
    measure(&server, &data, &scale, &mut report)?;
    report.print();
    Ok(())
}

fn fill(data: &Path, scale: &Scale) -> Result<()> {
    let mut embedder = Embedder::start(data)?;
    embedder.ask(&Order::MakeQueues(1))?;
    let load = Publish { queues: 0..1, messages: scale.messages, bytes: BYTES, batch: BATCH, laned: false };
    let filled = embedder.publish(load)?;
    eprintln!("{NAME}: {} messages published, {:.0}/s", filled.messages, filled.per_second());
    until_quiet(&embedder, scale.patience)?;
    embedder.stop()
}

/// One server under the same deliveries all the time.
struct Stage {
    process: Process,
    load: Load,
    renderer: Renderer,
    url: String,
    admin: SocketAddr,
}

/// What one turn came to.
struct Turn {
    per_second: f64,
    p99_us: u64,
    resident_mb: f64,
    seen: Seen,
}

fn measure(server: &Path, data: &Path, scale: &Scale, report: &mut Report) -> Result<()> {
    let process = Process::longshore_and_admin(server, data)?;
    let admin = process.admin_address().context("the server does not say where its admin door is")?;
    let renderer = Renderer::new(process.address());
    let load = Load::connect(process.address(), scale.connections)?;
    let url = format!("http://{}/000000000000/{QUEUE}", process.address());
    let mut stage = Stage { process, load, renderer, url, admin };
    // The first deliveries after a start find nothing in memory.
    stage.turn(scale, false)?;
    let (mut rates, mut tails, mut memory) = (Vec::new(), Vec::new(), [Vec::new(), Vec::new()]);
    for round in 0..scale.rounds {
        let watched_first = round % 2 == 1;
        let first = stage.turn(scale, watched_first)?;
        let second = stage.turn(scale, !watched_first)?;
        let (alone, watched) = if watched_first { (second, first) } else { (first, second) };
        rates.push(watched.per_second / alone.per_second);
        tails.push(watched.p99_us as f64 / alone.p99_us as f64);
        memory[0].push(alone.resident_mb);
        memory[1].push(watched.resident_mb);
        let figures = json!({
            "alone_per_second": alone.per_second,
            "watched_per_second": watched.per_second,
            "alone_p99_us": alone.p99_us,
            "watched_p99_us": watched.p99_us,
            "alone_resident_mb": alone.resident_mb,
            "watched_resident_mb": watched.resident_mb,
            "pages_per_second": watched.seen.pages_per_second,
            "searched_per_second": watched.seen.searched_per_second,
        });
        eprintln!("{NAME}: {figures}");
        report.detail(NAME, "longshore", figures);
    }
    let [alone, watched] = memory;
    let highest = |of: &[f64]| of.iter().copied().fold(0.0, f64::max);
    let growth = (highest(&watched) - highest(&alone)).max(0.0);
    let times = format!("p99 {:.2} times that of deliveries alone", median(tails));
    report.judge(Budget::at_least(NAME, "rate, of that without them", median(rates), SHARE_MIN).beside(times));
    let resident = format!("{:.0} MB resident at most", highest(&watched));
    report.judge(Budget::at_most(NAME, "memory that looking adds, MB", growth, GROWTH_MB_MAX).beside(resident));
    Ok(())
}

impl Stage {
    fn turn(&mut self, scale: &Scale, watched: bool) -> Result<Turn> {
        let people = watched.then(|| People::start(self.admin, QUEUE, scale.messages)).transpose()?;
        let delivered = self.deliver(scale.turn)?;
        let seen = people.map_or_else(|| Ok(Seen::default()), People::stop)?;
        let resident_mb = self.process.resident_bytes()? as f64 / 1e6;
        Ok(Turn { per_second: delivered.per_second(), p99_us: delivered.latency.p99_us(), resident_mb, seen })
    }

    fn deliver(&mut self, messages: usize) -> Result<Outcome> {
        let connections = self.load.connections();
        let mut consume = Consume::new(self.renderer.clone(), self.url.clone(), connections, messages);
        load::run(&mut self.load, &mut consume, Until::Exhausted)
    }
}
