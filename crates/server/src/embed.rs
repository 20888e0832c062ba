//! The queue inside a program: a folder in, a [`Broker`] out.
//!
//! ```no_run
//! # async fn orders() -> Result<(), Box<dyn std::error::Error>> {
//! use longshore::embed::{self, Options};
//! use longshore::vocab::{Message, QueueSettings};
//!
//! let store = embed::open("./my-queue".as_ref(), Options::default())?;
//! let queue = store.broker().create_queue("orders", QueueSettings::default(), Default::default()).await?;
//! store.broker().publish(queue.id, vec![Message::with_body("two coffees")]).await?;
//! store.shut_down()?;
//! # Ok(())
//! # }
//! ```
//!
//! `examples/embedded.rs` is a whole program.
//!
//! What it is not: a server. Nothing listens, no signal is caught, and the library never ends the process: once the disk fails, every
//! call returns [`Unavailable::Poisoned`]. The calls are `async` but need no particular runtime.
//!
//! Invariant: the threads that a store has started have ended when its [`Store`] is gone, unless it was abandoned.

mod keeping;

use broker::traces::Sampling;
use broker::{Broker, Parts, Recovering, Signal, Unavailable, threads};
use journal_file::io::Io;
use journal_file::{Disk, Progress, Threads};
use keeping::Keeping;
use std::fmt;
use std::future::Future;
use std::io;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, JoinHandle, Thread};
use vocab::BootEpoch;
use vocab::clock::{Clock, SystemClock};
use vocab::random::SystemRandom;

pub use journal_file::{Backup, Backups, Config, RecoveryProgress, RecoveryReport};

/// Where in the data folder the history is.
const HISTORY: &str = "history";

/// How a store is opened.
#[derive(Default)]
pub struct Options {
    /// Sizes and times of the store. The default suits everything.
    pub store: Config,
    /// Bytes that the history of its messages may take ([`Broker::life`]); by default 0, which keeps none.
    pub history_bytes_max: u64,
    /// Which messages are traced; by default none are. Whoever asks for it takes the spans ([`Broker::traces`]), or they are dropped.
    pub traces: Option<Sampling>,
    /// Is told how far a recovery is. It runs on the opening thread, so it should be quick.
    pub progress: Option<Box<dyn FnMut(RecoveryProgress) + Send>>,
}

/// An open store. Dropping it seals it as [`Store::shut_down`] does, and blocks meanwhile.
pub struct Store {
    broker: Broker,
    clean: bool,
    report: RecoveryReport,
    backups: Backups,
    running: Option<Running>,
}

struct Running {
    shard: JoinHandle<()>,
    log: Threads,
    keeping: Option<Keeping>,
}

/// Why a store does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder or what is in it.
    #[error(transparent)]
    Store(#[from] journal_file::OpenError),
    /// The system refuses another thread.
    #[error("the system refused to start a thread: {0}")]
    Thread(#[from] io::Error),
}

/// Opens the store in `folder`, which is made if it is not there, and recovers it if its last end was not clean. Blocks until that
/// is done.
///
/// # Errors
/// The folder is in use, its content is damaged or of a later version, or the system refuses something.
pub fn open(folder: &Path, options: Options) -> Result<Store, OpenError> {
    start(Disk::open(folder)?, Some(&folder.join(HISTORY)), options)
}

/// As [`open`], on a folder that is reached in the caller's own way: one that counts, slows or refuses, for tests. No history is kept.
///
/// # Errors
/// The folder's content is damaged or of a later version, or the system refuses something.
pub fn open_on(io: Arc<dyn Io>, options: Options) -> Result<Store, OpenError> {
    start(io, None, options)
}

fn start(io: Arc<dyn Io>, past: Option<&Path>, options: Options) -> Result<Store, OpenError> {
    let Options { store: config, history_bytes_max, traces, progress } = options;
    let mut progress = progress.unwrap_or_else(|| Box::new(|_progress| {}));
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let mut recovering = Recovering::default();
    let random = Arc::new(SystemRandom::new());
    let opened = journal_file::open(io, clock.clone(), random, config, &mut recovering, &mut *progress)?;

    let (found, report) = (opened.opened, opened.report.clone());
    let (journal, log) = opened.start_threads()?;
    let backups = journal.backups();
    let signal = Arc::new(Signal::default());
    journal.on_progress({
        let signal = Arc::clone(&signal);
        Arc::new(move |progress| match progress {
            Progress::Moved => signal.ring(),
            Progress::Taken => signal.ring_if_knocked(),
        })
    });
    let offload = threads::offload()?;
    let keeping = past.and_then(|past| Keeping::start(past, found.store_id, history_bytes_max));
    let history = keeping.as_ref().map(|keeping| Arc::clone(&keeping.history));
    let parts = Parts { journal, recovering, opened: found, clock, signal, offload, history, traces };
    let (broker, runner) = broker::start(parts).map_err(journal_file::OpenError::from)?;
    let shard = threads::run(runner)?;
    Ok(Store { broker, clean: found.clean, report, backups, running: Some(Running { shard, log, keeping }) })
}

impl Store {
    /// The queue. Clones of it outlive the store, but say [`Unavailable::Stopping`] from then on.
    #[must_use]
    pub fn broker(&self) -> &Broker {
        &self.broker
    }

    /// How often this store has been opened, this time included.
    #[must_use]
    pub fn boot(&self) -> BootEpoch {
        self.broker.boot()
    }

    /// Whether it had been sealed when it was last closed, or is new.
    #[must_use]
    pub fn was_clean(&self) -> bool {
        self.clean
    }

    /// What opening it found and did.
    #[must_use]
    pub fn report(&self) -> &RecoveryReport {
        &self.report
    }

    /// Where backups are taken while the store goes on.
    #[must_use]
    pub fn backups(&self) -> &Backups {
        &self.backups
    }

    /// Ends waiting receives empty, answers what was begun, and seals the store. Blocks until that is done; an async program
    /// awaits [`Broker::shut_down`] first, which leaves nothing to wait for here.
    ///
    /// # Errors
    /// The journal failed before the seal was durable; the next opening recovers.
    pub fn shut_down(mut self) -> Result<(), Unavailable> {
        self.end()
    }

    /// Leaves the store as a crash would, without waiting for anything: for when the disk does not answer. Its threads end with the
    /// process.
    pub fn abandon(mut self) {
        std::mem::forget(self.running.take());
    }

    fn end(&mut self) -> Result<(), Unavailable> {
        let Some(Running { shard, log, keeping }) = self.running.take() else { return Ok(()) };
        let ended = block_on(self.broker.shut_down());
        // A panic of the shard has been reported to every caller already, by an answer that never came.
        let _panicked = shard.join();
        log.stop();
        drop(keeping);
        ended
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        if let Err(unavailable) = self.end() {
            tracing::error!(%unavailable, "the store was not sealed");
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("boot", &self.boot()).field("report", &self.report).finish_non_exhaustive()
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("store", &self.store)
            .field("history_bytes_max", &self.history_bytes_max)
            .field("traces", &self.traces)
            .finish_non_exhaustive()
    }
}

/// Waits for a future without a runtime. A runtime's own way panics inside another runtime, which is where a store may be dropped.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}
