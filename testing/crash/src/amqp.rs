//! Kills the server under AMQP load, through the stock client, and audits what it promised.
//!
//! ```text
//!  queue   who puts in                        who takes out             what is promised
//!  kept    publishers, with confirms          nobody                    what was confirmed is there
//!  busy    publishers, with confirms          consumers, with acks      likewise, or it was delivered; an ack holds when a publish
//!                                                                       after it on its connection was confirmed
//!  tasks   publishers, with confirms          movers, in transactions   a task is in `tasks`, or its results are in `left`
//!  left    movers                             nobody                    and `right`, once each; after `commit-ok` they are
//!  right   movers                             nobody
//!  –       publishers, mandatory              –                         what goes nowhere comes back before its confirm
//! ```
//!
//! What it is not: a promise about an ack alone. AMQP answers none: one whose connection was cut off may have counted or not, and
//! its message may come again.

mod audit;
mod clients;
mod promises;

use crate::server::{Server, Setup};
use ::clients::wait::{SOON, until};
use anyhow::{Context, Result};
use audit::Audit;
use clients::{Client, Work};
use promises::Promises;
use rustix::process::Signal;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::runtime::Runtime;
use vocab::random::{Random, SeededRandom};

/// Every queue.
pub(crate) const QUEUES: [&str; 5] = ["kept", "busy", "tasks", "left", "right"];

/// Connections that do each kind of work.
const CONNECTIONS_EACH: usize = 3;

/// Answers between two kills.
const ANSWERS_MIN: u64 = 300;
const ANSWERS_MAX: u64 = 1500;

/// What came of a run.
#[derive(Debug)]
pub struct Report {
    /// Promises that were broken, in words.
    pub violations: Vec<String>,
    /// What happened, counted.
    pub figures: Figures,
}

/// How much happened.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Publishes that were confirmed.
    pub confirmed: usize,
    /// Publishes whose confirm a kill took.
    pub cut_off: usize,
    /// Acks that were sure to hold.
    pub acked: usize,
    /// Transactions that were committed.
    pub committed: usize,
    /// Transactions whose answer a kill took.
    pub commits_cut_off: usize,
    /// Messages that came back because they went nowhere.
    pub returned: usize,
}

/// Kills the server so often, and looks at what it kept.
///
/// # Errors
/// The run did not get to its end.
pub fn run(setup: &Setup, seed: u64, kills: usize) -> Result<Report> {
    let random = SeededRandom::new(seed);
    let promises = Arc::new(Promises::default());
    let mut server = Server::start(setup)?;
    runtime()?.block_on(async { Client::connect(server.address()).await?.declare().await })?;
    for _ in 0..kills {
        let answers = ANSWERS_MIN + random.next_u64() % (ANSWERS_MAX - ANSWERS_MIN);
        load_and_kill(&server, &promises, answers)?;
        server.wait_until_killed();
        server = Server::start(setup)?;
    }
    let found = runtime()?.block_on(async { Client::connect(server.address()).await?.drain_all().await })?;
    server.stop()?;
    let audit = Audit { promises: &promises.lock(), found };
    Ok(Report { violations: audit.violations(), figures: audit.figures() })
}

/// Loads the server until so many promises were made, and kills it in the middle of the next ones.
fn load_and_kill(server: &Server, promises: &Arc<Promises>, answers: u64) -> Result<()> {
    let target = promises.made.load(Ordering::SeqCst) + answers;
    let (address, workers) = (server.address(), runtime()?);
    for _ in 0..CONNECTIONS_EACH {
        for work in Work::ALL {
            let promises = Arc::clone(promises);
            // An end of the connection is what is awaited; the server's fault it is only when the load does not move.
            workers.spawn(async move { Client::connect(address).await?.work(work, &promises).await });
        }
    }
    until("the load to move", SOON, || (promises.made.load(Ordering::SeqCst) >= target).then_some(()));
    server.signal(Signal::KILL)?;
    workers.shutdown_timeout(SOON);
    Ok(())
}

fn runtime() -> Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().context("a runtime for clients")
}
