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
use vocab::{PartitionKey, Seq};

/// A state being read from a journal.
#[derive(Debug, Default)]
pub struct Recovering {
    state: State,
    lane_limits: LaneLimits,
}

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
        if let Event::Published { key, first, .. } = &event {
            self.check_order(*key, *first)?;
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
