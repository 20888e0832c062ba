//! The history: what the shard appends to, what a thread writes out, and what is asked of it.
//!
//! ```text
//!  shard ── record ──→ pending ── write_out, every 250 ms or 256 KiB ──→ ring of files
//!                                                                            │
//!  Broker::life ── life: writes out first, then looks ───────────────────────┘
//! ```
//!
//! What it is not: a thread; the broker runs [`History::keep`] on one. Nor durable: nothing here holds up an answer, and what cannot
//! be kept up with, or written, is missing and counted.
//!
//! Invariant: only what is durable in the journal is written out.

use crate::encode::{Encoder, span_of};
use crate::entry::{Ending, EnteredConsumer, Passage};
use crate::folder::Folder;
use crate::life::Life;
use crate::lookup::Lookup;
use crate::pending::Pending;
use crate::ring::Ring;
use std::io;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use vocab::{BootEpoch, ConsumerId, DoorCode, LeaseEpoch, MessageId, PartitionKey, Position, Seq};

/// Entries wait at most so long for others.
const WAIT: Duration = Duration::from_millis(250);

/// Bytes that are written out at once.
const PART_BYTES: usize = 256 * 1024;

/// A buffer that grew beyond this is given back instead of being used again.
const SPARE_BYTES_MAX: usize = 2 * PART_BYTES;

/// The history of one store.
pub struct History {
    shared: Mutex<Shared>,
    bell: Condvar,
    ring: Mutex<Ring>,
    /// The newest commit that is durable.
    durable: AtomicU64,
    dropped: AtomicU64,
}

#[derive(Default)]
struct Shared {
    pending: Pending,
    closing: bool,
    /// The buffer that is not in use.
    spare: Vec<u8>,
    /// Entries that could not be written to a file.
    unwritten: u64,
}

/// How a history stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Whether one is kept.
    pub enabled: bool,
    /// Bytes of its files.
    pub bytes: u64,
    /// From when on it knows.
    pub from_ms: Option<u64>,
    /// Entries that are missing since the start, because they could not be kept up with or written.
    pub dropped: u64,
}

/// Appends entries of one commit; those who write out wait meanwhile.
pub struct Recording<'a> {
    history: &'a History,
    shared: MutexGuard<'a, Shared>,
    position: Position,
    at_ms: u64,
    before: usize,
}

impl History {
    /// The history in a folder, of at most `bytes_max` bytes.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn open(folder: Arc<dyn Folder>, store_id: u128, bytes_max: u64) -> io::Result<Arc<Self>> {
        Ok(Arc::new(Self {
            shared: Mutex::default(),
            bell: Condvar::new(),
            ring: Mutex::new(Ring::open(folder, store_id, bytes_max)?),
            durable: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
        }))
    }

    /// Begins to append entries of the commit at `position`.
    pub fn record(&self, position: Position, at_ms: u64) -> Recording<'_> {
        let shared = self.lock();
        let before = shared.pending.len();
        Recording { history: self, shared, position, at_ms, before }
    }

    /// Everything up to this commit is durable.
    pub fn advance(&self, durable: Position) {
        self.durable.store(durable.0, Ordering::Release);
    }

    /// A door has a number.
    pub fn enter_door(&self, code: DoorCode, name: &str) {
        self.aside(|encoder, out, at_ms| encoder.door_entered(out, at_ms, code, name));
    }

    /// A consumer has a number.
    pub fn enter_consumer(&self, consumer: EnteredConsumer<'_>) {
        self.aside(|encoder, out, at_ms| encoder.consumer_entered(out, at_ms, consumer));
    }

    /// A consumer is gone.
    pub fn leave_consumer(&self, id: ConsumerId) {
        self.aside(|encoder, out, at_ms| encoder.consumer_left(out, at_ms, id));
    }

    /// Writes out what comes, until [`History::close`].
    pub fn keep(&self) {
        let mut in_vain = false;
        loop {
            let shared = self.bell.wait_while(self.lock(), |shared| shared.pending.len() == 0 && !shared.closing);
            // What waits for the journal's disk is not looked for without a pause, however much it is.
            let is_early = |shared: &mut Shared| (in_vain || shared.pending.len() < PART_BYTES) && !shared.closing;
            let shared = shared.unwrap_or_else(PoisonError::into_inner);
            let waited = self.bell.wait_timeout_while(shared, WAIT, is_early);
            let closing = waited.unwrap_or_else(PoisonError::into_inner).0.closing;
            in_vain = !self.write_out();
            if closing {
                return;
            }
        }
    }

    /// Ends [`History::keep`] once everything is written out.
    pub fn close(&self) {
        self.lock().closing = true;
        self.bell.notify_all();
    }

    /// Writes out what is durable; says whether there was something.
    pub fn write_out(&self) -> bool {
        let mut ring = self.lock_ring();
        let durable = Position(self.durable.load(Ordering::Acquire));
        let (taken, unwritten) = {
            let mut shared = self.lock();
            let spare = std::mem::take(&mut shared.spare);
            let Some(taken) = shared.pending.take(durable, spare) else { return false };
            (taken, std::mem::take(&mut shared.unwritten))
        };
        self.dropped.fetch_add(taken.lost, Ordering::Relaxed);
        let written = ring.append(&taken.bytes, taken.lost + unwritten);
        if let Err(error) = &written {
            self.dropped.fetch_add(taken.entries, Ordering::Relaxed);
            if unwritten == 0 {
                tracing::warn!(%error, "the history cannot be written; entries are missing from here on");
            }
            if error.kind() == io::ErrorKind::StorageFull {
                // The journal needs the space more.
                ring.remove_oldest(1);
            }
        }
        let mut shared = self.lock();
        if written.is_err() {
            shared.unwritten += taken.entries + taken.lost + unwritten;
        }
        if taken.bytes.capacity() <= SPARE_BYTES_MAX {
            shared.spare = taken.bytes;
        }
        true
    }

    /// What is known of a message. Reads the files: not for a thread that must not wait for a disk.
    #[must_use]
    pub fn life(&self, id: MessageId) -> Life {
        self.write_out();
        let files = self.lock_ring().files();
        let mut lookup = Lookup::run(&files, id);
        let life = lookup.life();
        let mut ring = self.lock_ring();
        for (number, summary) in &lookup.summaries {
            ring.keep_summary(*number, summary);
        }
        life
    }

    /// How it stands.
    #[must_use]
    pub fn figures(&self) -> Figures {
        let ring = self.lock_ring();
        let dropped = self.dropped.load(Ordering::Relaxed);
        Figures { enabled: true, bytes: ring.bytes(), from_ms: ring.known_from_ms(), dropped }
    }

    fn aside(&self, write: impl FnOnce(&mut Encoder, &mut Vec<u8>, u64)) {
        self.lock().pending.add_aside(write);
        self.bell.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        // An entry that a panic left half written ends its block's reading; nothing else is harmed.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recording<'_> {
    /// Messages entered their log.
    pub fn published(&mut self, key: PartitionKey, first: Seq, count: u64, door: DoorCode) {
        if count > 0 {
            self.add(|encoder, out, at_ms| encoder.published(out, at_ms, key, span_of(first, count), door));
        }
    }

    /// Messages were handed out; their epochs count up from the first.
    pub fn delivered(
        &mut self,
        key: PartitionKey,
        seqs: impl Iterator<Item = RangeInclusive<u64>>,
        first_epoch: LeaseEpoch,
        consumer: ConsumerId,
    ) {
        self.add(|encoder, out, at_ms| encoder.delivered(out, at_ms, key, seqs, first_epoch, consumer));
    }

    /// Leases, or stays in the queue, ended; `words` are the consumer's.
    pub fn ended(
        &mut self,
        key: PartitionKey,
        how: Ending,
        seqs: impl Iterator<Item = RangeInclusive<u64>>,
        words: &str,
    ) {
        self.add(|encoder, out, at_ms| encoder.ended(out, at_ms, key, how, seqs, words));
    }

    /// So many messages from `first` on became others, from `to` on.
    pub fn became(&mut self, key: PartitionKey, how: Passage, first: Seq, count: u64, to: MessageId) {
        if count > 0 {
            self.add(|encoder, out, at_ms| encoder.became(out, at_ms, key, how, span_of(first, count), to));
        }
    }

    /// A queue is gone, and its messages with it.
    pub fn queue_deleted(&mut self, key: PartitionKey) {
        self.add(|encoder, out, at_ms| encoder.queue_deleted(out, at_ms, key));
    }

    /// The store was opened.
    pub fn started(&mut self, boot: BootEpoch, clean: bool) {
        self.add(|encoder, out, at_ms| encoder.started(out, at_ms, boot, clean));
    }

    fn add(&mut self, write: impl FnOnce(&mut Encoder, &mut Vec<u8>, u64)) {
        let at_ms = self.at_ms;
        self.shared.pending.add(self.position, at_ms, |encoder, out| write(encoder, out, at_ms));
    }
}

impl Drop for Recording<'_> {
    fn drop(&mut self) {
        let after = self.shared.pending.len();
        let begins = self.before == 0 && after > 0;
        if begins || (self.before < PART_BYTES && after >= PART_BYTES) {
            self.history.bell.notify_all();
        }
    }
}
