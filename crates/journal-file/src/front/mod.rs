//! [`FileJournal`]: the contract, as the engine sees it.
//!
//! It encodes what is appended, hands whole commits to the writer, and keeps the index of what became durable. It does no
//! I/O: what needs the disk is left to the writer, the preparer, or the caller of a [`Fetch::Read`].
//!
//! Invariants: a message is in the cache until it is durable and in the index from then on; a segment that the index points
//! into is held here.

mod compaction;

use crate::backup::Backups;
use crate::block_cache::BlockCache;
use crate::cache::Cache;
use crate::index::{Index, Slot};
use crate::message_read;
use crate::planner::Planner;
use crate::retirement::Segments;
use crate::runs::Runs;
use crate::shared::{CheckpointJob, PlacedPiece, Progress, Shared, Submitted, Written};
use journal::commit::{CommitMessages, OpenCommit, Place};
use journal::{Fetch, Inquiry, Journal, JournalStats, PageChange, Poisoned, Room, SeqSet, Urgency};
use std::cell::Cell;
use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::sync::Arc;
use vocab::clock::Clock;
use vocab::{Message, PartitionKey, Position, QueueId, Seq};

/// Commits whose memory is kept: one open, one waiting, one written.
const BUFFERS_KEPT: usize = 3;

/// While publishes are refused, a checkpoint is worth its cost this often: it lets segments go.
const CHECKPOINT_MS_FULL: u64 = 1000;

/// The journal on local disk.
pub struct FileJournal {
    shared: Arc<Shared>,
    clock: Arc<dyn Clock>,
    open_position: Position,
    open: OpenCommit,
    durable: Position,
    /// Of commits that are submitted and not durable, oldest first.
    in_flight: VecDeque<CommitMessages>,
    index: Index,
    cache: Cache,
    segments: Segments,
    runs: Runs,
    blocks: Arc<BlockCache>,
    planner: Planner,
    covered: Position,
    bytes_since_checkpoint: u64,
    /// Bytes of records that no checkpoint covers.
    uncovered_bytes: u64,
    /// Of the checkpoint handed over last: what it covers, and bytes of records that this is.
    handed_over: Option<(Position, u64)>,
    checkpoint_at_us: u64,
    buffers: Vec<OpenCommit>,
    done: VecDeque<Written>,
    /// Scratch for [`FileJournal::settle`].
    slots: Vec<Slot>,
    hits: Cell<u64>,
    misses: Cell<u64>,
}

/// What recovery found, for the front to go on with.
pub(crate) struct Found {
    pub(crate) last_position: Position,
    pub(crate) covered: Position,
    pub(crate) index: Index,
    pub(crate) segments: Segments,
    pub(crate) runs: Runs,
    /// Bytes of records that the checkpoint does not cover.
    pub(crate) uncovered_bytes: u64,
}

impl FileJournal {
    pub(crate) fn new(shared: Arc<Shared>, clock: Arc<dyn Clock>, found: Found) -> Self {
        let cache = Cache::new(shared.config.cache_bytes);
        let blocks = BlockCache::new(shared.config.block_cache_bytes, shared.config.read_ahead_bytes);
        Self {
            checkpoint_at_us: clock.mono_us(),
            shared,
            clock,
            open_position: found.last_position.next(),
            open: OpenCommit::default(),
            durable: found.last_position,
            in_flight: VecDeque::new(),
            index: found.index,
            cache,
            segments: found.segments,
            runs: found.runs,
            blocks: Arc::new(blocks),
            planner: Planner::default(),
            covered: found.covered,
            bytes_since_checkpoint: found.uncovered_bytes,
            uncovered_bytes: found.uncovered_bytes,
            handed_over: None,
            buffers: Vec::new(),
            done: VecDeque::new(),
            slots: Vec::new(),
            hits: Cell::new(0),
            misses: Cell::new(0),
        }
    }

    /// Has `callback` called whenever there may be something new to [`Journal::poll`]. It is called from other threads and
    /// must be quick.
    pub fn on_progress(&self, callback: Arc<dyn Fn(Progress) + Send + Sync>) {
        self.shared.set_on_progress(callback);
    }

    /// Where backups of this store are taken, also while it works.
    #[must_use]
    pub fn backups(&self) -> Backups {
        Backups::new(Arc::clone(&self.shared))
    }

    /// Takes in one commit that became durable.
    fn settle(&mut self, written: Written) {
        let mut messages = self.in_flight.pop_front().expect("what is written was submitted");
        self.segments.commit(&written.segment, written.position);
        let mut places = &messages.places[..];
        for run in &messages.runs {
            let (placed, later) = places.split_at(run.count as usize);
            places = later;
            let slots = &mut self.slots;
            self.cache.unpin(run, |number| {
                let seq = Seq(run.first.0 + u64::from(number));
                slots.push(slot(seq, placed[number as usize], &written));
            });
            self.segments.add_live(written.segment.id, self.slots.len() as u64);
            self.index.extend(run.key, self.slots.drain(..));
        }
        self.durable = written.position;
        if self.buffers.len() < BUFFERS_KEPT {
            messages.clear();
            self.buffers.push(OpenCommit { encoded: written.encoded, messages });
        }
    }

    fn retire(&mut self) {
        let retired = self.segments.take_retired(self.covered);
        if !retired.is_empty() {
            self.shared.state().retired.extend(retired);
            self.shared.wake_preparer();
        }
    }
}

fn slot(seq: Seq, place: Place, written: &Written) -> Slot {
    let at = written.pieces.partition_point(|piece| piece.start <= place.at) - 1;
    let PlacedPiece { start, offset } = written.pieces[at];
    Slot { seq, segment: written.segment.id, offset: offset + (place.at - start), len: place.len }
}

impl Journal for FileJournal {
    fn open_position(&self) -> Position {
        self.open_position
    }

    fn open_bytes(&self) -> usize {
        self.open.encoded.bytes.len()
    }

    fn append(&mut self, kind: u8, critical: bool, queue: QueueId, payload: &[u8]) {
        self.open.append(kind, critical, queue, payload);
    }

    fn append_messages(&mut self, key: PartitionKey, first: Seq, messages: &[Arc<Message>]) {
        if !messages.is_empty() {
            self.open.append_messages(key, first, messages);
            self.cache.pin(key, first, messages);
        }
    }

    fn can_submit(&self) -> bool {
        if self.is_overburdened() {
            // A checkpoint counts only when what it covers is durable, however little hurry that had.
            self.shared.hasten();
            return false;
        }
        self.shared.can_submit()
    }

    fn has_waiting(&self) -> bool {
        self.shared.has_waiting()
    }

    fn submit(&mut self, urgency: Urgency) {
        if self.open.is_empty() {
            if urgency == Urgency::Now {
                self.shared.hasten();
            }
            return;
        }
        let next = self.buffers.pop().unwrap_or_default();
        let commit = std::mem::replace(&mut self.open, next);
        self.bytes_since_checkpoint += commit.encoded.bytes.len() as u64;
        self.uncovered_bytes += commit.encoded.bytes.len() as u64;
        self.in_flight.push_back(commit.messages);
        self.shared.submit(Submitted { position: self.open_position, urgency, encoded: commit.encoded });
        self.open_position = self.open_position.next();
    }

    fn poll(&mut self) -> Result<Position, Poisoned> {
        let mut done = std::mem::take(&mut self.done);
        let (covered, outcomes) = {
            let mut state = self.shared.state();
            std::mem::swap(&mut done, &mut state.done);
            (state.covered, Vec::from(std::mem::take(&mut state.outcomes)))
        };
        for written in done.drain(..) {
            self.settle(written);
        }
        self.done = done;
        if covered > self.covered {
            self.covered = covered;
            self.segments.covered_moved();
            if let Some((_, bytes)) = self.handed_over.take_if(|(position, _)| *position <= covered) {
                self.uncovered_bytes -= bytes;
            }
        }
        self.retire();
        self.compact(outcomes);
        match self.shared.poisoned() {
            Some(poisoned) => Err(poisoned.clone()),
            None => Ok(self.durable),
        }
    }

    fn fetch(&self, key: PartitionKey, seq: Seq) -> Fetch {
        if let Some(message) = self.cache.get(key, seq) {
            self.hits.set(self.hits.get() + 1);
            return Fetch::Ready(Arc::clone(message));
        }
        if let Some(slot) = self.index.get(key, seq) {
            let segment = self.segments.file(slot.segment).expect("a segment that the index points into is held");
            self.misses.set(self.misses.get() + 1);
            return Fetch::Read(message_read::later(Arc::clone(segment), key, slot));
        }
        let Some(place) = self.runs.find(key, seq) else { return Fetch::Gone };
        let fetch = self.blocks.fetch(place);
        let counter = if matches!(fetch, Fetch::Ready(_)) { &self.hits } else { &self.misses };
        counter.set(counter.get() + 1);
        fetch
    }

    fn forget(&mut self, key: PartitionKey, seqs: RangeInclusive<Seq>) {
        if seqs.is_empty() {
            return;
        }
        self.cache.forget(key, seqs.clone());
        self.runs.forget(key, &seqs);
        let segments = &mut self.segments;
        self.index.forget(key, seqs, |segment| segments.remove_live(segment));
    }

    fn held(&self, key: PartitionKey) -> u64 {
        self.index.len(key) + self.cache.pinned(key) + self.runs.live_of(key)
    }

    fn checkpoint_due(&self) -> bool {
        let config = &self.shared.config;
        if self.bytes_since_checkpoint == 0 || self.shared.state().checkpoint_busy {
            return false;
        }
        let after_ms = if self.room() == Room::Full { CHECKPOINT_MS_FULL } else { config.checkpoint_ms };
        let due_at_us = self.checkpoint_at_us.saturating_add(after_ms.saturating_mul(1000));
        let gives_back = || self.segments.awaits_checkpoint(self.covered);
        self.bytes_since_checkpoint >= config.checkpoint_bytes
            || self.clock.mono_us() >= due_at_us
            || (self.bytes_since_checkpoint >= config.checkpoint_bytes / 4 && gives_back())
    }

    fn checkpoint(&mut self, pages: Vec<PageChange>) {
        assert!(self.open.is_empty(), "a checkpoint covers whole commits");
        let covers = Position(self.open_position.0 - 1);
        self.bytes_since_checkpoint = 0;
        self.handed_over = Some((covers, self.uncovered_bytes));
        self.checkpoint_at_us = self.clock.mono_us();
        self.shared.add_checkpoint(CheckpointJob { covers, pages: pages.into_iter().collect() });
    }

    fn inquiry(&mut self) -> Option<Inquiry> {
        self.planner.inquiry(&mut self.runs, &self.shared.config)
    }

    fn resolve(&mut self, live: Vec<SeqSet>) {
        let newest = if self.open.is_empty() { Position(self.open_position.0 - 1) } else { self.open_position };
        self.planner.told(&mut self.runs, live, newest);
    }

    fn room(&self) -> Room {
        self.shared.room()
    }

    fn close(&mut self) {
        assert!(self.open.is_empty(), "everything is submitted before close");
        self.shared.state().closing = true;
        self.shared.wake_writer();
    }

    fn closed(&self) -> bool {
        self.shared.state().closed && self.shared.poisoned().is_none()
    }

    fn stats(&self) -> JournalStats {
        let figures = self.shared.state().figures;
        JournalStats {
            commits: figures.commits,
            bytes_written: figures.bytes_written,
            syncs: figures.syncs,
            sync_us: figures.sync_us,
            segments: self.segments.len(),
            segment_bytes: self.segments.bytes(),
            runs: self.runs.len(),
            run_bytes: self.runs.bytes(),
            checkpoints: figures.checkpoints,
            checkpoint_folds: figures.checkpoint_folds,
            cached_bytes: self.cache.bytes() as u64,
            cache_hits: self.hits.get(),
            cache_misses: self.misses.get(),
        }
    }
}
