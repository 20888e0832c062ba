//! The driver: the only part of the engine that holds a journal, a clock and the outside world's replies.
//!
//! ```text
//!   inbox → tick, execute, pump → events → open commit → journal
//!                     ↓ answers, each with what it rests on
//!                   outbox ──── opens up to the durable position ────→ replies
//! ```

mod audit;
mod batch;
mod inbox;
mod lanes;
mod log_time;
mod observer;
mod outbox;
mod replay;
mod restored;
mod salvage;
mod shard;
mod signal;
#[cfg(test)]
mod tests;

pub use audit::{Audit, AuditedPartition};
pub use inbox::{Envelope, Inbox};
pub use log_time::LogTime;
pub use observer::{Happened, Observer};
pub use outbox::{Content, Reply};
pub use replay::Recovering;
pub use restored::SEQS_AHEAD;
pub use salvage::Salvage;
pub use shard::{Offload, Shard, Step};
pub use signal::Signal;
