//! The protocol-free service: catalog, publish, receive, settle. The Rust API that a program can embed.

pub mod broker;
pub mod delivery;
pub mod error;

pub use broker::Broker;
pub use delivery::{Delivery, PeekedMessage};
pub use engine::{
    Annotations, CreateQueueError, Extension, JournalStats, LeaseTerms, Leased, MessageState, NoSuchQueue, Peeked,
    PublishError, QueueInfo, QueueStats, QueueTotals, Receive, ReceiveError, Settle, SettleError, Settlement, Transfer,
    UpdateQueueError,
};
pub use error::{Error, Unavailable};
