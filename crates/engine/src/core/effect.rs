//! What the driver must do besides writing events: things that are not state.

use vocab::{PartitionKey, Seq};

/// Something to do outside of the state. Dropped on replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Read this message and come back with [`crate::core::command::Command::Bury`].
    FetchToBury {
        /// Where it lives.
        key: PartitionKey,
        /// Which message.
        seq: Seq,
    },
}
