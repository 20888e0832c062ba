//! The journal's contract: what the engine may ask of a log, and the bytes that every log writes.
//!
//! What it is not: no files (that is `journal-file`) and no queue logic (that is `engine`).
//!
//! ```text
//!  contract       the Journal and Replay traits
//!  memory         the contract kept in memory, for tests and programs that need no disk
//!  conformance    what every journal must do, as tests
//!  frame > record > message_codec     the bytes, from the outside in; wire is their alphabet
//!  commit         the open commit, encoded as it is filled
//! ```

pub mod commit;
#[cfg(any(test, feature = "test-support"))]
pub mod conformance;
pub mod contract;
pub mod frame;
pub mod fuzz;
pub mod memory;
pub mod message_codec;
pub mod record;
pub mod wire;

pub use contract::{
    Fetch, Inquiry, Journal, JournalStats, Opened, PageChange, PageKey, Poisoned, ReadError, ReadMessage, Replay,
    ReplayError, ReplayRecord, Room, SeqSet, Urgency,
};
pub use memory::{MemoryJournal, MemoryStore};
