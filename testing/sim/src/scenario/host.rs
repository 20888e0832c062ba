//! The machine that the broker runs on: a disk, a clock, and the parts put together as the server puts them together.

use crate::dice::Dice;
use crate::disk::SimDisk;
use crate::executor::{Executor, Part, Progress};
use broker::{Broker, LaneLimits, Parts, Recovering, Runner, Step};
use journal_file::{Compactor, Config, FileJournal, OpenError, Preparer, RecoveryReport, Writer};
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use vocab::clock::{Clock, ManualClock};
use vocab::random::SeededRandom;

/// When every simulation begins: 2030-01-01, in milliseconds since the Unix epoch.
const BEGIN_MS: u64 = 1_893_456_000_000;

/// A machine.
pub struct Host {
    /// Its disk.
    pub disk: SimDisk,
    /// Its clock.
    pub clock: ManualClock,
    /// How the store is configured.
    pub config: Config,
    /// How much of laned queues the broker looks at.
    pub lane_limits: LaneLimits,
}

/// A broker that runs on the machine.
pub struct Server {
    /// Its handle.
    pub broker: Broker,
    /// Everything that makes it run.
    pub executor: Executor,
    /// What opening its store found.
    pub report: RecoveryReport,
    /// Whether the log had ended as it should.
    pub clean: bool,
    /// How often lanes were dropped that nobody used.
    pub lanes_dropped: Rc<Cell<u64>>,
}

/// Why the broker did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The store and the engine contradict each other.
    #[error("{0}")]
    Contradiction(String),
}

impl Host {
    /// A machine with an empty disk.
    #[must_use]
    pub fn new(config: Config, capacity: u64, dice: Dice) -> Self {
        let clock = ManualClock::at(BEGIN_MS);
        Self { disk: SimDisk::new(capacity, dice, clock.clone()), clock, config, lane_limits: LaneLimits::default() }
    }

    /// Another machine with a copy of the disk, and a clock of its own that shows the same time.
    #[must_use]
    pub fn copy(&self) -> Self {
        let disk = self.disk.copy();
        disk.restart();
        Self {
            disk,
            clock: ManualClock::at(self.clock.wall_ms()),
            config: self.config.clone(),
            lane_limits: self.lane_limits,
        }
    }

    /// Opens the store and starts the broker.
    ///
    /// # Errors
    /// What is on the disk cannot be served, or the disk refuses.
    pub fn start(&self, mut dice: Dice) -> Result<Server, StartError> {
        let clock: Arc<dyn Clock> = Arc::new(self.clock.clone());
        let random = Arc::new(SeededRandom::new(dice.number()));
        let mut recovering = Recovering::with_lane_limits(self.lane_limits);
        let (io, config) = (self.disk.mount(), self.config.clone());
        let store = journal_file::open(io, clock.clone(), random, config, &mut recovering, &mut |_| ())?;
        let parts = Parts {
            journal: store.journal,
            recovering,
            opened: store.opened,
            clock,
            signal: Arc::default(),
            offload: Arc::new(|job| job()),
            history: None,
            traces: None,
        };
        let (broker, runner) = broker::start(parts).map_err(|error| StartError::Contradiction(error.to_string()))?;
        let lanes_dropped = Rc::<Cell<u64>>::default();
        let seats: Vec<Box<dyn Part>> = vec![
            Box::new(Shard {
                runner,
                broker: broker.clone(),
                clock: self.clock.clone(),
                lanes_dropped: lanes_dropped.clone(),
            }),
            Box::new(StoreWriter { writer: store.writer, clock: self.clock.clone() }),
            Box::new(StorePreparer { preparer: store.preparer, clock: self.clock.clone() }),
            Box::new(StoreCompactor { compactor: store.compactor, clock: self.clock.clone() }),
        ];
        let executor = Executor::new(self.clock.clone(), dice, seats);
        Ok(Server { broker, executor, report: store.report, clean: store.opened.clean, lanes_dropped })
    }
}

struct Shard {
    runner: Runner<FileJournal>,
    broker: Broker,
    clock: ManualClock,
    lanes_dropped: Rc<Cell<u64>>,
}

impl Part for Shard {
    fn name(&self) -> &'static str {
        "the shard"
    }

    fn step(&mut self) -> Progress {
        let lanes = |runner: &Runner<FileJournal>| runner.state().volatile.lanes.len() as u64;
        let before = lanes(&self.runner);
        let step = self.runner.step();
        // No laned queue is ever deleted here.
        self.lanes_dropped.update(|dropped| dropped + before.saturating_sub(lanes(&self.runner)));
        match step {
            Ok(Step::Worked) => Progress::Worked,
            Ok(Step::Idle { until_ms }) => Progress::Idle(until_ms.map(|until_ms| {
                let left_ms = until_ms.saturating_sub(self.broker.log_ms()).max(1);
                self.clock.mono_us() + left_ms * 1000
            })),
            Ok(Step::Closed) => Progress::Closed,
            Err(poisoned) => Progress::Failed(poisoned.to_string()),
        }
    }
}

struct StoreWriter {
    writer: Writer,
    clock: ManualClock,
}

impl Part for StoreWriter {
    fn name(&self) -> &'static str {
        "the store's writer"
    }

    fn step(&mut self) -> Progress {
        progress(self.writer.step(self.clock.mono_us()))
    }
}

struct StorePreparer {
    preparer: Preparer,
    clock: ManualClock,
}

impl Part for StorePreparer {
    fn name(&self) -> &'static str {
        "the store's preparer"
    }

    fn step(&mut self) -> Progress {
        progress(self.preparer.step(self.clock.mono_us()))
    }
}

struct StoreCompactor {
    compactor: Compactor,
    clock: ManualClock,
}

impl Part for StoreCompactor {
    fn name(&self) -> &'static str {
        "the store's compactor"
    }

    fn step(&mut self) -> Progress {
        progress(self.compactor.step(self.clock.mono_us()))
    }
}

fn progress(step: journal_file::Step) -> Progress {
    match step {
        journal_file::Step::Worked => Progress::Worked,
        journal_file::Step::Idle { wake_at_us } => Progress::Idle(wake_at_us),
    }
}
