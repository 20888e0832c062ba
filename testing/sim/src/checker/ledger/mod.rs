//! A history sorted by call, queue, message and lease, so that each rule reads only what it judges.
//!
//! Events are named by their places in the history; a greater place is later for every client.

mod build;
pub mod entries;
pub mod repeats;

pub use entries::{Census, Deed, DeedKind, Lease, Ledger, Message, Op, Queue, Sighting, Verdict};
pub use repeats::{DedupName, Standing};
