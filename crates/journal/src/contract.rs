//! The contract between the engine and whatever keeps its log.
//!
//! What it is not: no storage. The engine's driver is the only caller; it owns the journal, calls it
//! from one thread (or the simulator's step), and never blocks in it.
//!
//! ```text
//!   position   1     2     3     4     5     6
//!              |-----|-----|-----|-----|-----|- - -
//!              durable ----^     ^     ^open commit (may be empty)
//!                                submitted, not yet durable
//! ```
//!
//! Invariants:
//! - Records are appended to the open commit. A commit is atomic: after any crash all of its records
//!   are replayed or none.
//! - Commits become durable in order: `durable` never moves backwards and never skips.
//! - After an error nothing becomes durable any more: [`Journal::poll`] says [`Poisoned`] for ever.

pub use roaring::RoaringTreemap as SeqSet;
use std::ops::RangeInclusive;
use std::sync::Arc;
use vocab::{BootEpoch, Message, PartitionKey, Position, QueueId, Seq};

/// An append-only log of commits, and the messages that still live in it.
pub trait Journal: Send {
    /// The position that the open commit will have.
    fn open_position(&self) -> Position;

    /// Bytes in the open commit; 0 means that it holds no record.
    fn open_bytes(&self) -> usize;

    /// Adds one engine record to the open commit. `kind` is the engine's own number, from
    /// [`crate::record::ENGINE_KIND_MIN`] up; a reader that does not know a `critical` kind must stop.
    fn append(&mut self, kind: u8, critical: bool, queue: QueueId, payload: &[u8]);

    /// Adds messages with consecutive seqs, the first being `first`, to the open commit. From this
    /// call on they can be fetched until they are forgotten.
    fn append_messages(&mut self, key: PartitionKey, first: Seq, messages: &[Arc<Message>]);

    /// Whether [`Journal::submit`] would be taken now. False while the writer has a commit waiting already
    /// (double buffering: one is written, one waits, one is open inside the journal's front).
    fn can_submit(&self) -> bool;

    /// Whether a commit waits for the writer. As opposed to [`Journal::can_submit`], asking does not oblige the journal to
    /// tell when that has changed.
    fn has_waiting(&self) -> bool;

    /// Closes the open commit and hands it to the writer. When it is empty nothing is handed over, but
    /// [`Urgency::Now`] still syncs at once what was submitted before. With records in the open commit it must only be
    /// called when [`Journal::can_submit`].
    fn submit(&mut self, urgency: Urgency);

    /// Takes in what the writer has done since the last call, and says how far the log is durable.
    ///
    /// # Errors
    /// [`Poisoned`] once any write or sync failed; every commit after the last durable one has an unknown outcome.
    fn poll(&mut self) -> Result<Position, Poisoned>;

    /// Where the message is. Cheap: no I/O happens before [`Fetch::Read`] is run.
    fn fetch(&self, key: PartitionKey, seq: Seq) -> Fetch;

    /// Says that these messages are gone, durably so: the records that ended them are at or below the
    /// durable position. Unknown seqs are ignored. Their space may be given back; until it is, they may still be fetched.
    fn forget(&mut self, key: PartitionKey, seqs: RangeInclusive<Seq>);

    /// How many messages of this partition the journal holds: exact right after opening. Later it may be too low by what
    /// was forgotten twice.
    fn held(&self, key: PartitionKey) -> u64;

    /// Whether enough was written since the last checkpoint that another is worth its cost.
    fn checkpoint_due(&self) -> bool;

    /// Stores the engine's state, which must be the state after the last submitted commit: the open commit must be empty.
    /// Given are the pages that changed since the call before, or since the pages that [`Replay::checkpoint`] was shown;
    /// each key once, in any order. It takes effect once those commits are durable; then their engine records need not be
    /// kept. Until then, and if a later one takes effect first, its pages count as part of that one. Returns at once.
    fn checkpoint(&mut self, pages: Vec<PageChange>);

    /// A question that only the engine can answer. Given once; the answer comes by [`Journal::resolve`] before the next one.
    fn inquiry(&mut self) -> Option<Inquiry>;

    /// Answers the inquiry as of the newest record appended, one set per range, in order.
    fn resolve(&mut self, live: Vec<SeqSet>);

    /// How much room there is for publishes.
    fn room(&self) -> Room;

    /// Asks for the log to be sealed as cleanly ended once everything submitted is durable. Nothing may be
    /// submitted afterwards. [`Journal::closed`] says when it is done.
    fn close(&mut self);

    /// Whether the seal asked for by [`Journal::close`] is durable.
    fn closed(&self) -> bool;

    /// Figures for operators.
    fn stats(&self) -> JournalStats;
}

/// How soon a commit must be synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// At once: somebody waits for it.
    Now,
    /// Within so many milliseconds.
    WithinMs(u64),
    /// Whenever it happens anyhow: with a later urgent commit, at a change of segment, at a clean stop.
    Whenever,
}

/// Where a message's content is.
pub enum Fetch {
    /// In memory.
    Ready(Arc<Message>),
    /// On disk: run this where blocking is allowed.
    Read(ReadMessage),
    /// Nowhere: it was forgotten or never existed.
    Gone,
}

/// A blocking read of one message.
pub type ReadMessage = Box<dyn FnOnce() -> Result<Arc<Message>, ReadError> + Send>;

/// Names one page of the engine's state: a number of the engine's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageKey(pub u128);

/// A page of the engine's state that changed: its content from here on, or `None` when it is gone.
pub type PageChange = (PageKey, Option<Vec<u8>>);

/// Which messages still live? Asked when the journal wants to give back the space of those that do not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inquiry {
    /// Ranges of seqs, each of one partition.
    pub ranges: Vec<(PartitionKey, RangeInclusive<Seq>)>,
}

/// How much room the log has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// Publishes are welcome.
    Enough,
    /// Publishes must be refused; the reserve is for settling, which frees space.
    Full,
}

/// Figures of a journal since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JournalStats {
    /// Commits that became durable.
    pub commits: u64,
    /// Bytes written to the log, padding included.
    pub bytes_written: u64,
    /// Syncs of the log.
    pub syncs: u64,
    /// Microseconds spent in those syncs.
    pub sync_us: u64,
    /// Segments that exist.
    pub segments: u64,
    /// Bytes of those segments on disk.
    pub segment_bytes: u64,
    /// Runs of sorted messages.
    pub runs: u64,
    /// Bytes of those on disk.
    pub run_bytes: u64,
    /// Checkpoints taken.
    pub checkpoints: u64,
    /// How often the changes of several checkpoints were folded into one.
    pub checkpoint_folds: u64,
    /// Bytes of bodies held in memory.
    pub cached_bytes: u64,
    /// Fetches answered from memory.
    pub cache_hits: u64,
    /// Fetches that needed the disk.
    pub cache_misses: u64,
}

/// What opening a journal found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Random, given when the store was made; tells one store from another.
    pub store_id: u128,
    /// The epoch that this opening began. It is durable.
    pub boot: BootEpoch,
    /// The log ended with a seal: nothing that was ever submitted is missing.
    pub clean: bool,
    /// The greatest log time that the journal itself knows of, milliseconds since the Unix epoch; 0 for a fresh store.
    pub log_ms: u64,
}

/// The engine's side of opening a journal: it is shown what was stored, in order.
pub trait Replay {
    /// The newest checkpoint: every page that is not gone, with ascending keys. Called at most once, before any record.
    ///
    /// # Errors
    /// The state cannot be read by this version, or contradicts itself.
    fn checkpoint(&mut self, pages: &mut dyn Iterator<Item = (PageKey, &[u8])>) -> Result<(), ReplayError>;

    /// One record that the checkpoint does not cover, in the order it was appended.
    ///
    /// # Errors
    /// The record cannot be read by this version, or contradicts the state.
    fn record(&mut self, record: ReplayRecord<'_>) -> Result<(), ReplayError>;

    /// Whether, as far as replayed, this message still lives. Asked for messages in segments that a checkpoint covers,
    /// and for every message at the end.
    fn is_live(&self, key: PartitionKey, seq: Seq) -> bool;

    /// Which messages of a partition live, as far as replayed. Says of every seq what [`Replay::is_live`] says, for many at once.
    fn live(&self, key: PartitionKey, seqs: RangeInclusive<Seq>) -> SeqSet;
}

/// What [`Replay::record`] is shown.
pub enum ReplayRecord<'a> {
    /// Messages with consecutive seqs from `first`.
    Messages {
        /// Their partition.
        key: PartitionKey,
        /// The first one's seq.
        first: Seq,
        /// The messages.
        messages: Vec<Arc<Message>>,
    },
    /// A record of the engine's own.
    Engine {
        /// Its kind, as it was appended.
        kind: u8,
        /// Whether a reader may skip it.
        critical: bool,
        /// The queue it is about; 0 for none.
        queue: QueueId,
        /// Its content.
        payload: &'a [u8],
    },
}

/// A write or sync failed, or the writer is gone. It is never tried again: the same pages may never reach the
/// disk while every retry reports success (PostgreSQL's "fsyncgate"; Rebello et al., ATC 2020).
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("the journal failed and takes no more: {reason}; what was not answered has an unknown outcome")]
pub struct Poisoned {
    /// The first error's text, with the file it met.
    pub reason: Arc<str>,
}

/// A message could not be read back.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum ReadError {
    /// The disk refused.
    #[error("reading message {key:?}/{seq} failed: {reason}")]
    Io {
        /// The message's partition.
        key: PartitionKey,
        /// The message.
        seq: Seq,
        /// The system's words.
        reason: Arc<str>,
    },
    /// What was read is not what was written.
    #[error("message {key:?}/{seq} is damaged on disk: {reason}")]
    Damaged {
        /// The message's partition.
        key: PartitionKey,
        /// The message.
        seq: Seq,
        /// What did not match.
        reason: Arc<str>,
    },
}

/// Stored state that the engine cannot take.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum ReplayError {
    /// Written by a later version.
    #[error("the store holds {what}, which this version does not know; it needs a later Longshore")]
    Unknown {
        /// The kind of thing that is not known.
        what: String,
    },
    /// It does not make sense.
    #[error("the store contradicts itself: {what}")]
    Contradiction {
        /// What was found.
        what: String,
    },
}
