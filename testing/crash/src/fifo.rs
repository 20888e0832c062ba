//! The run against a FIFO queue: kills under load, producers that send again, a drain, the audit of order and of repeats.

use crate::audit::Audit;
use crate::endpoint::Phase;
use crate::groups::{GroupProducer, Lots, disorder};
use crate::ledger::{self, Ledger, Stamp, Stamps, What};
use crate::message::Name;
use crate::queue::{Client, Outcome, Surroundings};
use crate::scenario::{self, LEASE_S, LEASED_FOR, Plan, Report};
use crate::server::Server;
use crate::worker::Worker;
use anyhow::{Result, bail};
use std::collections::BTreeMap;
use std::thread::{Scope, ScopedJoinHandle};

const QUEUE: &str = "lanes.fifo";

/// Threads that send, and groups of each. There must be many groups: after a kill those whose messages were on their way to
/// a worker wait for the end of their leases.
const PRODUCERS: u16 = 48;
const GROUPS_EACH: u16 = 8;

const WORKERS: u16 = 8;
const THREADS_EACH: u64 = 5;

type Running<'scope> = Vec<ScopedJoinHandle<'scope, Result<()>>>;

/// Runs a plan.
pub fn run(plan: &Plan) -> Result<Report> {
    let from_ms = scenario::now_ms();
    let (around, stamps, lots) = (Surroundings::default(), Stamps::default(), Lots::default());
    let sent = Ledger::create(&plan.ledgers.join("producers"))?;
    let workers = workers(plan, &stamps, &lots)?;
    let last = std::thread::scope(|scope| {
        let producers = start_producers(scope, plan, &around, &sent, &stamps);
        let workers = start_workers(scope, &around, &workers);
        let outcome = strike_and_drain(plan, &around, producers);
        around.endpoint.enter(Phase::Over);
        for worker in workers {
            worker.join().expect("a client's thread returns its errors")?;
        }
        outcome
    })?;
    let ledgers: Vec<_> = std::fs::read_dir(&plan.ledgers)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    let mut lines = Vec::new();
    for path in &ledgers {
        lines.extend(ledger::read(path)?);
    }
    let mut deletes = BTreeMap::<Name, Stamp>::new();
    for line in lines.iter().filter(|line| line.what == What::Delete) {
        let first = deletes.entry(line.name).or_insert(line.at);
        *first = (*first).min(line.at);
    }
    let mut audit = Audit::of_lines(lines);
    if audit.unknown > 0 {
        audit.violations.push(format!("{} messages were sent until there was an answer, and have none", audit.unknown));
    }
    audit.violations.extend(disorder(&lots.by_answer(), &deletes));
    audit.violations.extend(scenario::what_comes_back(plan, &around, last, &[QUEUE])?);
    let lives = scenario::lives(plan, &ledgers, from_ms)?;
    Ok(Report { audit, lives, figures: around.figures })
}

fn workers<'a>(plan: &Plan, stamps: &'a Stamps, lots: &'a Lots) -> Result<Vec<Worker<'a>>> {
    let worker = |number: u16| {
        Ok(Worker {
            number,
            queue: QUEUE,
            queues: &[QUEUE],
            seed: plan.seed,
            ledger: Ledger::create(&plan.ledgers.join(format!("worker-{number}")))?,
            stamps,
            leased_for: LEASED_FOR,
            lots: Some(lots),
        })
    };
    (0..WORKERS).map(worker).collect()
}

fn start_producers<'scope, 'env>(
    scope: &'scope Scope<'scope, 'env>,
    plan: &'env Plan,
    around: &'env Surroundings,
    ledger: &'env Ledger,
    stamps: &'env Stamps,
) -> Running<'scope> {
    let producer = |number: u16| {
        let groups = number * GROUPS_EACH..(number + 1) * GROUPS_EACH;
        let producer = GroupProducer { groups, queue: QUEUE, seed: plan.seed, ledger, stamps };
        scope.spawn(move || scenario::watched(around, producer.run(around)))
    };
    (0..PRODUCERS).map(producer).collect()
}

fn start_workers<'scope, 'env>(
    scope: &'scope Scope<'scope, 'env>,
    around: &'env Surroundings,
    workers: &'env [Worker<'env>],
) -> Running<'scope> {
    let threads = workers.iter().flat_map(|worker| (0..THREADS_EACH).map(move |thread| (worker, thread)));
    threads.map(|(worker, thread)| scope.spawn(move || scenario::watched(around, worker.run(around, thread)))).collect()
}

/// The faults, then the end of all sends, and then the drain. Returns the last server, whose queue is empty.
fn strike_and_drain(plan: &Plan, around: &Surroundings, producers: Running<'_>) -> Result<Server> {
    let server = scenario::strike_all(plan, around, create_queue)?;
    around.endpoint.enter(Phase::Drain);
    for producer in producers {
        producer.join().expect("a client's thread returns its errors")?;
    }
    scenario::wait_until_empty(around, &[QUEUE])?;
    Ok(server)
}

fn create_queue(client: &mut Client<'_>) -> Result<()> {
    match client.create_fifo_queue(QUEUE, LEASE_S)? {
        Outcome::Done(()) => Ok(()),
        other => bail!("queue {QUEUE} was not made: {other:?}"),
    }
}
