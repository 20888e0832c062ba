//! Messages that leave their queue for others, being read: the next ones of a redrive, or those to be buried.
//!
//! Invariant: a batch holds at most [`MOVE_BATCH_BYTES`] and one message more, however large messages are. What it leaves
//! out is picked again.

use crate::core::command::{BuryFetched, Command, MoveFetched};
use crate::core::redrive::RedriveId;
use journal::{Fetch, Journal};
use std::sync::Arc;
use vocab::limits::MOVE_BATCH_BYTES;
use vocab::{Message, PartitionKey, Seq};

/// What messages are read for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Leaving {
    /// A redrive moves them.
    Moved(RedriveId),
    /// They are buried, by a sweep if so marked.
    Buried {
        /// Where they were.
        key: PartitionKey,
        /// Whether a sweep sets them aside.
        swept: bool,
    },
}

/// Messages of one partition, in order, at least one.
pub(super) struct Batch {
    leaving: Leaving,
    fetches: Vec<(Seq, Fetch)>,
}

impl Batch {
    /// These messages, as far as memory holds them or they can be read.
    pub(super) fn of(journal: &impl Journal, leaving: Leaving, key: PartitionKey, seqs: &[Seq]) -> Self {
        Self { leaving, fetches: seqs.iter().map(|seq| (*seq, journal.fetch(key, *seq))).collect() }
    }

    /// Whether reading it does not block.
    pub(super) fn is_in_memory(&self) -> bool {
        self.fetches.iter().all(|(_, fetch)| !matches!(fetch, Fetch::Read(_)))
    }

    /// Reads it, and says what is to be done with it. May block.
    pub(super) fn read(self) -> Command {
        let messages = read_all(self.fetches);
        match self.leaving {
            Leaving::Moved(id) => Command::Move(Box::new(MoveFetched { id, messages })),
            Leaving::Buried { key, swept } => Command::Bury(Box::new(BuryFetched { key, messages, swept })),
        }
    }
}

fn read_all(fetches: Vec<(Seq, Fetch)>) -> Vec<(Seq, Option<Arc<Message>>)> {
    let (mut messages, mut bytes) = (Vec::with_capacity(fetches.len()), 0);
    for (seq, fetch) in fetches {
        let message = match fetch {
            Fetch::Ready(message) => Some(message),
            Fetch::Read(read) => {
                read().inspect_err(|error| tracing::error!(%error, "a message cannot leave its queue")).ok()
            }
            Fetch::Gone => {
                tracing::error!(%seq, "a message that is to leave its queue is not in the journal");
                None
            }
        };
        bytes += message.as_ref().map_or(0, |message| message.content_bytes());
        messages.push((seq, message));
        if bytes >= MOVE_BATCH_BYTES {
            break;
        }
    }
    messages
}
