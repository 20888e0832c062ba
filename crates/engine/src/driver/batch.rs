//! The messages that a redrive moves next, being read.
//!
//! Invariant: a batch holds at most [`REDRIVE_BATCH_BYTES`] and one message more, however large messages are. What it leaves
//! out is picked again.

use crate::core::command::MoveFetched;
use crate::core::redrive::RedriveId;
use journal::{Fetch, Journal};
use vocab::limits::REDRIVE_BATCH_BYTES;
use vocab::{PartitionKey, Seq};

/// Messages of one redrive, in order, at least one.
pub(super) struct Batch {
    id: RedriveId,
    fetches: Vec<(Seq, Fetch)>,
}

impl Batch {
    /// These messages, as far as memory holds them or they can be read.
    pub(super) fn of(journal: &impl Journal, id: RedriveId, key: PartitionKey, seqs: &[Seq]) -> Self {
        Self { id, fetches: seqs.iter().map(|seq| (*seq, journal.fetch(key, *seq))).collect() }
    }

    /// Whether reading it does not block.
    pub(super) fn is_in_memory(&self) -> bool {
        self.fetches.iter().all(|(_, fetch)| !matches!(fetch, Fetch::Read(_)))
    }

    /// Reads it. May block.
    pub(super) fn read(self) -> MoveFetched {
        let (mut messages, mut bytes) = (Vec::with_capacity(self.fetches.len()), 0);
        for (seq, fetch) in self.fetches {
            let message = match fetch {
                Fetch::Ready(message) => Some(message),
                Fetch::Read(read) => {
                    read().inspect_err(|error| tracing::error!(%error, "a message cannot be moved")).ok()
                }
                Fetch::Gone => {
                    tracing::error!(%seq, "a message that is to be moved is not in the journal");
                    None
                }
            };
            bytes += message.as_ref().map_or(0, |message| message.content_bytes());
            messages.push((seq, message));
            if bytes >= REDRIVE_BATCH_BYTES {
                break;
            }
        }
        MoveFetched { id: self.id, messages }
    }
}
