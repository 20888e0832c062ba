//! The run: load, faults, drain, audit.
//!
//! Two queues: one that workers keep up with, and one that nobody works on before the drain, so that every restart also
//! finds a backlog that it must keep.

use crate::audit::Audit;
use crate::endpoint::Phase;
use crate::figures::Figures;
use crate::ledger::{self, Ledger, Stamps};
use crate::lives::Lives;
use crate::producer::Producer;
use crate::queue::{Client, Outcome, Surroundings};
use crate::server::{Door, Server, Setup};
use crate::trigger::Strike;
use crate::worker::Worker;
use anyhow::{Result, bail, ensure};
use rustix::process::Signal;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};
use vocab::clock::{Clock, SystemClock};
use vocab::random::{Random, SeededRandom};

const PRODUCERS: u16 = 8;
const WORKERS: u16 = 8;

/// Threads, and so connections, of each producer and each worker.
const THREADS_EACH: u64 = 10;

/// No fault strikes while fewer requests are under way.
const IN_FLIGHT_MIN: usize = 64;

/// Answers between two faults.
const ANSWERS_MIN: u64 = 400;
const ANSWERS_MAX: u64 = 2000;

const BUSY: &str = "busy";
const BACKLOG: &str = "backlog";
const QUEUES: [&str; 2] = [BUSY, BACKLOG];

/// Every which producer feeds the backlog.
const BACKLOG_EVERY: u16 = 4;

/// Seconds that a lease lasts: what a fault leaves behind in workers' hands comes back after so long.
pub(crate) const LEASE_S: u32 = 8;

/// So much of it is sure: the server's clock may run a little faster than ours while it is adjusted.
pub(crate) const LEASED_FOR: Duration = Duration::from_secs(7);

/// A queue that is not empty so long after the last fault keeps something back.
const DRAINS_WITHIN: Duration = Duration::from_secs(60);

/// What strikes the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// `kill -9` and a new start.
    Kill,
    /// `SIGSTOP`, and `SIGCONT` after so long.
    Freeze(Duration),
}

/// What is to be done.
#[derive(Debug)]
pub struct Plan {
    /// The server.
    pub setup: Setup,
    /// Where the ledgers go: an empty folder, not the server's.
    pub ledgers: PathBuf,
    /// Chooses moments and contents.
    pub seed: u64,
    /// One after the other.
    pub faults: Vec<Fault>,
}

/// What came of it.
pub struct Report {
    /// What happened.
    pub figures: Figures,
    /// What was kept.
    pub audit: Audit,
    /// What is told of messages' lives.
    pub lives: Lives,
}

impl Report {
    /// Everything, for people and programs.
    pub fn json(&self) -> Value {
        let lives = json!({ "asked": self.lives.asked, "known": self.lives.known, "ended": self.lives.ended, "lies": self.lives.violations });
        json!({ "happened": self.figures.json(), "audit": self.audit.json(), "lives": lives })
    }
}

/// Runs a plan.
pub fn run(plan: &Plan) -> Result<Report> {
    let (around, from_ms) = (Surroundings::default(), now_ms());
    let stamps = Stamps::default();
    let producers = producers(plan, &stamps)?;
    let workers = workers(plan, &stamps)?;
    let last = std::thread::scope(|scope| {
        let clients = start_clients(scope, &around, &producers, &workers);
        let outcome = strike_and_drain(plan, &around);
        around.endpoint.enter(Phase::Over);
        for client in clients {
            client.join().expect("a client's thread returns its errors")?;
        }
        outcome
    })?;
    let ledgers: Vec<_> = std::fs::read_dir(&plan.ledgers)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    let mut audit = Audit::of_ledgers(&ledgers)?;
    audit.violations.extend(what_comes_back(plan, &around, last, &QUEUES)?);
    let lives = lives(plan, &ledgers, from_ms)?;
    Ok(Report { audit, lives, figures: around.figures })
}

/// Starts the server once more, and asks it what it knows of messages.
pub(crate) fn lives(plan: &Plan, ledgers: &[PathBuf], from_ms: u64) -> Result<Lives> {
    let server = Server::start(&plan.setup)?;
    let mut lines = Vec::new();
    for path in ledgers {
        lines.extend(ledger::read(path)?);
    }
    let lives = Lives::told(server.admin()?, &lines, from_ms, now_ms())?;
    server.stop()?;
    Ok(lives)
}

/// Milliseconds since the Unix epoch.
pub(crate) fn now_ms() -> u64 {
    SystemClock::new().wall_ms()
}

fn producers<'a>(plan: &Plan, stamps: &'a Stamps) -> Result<Vec<Producer<'a>>> {
    let producer = |number: u16| {
        Ok(Producer {
            number,
            queue: if number.is_multiple_of(BACKLOG_EVERY) { BACKLOG } else { BUSY },
            seed: plan.seed,
            ledger: Ledger::create(&plan.ledgers.join(format!("producer-{number}")))?,
            named: AtomicU32::new(0),
            stamps,
        })
    };
    (0..PRODUCERS).map(producer).collect()
}

fn workers<'a>(plan: &Plan, stamps: &'a Stamps) -> Result<Vec<Worker<'a>>> {
    let worker = |number: u16| {
        Ok(Worker {
            number,
            queue: BUSY,
            queues: &QUEUES,
            seed: plan.seed,
            ledger: Ledger::create(&plan.ledgers.join(format!("worker-{number}")))?,
            stamps,
            leased_for: LEASED_FOR,
            lots: None,
        })
    };
    (0..WORKERS).map(worker).collect()
}

fn start_clients<'scope, 'env>(
    scope: &'scope Scope<'scope, 'env>,
    around: &'env Surroundings,
    producers: &'env [Producer<'env>],
    workers: &'env [Worker<'env>],
) -> Vec<ScopedJoinHandle<'scope, Result<()>>> {
    let mut clients = Vec::new();
    let watched = |outcome| watched(around, outcome);
    for thread in 0..THREADS_EACH {
        for producer in producers {
            clients.push(scope.spawn(move || watched(producer.run(around, thread))));
        }
        for worker in workers {
            clients.push(scope.spawn(move || watched(worker.run(around, thread))));
        }
    }
    clients
}

/// What a client's thread came to; if it failed the run ends.
pub(crate) fn watched(around: &Surroundings, outcome: Result<()>) -> Result<()> {
    outcome.inspect_err(|error| around.trigger.give_up(format!("a client gave up: {error:#}")))
}

/// The faults, and then the drain. Returns the last server, whose queues are empty.
fn strike_and_drain(plan: &Plan, around: &Surroundings) -> Result<Server> {
    let server = strike_all(plan, around, create_queues)?;
    around.endpoint.enter(Phase::Drain);
    wait_until_empty(around, &QUEUES)?;
    Ok(server)
}

/// One fault after the other, from a server whose queues `prepare` has made before clients were let in. Returns the last one.
pub(crate) fn strike_all(
    plan: &Plan,
    around: &Surroundings,
    prepare: fn(&mut Client<'_>) -> Result<()>,
) -> Result<Server> {
    let random = SeededRandom::new(plan.seed);
    let mut server = start(plan, around)?;
    // Over surroundings of its own, for it is not part of the load.
    let preparation = Surroundings::default();
    preparation.endpoint.born(server.address());
    prepare(&mut Client::new(&preparation))?;
    around.endpoint.born(server.address());
    for fault in &plan.faults {
        let answers = ANSWERS_MIN + random.next_u64() % (ANSWERS_MAX - ANSWERS_MIN);
        server = strike(plan, around, server, *fault, answers)?;
    }
    Ok(server)
}

fn strike(plan: &Plan, around: &Surroundings, server: Server, fault: Fault, answers: u64) -> Result<Server> {
    let signal = match fault {
        Fault::Kill => Signal::KILL,
        Fault::Freeze(_) => Signal::STOP,
    };
    around.trigger.arm(Strike { victim: server.pid(), signal, answers, in_flight_min: IN_FLIGHT_MIN });
    around.trigger.wait()?;
    match fault {
        Fault::Kill => {
            around.endpoint.gone();
            server.wait_until_killed();
            around.figures.kills.fetch_add(1, Ordering::Relaxed);
            let next = start(plan, around)?;
            around.endpoint.born(next.address());
            Ok(next)
        }
        Fault::Freeze(time) => {
            std::thread::sleep(time);
            server.signal(Signal::CONT)?;
            around.figures.freezes.fetch_add(1, Ordering::Relaxed);
            Ok(server)
        }
    }
}

fn start(plan: &Plan, around: &Surroundings) -> Result<Server> {
    let server = Server::start(&plan.setup)?;
    around.figures.recovered_in(server.started_in());
    around.figures.torn_tails.fetch_add(u64::from(server.found_torn_tail()), Ordering::Relaxed);
    Ok(server)
}

fn create_queues(client: &mut Client<'_>) -> Result<()> {
    for queue in QUEUES {
        match client.create_queue(queue, LEASE_S)? {
            Outcome::Done(()) => {}
            other => bail!("queue {queue} was not made: {other:?}"),
        }
    }
    Ok(())
}

pub(crate) fn wait_until_empty(around: &Surroundings, queues: &[&str]) -> Result<()> {
    let begin = Instant::now();
    let mut client = Client::new(around);
    loop {
        let left = count_all(&mut client, queues)?;
        if left == 0 {
            return Ok(());
        }
        ensure!(
            begin.elapsed() < DRAINS_WITHIN,
            "{left} messages are still there {DRAINS_WITHIN:?} after the last fault"
        );
        around.endpoint.wait_for_news();
    }
}

fn count_all(client: &mut Client<'_>, queues: &[&str]) -> Result<u64> {
    let mut left = 0;
    for queue in queues {
        match client.count(queue)? {
            Outcome::Done(count) => left += count,
            other => bail!("queue {queue} was not counted: {other:?}"),
        }
    }
    Ok(left)
}

/// Once more: kills the server, starts it, and looks into the empty queues; then stops it politely and looks again.
pub(crate) fn what_comes_back(
    plan: &Plan,
    around: &Surroundings,
    last: Server,
    queues: &[&str],
) -> Result<Vec<String>> {
    let mut violations = Vec::new();
    last.signal(Signal::KILL)?;
    last.wait_until_killed();
    for how in ["kill -9", "a clean stop"] {
        let server = start(plan, around)?;
        let afterwards = Surroundings::default();
        afterwards.endpoint.born(server.address());
        let left = count_all(&mut Client::new(&afterwards), queues)?;
        if left > 0 {
            violations.push(format!("{left} messages came back: everything had been deleted before {how}"));
        }
        server.stop()?;
    }
    Ok(violations)
}

/// A folder for a plan's data and one for its ledgers, side by side in `folder`.
pub fn plan_in(folder: &Path, binary: PathBuf, seed: u64, faults: Vec<Fault>) -> Result<Plan> {
    let ledgers = folder.join("ledgers");
    std::fs::create_dir(&ledgers)?;
    let setup = Setup { binary, data: folder.join("data"), door: Door::Sqs, wal_write_bytes_max: 4096 };
    Ok(Plan { setup, ledgers, seed, faults })
}
