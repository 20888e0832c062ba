//! Puts a broker together: a recovered store in, a handle and the shard's runner out.
//!
//! What it is not: it opens no files and starts no threads; [`crate::threads`] does the second, the server the first.

use crate::broker::{Broker, Shared};
use crate::catalog::Catalog;
use crate::consumers::Consumers;
use crate::empty_receives::EmptyReceives;
use crate::life::Life;
use crate::onlookers::Onlookers;
use crate::past::Past;
use crate::reply::Teller;
use crate::traces::{Sampling, Traces};
use engine::driver::{Inbox, LogTime, Offload, Recovering, Shard, Signal, Step};
use engine::{Journal, JournalStats, Opened, Poisoned, ReplayError};
use history::History;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use vocab::clock::Clock;
use vocab::limits::PUBLISH_BYTES_IN_FLIGHT;

/// The shard looks at least this often whether anything has become due without a bell, such as a checkpoint.
const REST_MS_MAX: u64 = 5_000;

/// How long commands wait for a sync under way, at most: on a slow disk, what does not depend on the sync must not wait for
/// it, and on a fast one the sync is over before.
const DOZE: Duration = Duration::from_micros(250);

/// What a broker is made of.
pub struct Parts<J> {
    /// The journal, recovered.
    pub journal: J,
    /// The state that its recovery led to.
    pub recovering: Recovering,
    /// What opening it found out.
    pub opened: Opened,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The bell that the journal rings when it has moved.
    pub signal: Arc<Signal>,
    /// Where blocking reads are run.
    pub offload: Offload,
    /// Where to note what happens to messages, if anywhere.
    pub history: Option<Arc<History>>,
    /// Which messages to trace; `None` for no traces at all.
    pub traces: Option<Sampling>,
}

/// Runs the shard: a thread calls [`Runner::run`], the simulator calls [`Runner::step`].
pub struct Runner<J> {
    shard: Shard<J, Teller>,
    signal: Arc<Signal>,
    log_ms: Arc<AtomicU64>,
    life: Arc<Life>,
    stats: Arc<Mutex<JournalStats>>,
    disk_full: Arc<AtomicBool>,
    /// Whether it dozed since it last worked.
    dozed: bool,
}

/// Makes a broker.
///
/// # Errors
/// The journal does not hold what the state says.
pub fn start<J: Journal>(parts: Parts<J>) -> Result<(Broker, Runner<J>), ReplayError> {
    let Parts { journal, recovering, opened, clock, signal, offload, history, traces } = parts;
    let machine = recovering.finish(&journal)?;
    let inbox = Arc::new(Inbox::new(signal.clone()));
    let last_ms = machine.state.log_ms.max(opened.log_ms);
    let traces = traces.map(|sampling| Arc::new(Traces::new(sampling, opened.store_id, clock.clone())));
    let time = LogTime::start(clock, last_ms);
    let log_ms = time.shown();
    let life = Arc::new(Life::new());
    let stats = Arc::new(Mutex::new(journal.stats()));
    let disk_full = Arc::new(AtomicBool::new(false));
    let catalog = Arc::new(Catalog::default());
    let observer = Onlookers::observer(history.clone(), traces.clone(), &catalog);
    let shard = Shard::new(machine, journal, &opened, time, inbox.clone(), offload.clone(), observer);
    // The shard has booted the state: what does not outlive a restart is gone.
    let state = &shard.machine().state;
    let queues = state.queues.values().map(|queue| queue.info.clone());
    catalog.fill(queues, state.routers.routing.clone());
    let broker = Broker::new(Shared {
        inbox,
        catalog,
        room: Arc::new(Semaphore::new(PUBLISH_BYTES_IN_FLIGHT / crate::broker::PERMIT_BYTES)),
        next_waiter: AtomicU64::new(1),
        next_session: AtomicU64::new(1),
        empty_receives: EmptyReceives::default(),
        consumers: Consumers::default(),
        life: life.clone(),
        stats: stats.clone(),
        disk_full: disk_full.clone(),
        log_ms: log_ms.clone(),
        offload,
        opened,
        past: Past::new(history),
        traces,
    });
    Ok((broker, Runner { shard, signal, log_ms, life, stats, disk_full, dozed: false }))
}

impl<J: Journal> Runner<J> {
    /// One step; see [`Shard::step`].
    ///
    /// # Errors
    /// The journal failed, and the broker's callers know it.
    pub fn step(&mut self) -> Result<Step, Poisoned> {
        let stepped = self.shard.step();
        self.show_room();
        match &stepped {
            Ok(Step::Worked) => {}
            Ok(Step::Idle { .. }) => self.show_stats(),
            Ok(Step::Closed) => {
                self.show_stats();
                self.life.end_closed();
            }
            Err(poisoned) => self.life.end_failed(poisoned),
        }
        stepped
    }

    /// Steps until the broker is shut down or its journal fails.
    pub fn run(mut self) {
        loop {
            match self.step() {
                Ok(Step::Worked) => self.dozed = false,
                Ok(Step::Idle { until_ms }) => self.rest(until_ms),
                Ok(Step::Closed) => return,
                Err(poisoned) => {
                    tracing::error!(error = %poisoned, "the journal failed");
                    return;
                }
            }
        }
    }

    /// The engine's state, to look at.
    #[must_use]
    pub fn state(&self) -> &engine::core::state::State {
        &self.shard.machine().state
    }

    /// Sleeps until something happens, or until `until_ms` of log time. While a sync is under way it dozes first: commands
    /// that come in meanwhile are taken together when the sync is done, for one wake-up instead of many.
    fn rest(&mut self, until_ms: Option<u64>) {
        if self.shard.awaits_sync() && !std::mem::replace(&mut self.dozed, true) {
            return self.signal.doze(DOZE);
        }
        let now_ms = self.log_ms.load(Ordering::Relaxed);
        let rest_ms = until_ms.map_or(REST_MS_MAX, |until_ms| until_ms.saturating_sub(now_ms).clamp(1, REST_MS_MAX));
        self.signal.wait(Some(Duration::from_millis(rest_ms)));
    }

    /// Tells of a full disk, and of its end, when it comes.
    fn show_room(&self) {
        let full = self.shard.machine().disk_full;
        if full == self.disk_full.load(Ordering::Relaxed) {
            return;
        }
        self.disk_full.store(full, Ordering::Relaxed);
        if full {
            tracing::warn!("the disk is full: publishes are refused until there is space; receives and settling go on");
        } else {
            tracing::info!("the disk has room again: publishes are taken");
        }
    }

    fn show_stats(&self) {
        *self.stats.lock().unwrap_or_else(PoisonError::into_inner) = self.shard.journal_stats();
    }
}
