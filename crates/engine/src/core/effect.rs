//! What the driver must do besides writing events: things that are not state.

use crate::core::lanes::LanesToRead;
use crate::core::redrive::RedriveId;
use vocab::{PartitionKey, Seq};

/// Something to do outside of the state. Dropped on replay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Read these messages, or the first of them, and come back with [`crate::core::command::Command::Bury`].
    FetchToBury {
        /// Where they live.
        key: PartitionKey,
        /// Which messages, in order; at least one.
        seqs: Vec<Seq>,
        /// Whether a sweep sets them aside.
        swept: bool,
    },
    /// Read these messages and come back with their lanes in [`crate::core::command::Command::TakeLanes`].
    ReadLanes(LanesToRead),
    /// Read these messages, or the first of them, and come back with [`crate::core::command::Command::Move`].
    FetchToMove {
        /// For which redrive.
        id: RedriveId,
        /// Where they live.
        key: PartitionKey,
        /// Which messages, in order; at least one.
        seqs: Vec<Seq>,
    },
}
