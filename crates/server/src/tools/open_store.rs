//! Writing to a journal from a tool: commit after commit, each waited for.
//!
//! What it is not: a server's way to write, which waits for nothing. Invariant: what [`OpenStore::commit`] has returned for is
//! durable.

use super::ToolError;
use engine::driver::Signal;
use journal::{Journal, Opened, Poisoned, Replay, Urgency};
use journal_file::{Config, Disk, FileJournal, Threads};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use vocab::Position;
use vocab::clock::SystemClock;
use vocab::random::SystemRandom;

/// Between two looks at a log that did not ring.
const LOOK: Duration = Duration::from_secs(1);

/// A store that a tool has open.
pub(super) struct OpenStore {
    pub(super) journal: FileJournal,
    pub(super) opened: Opened,
    threads: Threads,
    signal: Arc<Signal>,
    shown: String,
}

impl OpenStore {
    /// Opens the store in a folder, or makes one.
    pub(super) fn open(folder: &Path, disk: Arc<Disk>, replay: &mut dyn Replay) -> Result<Self, ToolError> {
        let shown = folder.display().to_string();
        let (clock, random) = (Arc::new(SystemClock::new()), Arc::new(SystemRandom::new()));
        let store = journal_file::open(disk, clock, random, Config::default(), replay, &mut |_| {})?;
        let opened = store.opened;
        let (journal, threads) = store.start_threads().map_err(ToolError::io(&shown))?;
        let signal = Arc::new(Signal::default());
        let bell = Arc::clone(&signal);
        journal.on_progress(Arc::new(move |_progress| bell.ring()));
        Ok(Self { journal, opened, threads, signal, shown })
    }

    /// Commits what is open, and waits until it is durable.
    pub(super) fn commit(&mut self) -> Result<(), ToolError> {
        let position = self.journal.open_position();
        if self.journal.open_bytes() == 0 {
            return Ok(());
        }
        self.wait(|journal, _durable| journal.can_submit())?;
        self.journal.submit(Urgency::Now);
        self.wait(|_journal, durable| durable >= position)
    }

    /// Ends the log with a seal.
    pub(super) fn seal(mut self) -> Result<(), ToolError> {
        self.commit()?;
        self.journal.close();
        self.wait(|journal, _durable| journal.closed())?;
        self.threads.stop();
        Ok(())
    }

    /// Leaves the log without a seal: the next start is that after a crash.
    pub(super) fn leave(self) -> FileJournal {
        self.threads.stop();
        self.journal
    }

    fn wait(&mut self, mut until: impl FnMut(&FileJournal, Position) -> bool) -> Result<(), ToolError> {
        let poisoned = |Poisoned { reason }| ToolError::Wrong { what: self.shown.clone(), why: reason.to_string() };
        loop {
            let durable = self.journal.poll().map_err(poisoned)?;
            if until(&self.journal, durable) {
                return Ok(());
            }
            self.signal.wait(Some(LOOK));
        }
    }
}
