//! The whole state as bytes, for the journal's checkpoints, and back.
//!
//! ```text
//!  version u8 = 1 | boot | next_queue | log_ms | count | count × queue
//!
//!  queue         id | created_ms | modified_ms | revision | name bytes | settings JSON | annotations JSON | 10 totals
//!                | logs: count | count × log | subscriptions: count | count × (id | progress per log)
//!  log           next | reserved | floor | over_below | newest_ms | removed set
//!                | anchors: count × (seq | ms) | expiries: count × (seq | ms) | boots: count × (seq | boot)
//!  progress      cursor | next epoch | open | ahead set | acked set | back: count × seq | waiting: count × (seq | ms)
//!                | leases: count × (seq | since_ms | end | record) | returned: count × (seq | record)
//!  set           bytes in roaring's portable 64-bit format
//! ```
//!
//! Numbers are varints, counts come first. Size and time grow with leases, delayed messages and holes in the acknowledged,
//! not with messages at rest. Timers and waiters are not stored: the first are derived, the second end with the process.

mod decode;
mod encode;

pub use decode::decode;
pub use encode::encode;

pub(crate) const VERSION: u8 = 1;
