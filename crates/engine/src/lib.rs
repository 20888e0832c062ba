//! The queue engine.

pub mod core;

pub use core::command::{Extension, LeaseTerms, Receive, Settle, Settlement, Transfer};
pub use core::error::{CreateQueueError, NoSuchQueue, PublishError, ReceiveError, SettleError, UpdateQueueError};
pub use core::info::{Annotations, Leased, MessageState, Peeked, QueueInfo, QueueStats, QueueTotals};
pub use journal::JournalStats;
