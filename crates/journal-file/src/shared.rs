//! What the front, the writer, the preparer and the compactor share, and how they wake each other.
//!
//! ```text
//!  front ---- waiting commit, close ----> writer ---- spares wanted ----> preparer
//!   ^ ^---- commits that are durable --------'  ^------ spare segments ------'  ^
//!   | '---------------- checkpoint to write, segments to give back -------------'
//!   '---- segment to sort, runs to rewrite; runs that count ----> compactor
//! ```
//!
//! What it is not: a place where anything is done; every field is moved in by one side and taken out by another.
//! Invariants: the state's lock is held for a few instructions and never during I/O; the manifest's lock is held during the
//! manifest's own I/O only; the durable position never moves backwards, and not at all once poisoned.

use crate::atomic_file::PublishError;
use crate::compactor::{Job, Outcome};
use crate::config::Config;
use crate::io::{File, Io};
use crate::manifest::{Manifest, ManifestStore};
use crate::segment::SegmentFile;
use journal::commit::CommitBytes;
use journal::{PageKey, Poisoned, Room, Urgency};
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::Thread;
use vocab::Position;

/// Memory of a commit's buffer that is kept for the next.
pub(crate) const KEPT_BUFFER_BYTES: usize = 4 * 1024 * 1024;

/// Publishes are refused when no spare can be made and no more than so many are left: the reserve for settling.
const RESERVE_SPARES: usize = 1;

/// A commit on its way to the writer.
#[derive(Debug)]
pub(crate) struct Submitted {
    pub(crate) position: Position,
    pub(crate) urgency: Urgency,
    pub(crate) encoded: CommitBytes,
}

/// A commit on its way back: written, and durable once the front sees it.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) position: Position,
    pub(crate) segment: Arc<SegmentFile>,
    /// Where its frames' records went.
    pub(crate) pieces: Vec<PlacedPiece>,
    pub(crate) encoded: CommitBytes,
}

/// Bytes of a commit from `start` on lie in the segment from `offset` on, up to the next piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PlacedPiece {
    pub(crate) start: u32,
    pub(crate) offset: u32,
}

/// A file that is ready to become a segment.
pub(crate) struct Spare {
    pub(crate) number: u32,
    pub(crate) bytes: u64,
    pub(crate) file: Arc<dyn File>,
}

/// A checkpoint that the front asked for.
pub(crate) struct CheckpointJob {
    pub(crate) covers: Position,
    /// Pages that changed, or are gone.
    pub(crate) pages: BTreeMap<PageKey, Option<Vec<u8>>>,
}

impl CheckpointJob {
    /// This one and a later one, as one.
    pub(crate) fn followed_by(mut self, later: Self) -> Self {
        self.pages.extend(later.pages);
        Self { covers: later.covers, pages: self.pages }
    }
}

/// What moves between the three.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) waiting: Option<Submitted>,
    pub(crate) done: VecDeque<Written>,
    pub(crate) durable: Position,
    /// Greatest publishing time among durable messages, ms.
    pub(crate) log_ms: u64,
    /// Somebody waits for commits that were written without hurry.
    pub(crate) hastened: bool,
    pub(crate) closing: bool,
    pub(crate) closed: bool,
    pub(crate) spares: Vec<Spare>,
    /// The disk had no room for another spare.
    pub(crate) spares_fail: bool,
    /// The disk had no room for a checkpoint.
    pub(crate) checkpoints_fail: bool,
    /// The disk had no room for a run.
    pub(crate) runs_fail: bool,
    /// Little room is left on the disk.
    pub(crate) space_low: bool,
    /// No room is left on the disk but the reserve.
    pub(crate) space_tight: bool,
    /// The writer waits for a spare of at least so many bytes.
    pub(crate) spare_bytes_wanted: u64,
    /// Little is left of the segment that is written to.
    pub(crate) nearly_full: bool,
    /// Segments begun since the store was opened.
    pub(crate) rotations: u32,
    pub(crate) checkpoint: Option<CheckpointJob>,
    /// Checkpoints asked for and neither counting nor replaced yet.
    pub(crate) checkpoint_busy: bool,
    pub(crate) covered: Position,
    /// What the compactor is to do.
    pub(crate) job: Option<Job>,
    /// What the compactor did.
    pub(crate) outcomes: VecDeque<Outcome>,
    /// Segments that nothing needs any more.
    pub(crate) retired: Vec<Arc<SegmentFile>>,
    /// Backups under way: segments that retire meanwhile are removed instead of reused, so that their content stays.
    pub(crate) backups: u32,
    pub(crate) figures: Figures,
}

/// What is counted by the writer and the preparer.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Figures {
    pub(crate) commits: u64,
    pub(crate) bytes_written: u64,
    pub(crate) syncs: u64,
    pub(crate) sync_us: u64,
    pub(crate) checkpoints: u64,
    pub(crate) checkpoint_folds: u64,
}

/// What there is to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Something that somebody waits for: commits became durable, the place that was asked for is free, room changed, a
    /// checkpoint counts, the journal failed.
    Moved,
    /// The writer took a commit and can be given another. Nobody asked to be told.
    Taken,
}

type OnProgress = Arc<dyn Fn(Progress) + Send + Sync>;

/// One store's shared part.
pub(crate) struct Shared {
    pub(crate) io: Arc<dyn Io>,
    pub(crate) config: Config,
    state: Mutex<State>,
    manifest: Mutex<ManifestStore>,
    poisoned: OnceLock<Poisoned>,
    /// The front found the writer's place taken and wants to know when it is free.
    submit_wanted: AtomicBool,
    on_progress: OnceLock<OnProgress>,
    writer: OnceLock<Thread>,
    preparer: OnceLock<Thread>,
    compactor: OnceLock<Thread>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("config", &self.config).field("poisoned", &self.poisoned).finish_non_exhaustive()
    }
}

impl Shared {
    pub(crate) fn new(io: Arc<dyn Io>, config: Config, manifest: ManifestStore, state: State) -> Self {
        Self {
            io,
            config,
            state: Mutex::new(state),
            manifest: Mutex::new(manifest),
            poisoned: OnceLock::new(),
            submit_wanted: AtomicBool::new(false),
            on_progress: OnceLock::new(),
            writer: OnceLock::new(),
            preparer: OnceLock::new(),
            compactor: OnceLock::new(),
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the manifest durably.
    pub(crate) fn publish(&self, change: impl FnOnce(&mut Manifest)) -> Result<(), PublishError> {
        let mut manifest = self.manifest.lock().unwrap_or_else(PoisonError::into_inner);
        manifest.publish(&*self.io, change)
    }

    /// Something of the manifest as it is on disk.
    pub(crate) fn manifest<T>(&self, look: impl FnOnce(&Manifest) -> T) -> T {
        look(self.manifest.lock().unwrap_or_else(PoisonError::into_inner).current())
    }

    /// The first failure counts; from here on nothing is written.
    pub(crate) fn poison(&self, reason: &str) {
        if self.poisoned.set(Poisoned { reason: reason.into() }).is_ok() {
            tracing::error!(reason, "the journal failed and takes no more");
        }
        self.progress();
    }

    pub(crate) fn poisoned(&self) -> Option<&Poisoned> {
        self.poisoned.get()
    }

    /// Whether the writer's place is free; if not, the front is told when it is.
    pub(crate) fn can_submit(&self) -> bool {
        let free = self.state().waiting.is_none();
        if !free {
            self.submit_wanted.store(true, Ordering::Release);
        }
        free
    }

    /// Whether the writer's place is taken. Nobody is told when it is free.
    pub(crate) fn has_waiting(&self) -> bool {
        self.state().waiting.is_some()
    }

    pub(crate) fn submit(&self, commit: Submitted) {
        let mut state = self.state();
        assert!(state.waiting.is_none(), "submit is called only when can_submit");
        assert!(!state.closing, "nothing is submitted after close");
        state.waiting = Some(commit);
        drop(state);
        self.wake_writer();
    }

    /// Asks for everything submitted to be synced at once.
    pub(crate) fn hasten(&self) {
        self.state().hastened = true;
        self.wake_writer();
    }

    /// Asks for a checkpoint to be written, together with one that waits for it.
    pub(crate) fn add_checkpoint(&self, job: CheckpointJob) {
        let waiting = self.state().checkpoint.take();
        let job = match waiting {
            Some(waiting) => waiting.followed_by(job),
            None => job,
        };
        let mut state = self.state();
        state.checkpoint = Some(job);
        state.checkpoint_busy = true;
        drop(state);
        self.wake_preparer();
    }

    pub(crate) fn take_submitted(&self) -> Option<Submitted> {
        let taken = self.state().waiting.take();
        if taken.is_some() {
            let wanted = self.submit_wanted.swap(false, Ordering::AcqRel);
            self.report(if wanted { Progress::Moved } else { Progress::Taken });
        }
        taken
    }

    pub(crate) fn room(&self) -> Room {
        let state = self.state();
        let spent = state.spares_fail && state.spares.len() <= RESERVE_SPARES;
        if spent || state.space_tight { Room::Full } else { Room::Enough }
    }

    pub(crate) fn set_on_progress(&self, callback: OnProgress) {
        assert!(self.on_progress.set(callback).is_ok(), "progress is reported to one place");
    }

    /// Tells whoever owns the front that it should look.
    pub(crate) fn progress(&self) {
        self.report(Progress::Moved);
    }

    fn report(&self, progress: Progress) {
        if let Some(callback) = self.on_progress.get() {
            callback(progress);
        }
    }

    pub(crate) fn set_threads(&self, writer: Thread, preparer: Thread, compactor: Thread) {
        let set = [(&self.writer, writer), (&self.preparer, preparer), (&self.compactor, compactor)]
            .map(|(place, thread)| place.set(thread).is_ok());
        assert!(set.iter().all(|set| *set), "threads are started once");
    }

    pub(crate) fn wake_writer(&self) {
        if let Some(thread) = self.writer.get() {
            thread.unpark();
        }
    }

    pub(crate) fn wake_compactor(&self) {
        if let Some(thread) = self.compactor.get() {
            thread.unpark();
        }
    }

    pub(crate) fn wake_preparer(&self) {
        if let Some(thread) = self.preparer.get() {
            thread.unpark();
        }
    }
}

/// What a step of the writer or the preparer did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Something; there may be more to do at once.
    Worked,
    /// Nothing; there is nothing to do before this monotonic time, or before being woken.
    Idle {
        /// Microseconds of the clock's monotonic time; `None` for no time at all.
        wake_at_us: Option<u64>,
    },
}
