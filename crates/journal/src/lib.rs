//! The journal's contract: what the engine may ask of a log, and the bytes that every log writes.
//!
//! What it is not: no files (that is `journal-file`) and no queue logic (that is `engine`).

pub mod contract;
pub mod wire;

pub use contract::{
    Fetch, Journal, JournalStats, Opened, Poisoned, ReadError, ReadMessage, Replay, ReplayError, ReplayRecord, Room,
    Urgency,
};
