//! Stores that are stepped by hand, on a folder that counts, fails and fills up when told to.

use journal::conformance::{Harness, Recorder};
use journal::{Journal, Opened, Poisoned, Replay, ReplayError, Urgency};
use journal_file::io::{File, Io, Mode, Space};
use journal_file::{Compactor, Config, FileJournal, OpenError, Preparer, Step, Store, Writer};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};
use vocab::clock::{Clock, ManualClock};
use vocab::random::SeededRandom;
use vocab::{Message, PartitionId, PartitionKey, Position, QueueId, Seq};

/// What was done to the disk, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Create(String),
    Write(String),
    Sync(String),
    Rename(String, String),
    Remove(String),
    SyncDir,
}

#[derive(Default)]
struct Switches {
    ops: Vec<Op>,
    fail: bool,
    /// Operations that still succeed, if they are counted.
    left: Option<u64>,
    free_bytes: Option<u64>,
    /// The most that was ever free.
    total_bytes: u64,
    /// What open files are called by now.
    names: BTreeMap<String, Arc<Mutex<String>>>,
}

/// The test's hand on a [`FaultyIo`].
#[derive(Clone, Default)]
pub(crate) struct Faults {
    switches: Arc<Mutex<Switches>>,
}

impl Faults {
    fn with<T>(&self, look: impl FnOnce(&mut Switches) -> T) -> T {
        look(&mut self.switches.lock().expect("no test panics while it holds this"))
    }

    /// Every write, sync and change of names fails from here on, or no more.
    pub(crate) fn set_failing(&self, fail: bool) {
        self.with(|switches| switches.fail = fail);
    }

    /// Only so many more operations succeed; all do with `None`.
    pub(crate) fn set_left(&self, left: Option<u64>) {
        self.with(|switches| switches.left = left);
    }

    /// The disk has so much room left; new files and growth take from it.
    pub(crate) fn set_free_bytes(&self, free: Option<u64>) {
        self.with(|switches| {
            switches.free_bytes = free;
            switches.total_bytes = switches.total_bytes.max(free.unwrap_or(0));
        });
    }

    /// The room that is left on the disk, where it is counted.
    pub(crate) fn free_bytes(&self) -> Option<u64> {
        self.with(|switches| switches.free_bytes)
    }

    /// What was done since the last call.
    pub(crate) fn take_ops(&self) -> Vec<Op> {
        self.with(|switches| std::mem::take(&mut switches.ops))
    }

    fn note(&self, op: Op) -> io::Result<()> {
        self.with(|switches| {
            switches.ops.push(op);
            let spent = switches.left.is_some_and(|left| left == 0);
            switches.left = switches.left.map(|left| left.saturating_sub(1));
            if switches.fail || spent { Err(io::Error::other("the test failed it")) } else { Ok(()) }
        })
    }

    fn grow(&self, bytes: u64) -> io::Result<()> {
        self.with(|switches| match &mut switches.free_bytes {
            Some(free) if *free < bytes => Err(io::ErrorKind::StorageFull.into()),
            Some(free) => {
                *free -= bytes;
                Ok(())
            }
            None => Ok(()),
        })
    }
}

/// A folder behind which another one does the work.
pub(crate) struct FaultyIo {
    inner: Arc<dyn Io>,
    faults: Faults,
}

impl FaultyIo {
    pub(crate) fn over(inner: Arc<dyn Io>, faults: &Faults) -> Arc<Self> {
        Arc::new(Self { inner, faults: faults.clone() })
    }

    fn wrap(&self, name: &str, file: Arc<dyn File>) -> Arc<dyn File> {
        let fresh = Arc::new(Mutex::new(name.to_owned()));
        let known = self.faults.with(|switches| Arc::clone(switches.names.entry(name.to_owned()).or_insert(fresh)));
        Arc::new(FaultyFile { name: known, inner: file, faults: self.faults.clone() })
    }
}

impl Io for FaultyIo {
    fn create(&self, name: &str, mode: Mode) -> io::Result<Arc<dyn File>> {
        self.faults.note(Op::Create(name.to_owned()))?;
        Ok(self.wrap(name, self.inner.create(name, mode)?))
    }

    fn open(&self, name: &str, mode: Mode) -> io::Result<Arc<dyn File>> {
        Ok(self.wrap(name, self.inner.open(name, mode)?))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.faults.note(Op::Rename(from.to_owned(), to.to_owned()))?;
        self.inner.rename(from, to)?;
        self.faults.with(|switches| {
            if let Some(name) = switches.names.remove(from) {
                to.clone_into(&mut name.lock().expect("no test panics while it holds this"));
                switches.names.insert(to.to_owned(), name);
            }
        });
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.faults.note(Op::Remove(name.to_owned()))?;
        let bytes = self.inner.open(name, Mode::Read)?.len()?;
        self.inner.remove(name)?;
        self.faults.with(|switches| {
            switches.free_bytes = switches.free_bytes.map(|free| free + bytes);
            switches.names.remove(name);
        });
        Ok(())
    }

    fn list(&self) -> io::Result<Vec<String>> {
        self.inner.list()
    }

    fn sync_dir(&self) -> io::Result<()> {
        self.faults.note(Op::SyncDir)?;
        self.inner.sync_dir()
    }

    fn space(&self) -> io::Result<Space> {
        match self.faults.with(|switches| (switches.free_bytes, switches.total_bytes)) {
            (Some(free_bytes), total_bytes) => Ok(Space { free_bytes, total_bytes }),
            (None, _) => self.inner.space(),
        }
    }
}

struct FaultyFile {
    name: Arc<Mutex<String>>,
    inner: Arc<dyn File>,
    faults: Faults,
}

impl FaultyFile {
    fn name(&self) -> String {
        self.name.lock().expect("no test panics while it holds this").clone()
    }
}

impl File for FaultyFile {
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.faults.note(Op::Write(self.name()))?;
        self.faults.grow((offset + bytes.len() as u64).saturating_sub(self.inner.len()?))?;
        self.inner.write_at(offset, bytes)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read_at(offset, buffer)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.faults.note(Op::Sync(self.name()))?;
        self.inner.sync_data()
    }

    fn len(&self) -> io::Result<u64> {
        self.inner.len()
    }

    fn is_direct(&self) -> bool {
        self.inner.is_direct()
    }
}

/// Opens the folder that a store lies in, again and again.
pub(crate) type Folder = Box<dyn Fn() -> Arc<dyn Io>>;

/// A store stepped by hand.
pub(crate) struct Stepped {
    folder: Folder,
    pub(crate) config: Config,
    pub(crate) clock: ManualClock,
    pub(crate) faults: Faults,
    random: Arc<SeededRandom>,
    workers: Option<(Writer, Preparer, Compactor)>,
    held: bool,
    /// Let the idle time pass whenever there is nothing to do.
    pub(crate) pass_idle_time: bool,
    /// What the last opening found.
    pub(crate) report: journal_file::RecoveryReport,
}

impl Stepped {
    pub(crate) fn new(folder: impl Fn() -> Arc<dyn Io> + 'static, config: Config) -> Self {
        Self {
            folder: Box::new(folder),
            config,
            clock: ManualClock::at(1_700_000_000_000),
            faults: Faults::default(),
            random: Arc::new(SeededRandom::new(42)),
            workers: None,
            held: false,
            pass_idle_time: false,
            report: journal_file::RecoveryReport::default(),
        }
    }

    /// Over a folder in memory.
    pub(crate) fn in_memory(folder: &journal_file::fuzz::MemoryFolder, config: Config) -> Self {
        let folder = folder.clone();
        Self::new(move || Arc::new(folder.clone()), config)
    }

    pub(crate) fn try_open(&mut self, replay: &mut dyn Replay) -> Result<(FileJournal, Opened), OpenError> {
        let io = FaultyIo::over((self.folder)(), &self.faults);
        let (clock, random) = (Arc::new(self.clock.clone()), Arc::clone(&self.random));
        let store = journal_file::open(io, clock, random, self.config.clone(), replay, &mut |_| {})?;
        let Store { journal, writer, preparer, compactor, opened, report } = store;
        self.workers = Some((writer, preparer, compactor));
        self.report = report;
        Ok((journal, opened))
    }

    pub(crate) fn open_recorded(&mut self) -> (FileJournal, Recorder) {
        let mut recorder = Recorder::default();
        let (journal, _) = self.try_open(&mut recorder).expect("the store opens");
        (journal, recorder)
    }

    pub(crate) fn step_all(&mut self) {
        let now_us = self.clock.mono_us();
        let held = self.held;
        let Some((writer, preparer, compactor)) = &mut self.workers else { return };
        loop {
            let wrote = !held && writer.step(now_us) == Step::Worked;
            let worked = wrote || preparer.step(now_us) == Step::Worked || compactor.step(now_us) == Step::Worked;
            if !worked {
                return;
            }
        }
    }

    /// Submits what is open and waits for it.
    pub(crate) fn commit(&mut self, journal: &mut FileJournal) -> Result<Position, Poisoned> {
        journal.submit(Urgency::Now);
        self.run(journal);
        journal.poll()
    }

    /// One message with `body_bytes`, committed.
    pub(crate) fn publish(&mut self, journal: &mut FileJournal, seq: u64, body_bytes: usize) {
        let message = Arc::new(Message::with_body(vec![7; body_bytes]));
        journal.append_messages(KEY, Seq(seq), &[message]);
        self.commit(journal).expect("nothing failed");
    }

    /// Closes the store cleanly.
    pub(crate) fn close(&mut self, mut journal: FileJournal) {
        journal.close();
        self.run(&mut journal);
        assert!(journal.closed());
        self.stop(journal);
    }
}

/// The queue of most tests.
pub(crate) const KEY: PartitionKey = PartitionKey { queue: QueueId(1), partition: PartitionId(0) };

impl Harness for Stepped {
    type Journal = FileJournal;

    fn open(&mut self, replay: &mut dyn Replay) -> Result<(FileJournal, Opened), ReplayError> {
        match self.try_open(replay) {
            Ok(opened) => Ok(opened),
            Err(OpenError::Replay(error)) => Err(error),
            Err(other) => panic!("the store opens: {other}"),
        }
    }

    fn run(&mut self, _journal: &mut FileJournal) {
        self.step_all();
        if self.pass_idle_time && !self.held {
            self.clock.advance_us(self.config.idle_seal_us);
            self.step_all();
        }
    }

    fn hold(&mut self) {
        self.held = true;
    }

    fn release(&mut self) {
        self.held = false;
    }

    fn fail(&mut self) {
        self.faults.set_failing(true);
    }

    fn stop(&mut self, journal: FileJournal) {
        drop(journal);
        self.workers = None;
        self.held = false;
        self.faults.set_failing(false);
    }
}
