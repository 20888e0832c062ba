//! From a journal to a state: the engine's side of recovery.
//!
//! Invariant: when recovery ends, the journal holds exactly the messages that live; anything else means that something
//! was lost or invented, and the store is not opened.

use crate::core::event::Event;
use crate::core::lanes::LaneLimits;
use crate::core::machine::Machine;
use crate::core::state::{State, Volatile};
use crate::record;
use crate::snapshot;
use journal::{Journal, PageKey, Replay, ReplayError, ReplayRecord, SeqSet};
use std::ops::RangeInclusive;
use std::sync::Arc;
use vocab::{Message, PartitionKey, Seq};

/// A state being read from a journal.
#[derive(Debug, Default)]
pub struct Recovering {
    pub(super) state: State,
    lane_limits: LaneLimits,
    /// The log that is replayed has holes: what does not fit is passed over instead of refused.
    over_holes: bool,
}

/// Stands for messages that a hole took, so that the state counts them as any others. At most so many at a time.
const PLACEHOLDERS_MAX: u64 = 65_536;

impl Replay for Recovering {
    fn checkpoint(&mut self, pages: &mut dyn Iterator<Item = (PageKey, &[u8])>) -> Result<(), ReplayError> {
        self.state = snapshot::decode(pages)?;
        Ok(())
    }

    fn record(&mut self, record: ReplayRecord<'_>) -> Result<(), ReplayError> {
        let event = match record {
            ReplayRecord::Messages { key, first, messages } => Event::Published { key, first, messages },
            ReplayRecord::Engine { kind, payload, .. } => record::decode(kind, payload)?,
        };
        if let Event::Published { key, first, messages } = &event {
            match self.check_order(*key, *first) {
                Ok(()) if self.over_holes => self.fill_hole(*key, *first, messages),
                Ok(()) => {}
                Err(_) if self.over_holes => return Ok(()),
                Err(contradiction) => return Err(contradiction),
            }
        }
        self.state.apply(&event);
        self.state.forgotten.clear();
        Ok(())
    }

    fn is_live(&self, key: PartitionKey, seq: Seq) -> bool {
        self.state.queues.get(&key.queue).is_some_and(|queue| queue.is_live(key.partition, seq))
    }

    fn live(&self, key: PartitionKey, seqs: RangeInclusive<Seq>) -> SeqSet {
        self.state.live_seqs(key, seqs)
    }
}

impl Recovering {
    /// For a machine that looks at lanes within these limits.
    #[must_use]
    pub fn with_lane_limits(lane_limits: LaneLimits) -> Self {
        Self { lane_limits, ..Self::default() }
    }

    /// For a log with holes, of which every record that can be read is shown: messages that a hole took count as living, until
    /// a later record ends them.
    #[must_use]
    pub fn over_holes() -> Self {
        Self { over_holes: true, ..Self::default() }
    }

    /// The state as far as it was replayed.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The machine, if the journal holds what the state says.
    ///
    /// # Errors
    /// The journal holds fewer or more messages than live.
    pub fn finish(mut self, journal: &impl Journal) -> Result<Machine, ReplayError> {
        for key in self.state.partitions() {
            let live = self.state.queues[&key.queue].live_count(key.partition);
            let held = journal.held(key);
            if live != held {
                let name = &self.state.queues[&key.queue].info.name;
                let what = format!("queue {name:?} (id {}) has {live} live messages, its log holds {held}", key.queue);
                return Err(ReplayError::Contradiction { what });
            }
        }
        self.state.volatile = Volatile { lane_limits: self.lane_limits, ..Volatile::default() };
        Ok(Machine { state: self.state, ..Machine::default() })
    }

    /// Seqs between the last message known and the next one were given out, or reserved and leapt over: which, nobody knows.
    fn fill_hole(&mut self, key: PartitionKey, first: Seq, messages: &[Arc<Message>]) {
        let next = |state: &State| Some(state.queues.get(&key.queue)?.log(key.partition)?.next);
        let published_ms = messages.first().map_or(0, |message| message.facts.published_ms);
        let mut placeholder = Message::with_body(Vec::new());
        placeholder.facts.published_ms = published_ms;
        let placeholder = Arc::new(placeholder);
        while let Some(from) = next(&self.state).filter(|from| *from < first) {
            let count = usize::try_from((first.0 - from.0).min(PLACEHOLDERS_MAX)).expect("a few thousand");
            let messages = vec![Arc::clone(&placeholder); count];
            self.state.apply(&Event::Published { key, first: from, messages });
        }
    }

    fn check_order(&self, key: PartitionKey, first: Seq) -> Result<(), ReplayError> {
        let log = self.state.queues.get(&key.queue).and_then(|queue| queue.log(key.partition));
        match log {
            Some(log) if first < log.next => Err(ReplayError::Contradiction {
                what: format!("messages of {key:?} from seq {first} follow seq {}", log.next.0 - 1),
            }),
            Some(_) | None => Ok(()),
        }
    }
}
