//! What the driver must do besides writing events: things that are not state.

use crate::core::lanes::LanesToRead;
use vocab::{PartitionKey, Seq};

/// Something to do outside of the state. Dropped on replay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Read this message and come back with [`crate::core::command::Command::Bury`].
    FetchToBury {
        /// Where it lives.
        key: PartitionKey,
        /// Which message.
        seq: Seq,
    },
    /// Read these messages and come back with their lanes in [`crate::core::command::Command::TakeLanes`].
    ReadLanes(LanesToRead),
}
