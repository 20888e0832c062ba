//! The messages whose lanes are asked for, being read.
//!
//! Invariant: the lanes are those before the first message that the disk refuses to give, so that nothing behind it is taken
//! for the head of its lane.

use crate::core::lanes::{LaneKey, LanesRead, LanesToRead};
use journal::{Fetch, Journal, ReadError};
use vocab::Seq;

/// Messages of one partition, in the order asked.
pub(super) struct LaneReading {
    asked: LanesToRead,
    fetches: Vec<Fetch>,
}

impl LaneReading {
    /// These messages, as far as memory holds them or they can be read.
    pub(super) fn of(journal: &impl Journal, asked: LanesToRead) -> Self {
        let fetches = asked.seqs.iter().map(|seq| journal.fetch(asked.key, *seq)).collect();
        Self { asked, fetches }
    }

    /// Whether reading it does not block.
    pub(super) fn is_in_memory(&self) -> bool {
        self.fetches.iter().all(|fetch| !matches!(fetch, Fetch::Read(_)))
    }

    /// Reads it. May block.
    pub(super) fn read(self) -> LanesRead {
        let Self { asked, fetches } = self;
        let lanes = fetches.into_iter().zip(&asked.seqs).map_while(|(fetch, seq)| lane_of(fetch, *seq)).collect();
        LanesRead { asked, lanes }
    }
}

/// The lane of a message; `None` if the disk refuses to give it, which may pass. One that is damaged is alone in its lane:
/// whoever receives it is told of the damage.
fn lane_of(fetch: Fetch, seq: Seq) -> Option<LaneKey> {
    match fetch {
        Fetch::Ready(message) => Some(LaneKey::of(&message, seq)),
        Fetch::Read(read) => {
            let read = read().inspect_err(|error| tracing::error!(%error, "the lane of a message cannot be read"));
            match read {
                Ok(message) => Some(LaneKey::of(&message, seq)),
                Err(ReadError::Io { .. }) => None,
                Err(ReadError::Damaged { .. }) => Some(LaneKey::alone(seq)),
            }
        }
        // It left meanwhile.
        Fetch::Gone => Some(LaneKey::alone(seq)),
    }
}
