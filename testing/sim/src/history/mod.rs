//! What clients saw: every call when it was made, every answer when it came, every end and start of the broker.
//!
//! What it is not: anything the broker knows and did not tell. The checker reads nothing but this.

pub mod record;
pub mod story;

pub use record::{
    Call, Chosen, Ending, Event, Handed, History, Labels, OpId, Reply, Seen, Sent, Uid, What, priority_of,
};
