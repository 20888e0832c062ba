//! The state as pages, for the journal's checkpoints, and back.
//!
//! ```text
//!  key           bits  128      96      88           72              56    48     0
//!                      | queue  | kind  | partition  | subscription  | 0   | page |
//!
//!  kind 0  globals     version u8 = 2 | boot | next_queue | log_ms
//!  kind 1  info        created_ms | modified_ms | revision | name bytes | settings JSON | annotations JSON
//!  kind 2  counts      10 totals | logs: count | count × log | subscriptions: count | count × (id | progress per log)
//!  kind 3  log page    removed set | expiries: count × (place | ms)
//!  kind 4  progress    acked set | ahead set | back: count × place | waiting: count × (place | ms)
//!          page        | leases: count × (place | since_ms | end | record) | returned: count × (place | record)
//!  kind 5  dedup page  count | count × (place | ms | key 16 bytes)
//!  kind 8  redrives    messages redriven | newest number | count × redrive
//!  kind 9  routers     of queue 0, page 0: next router id
//!                      of a router's id in the queue's place, page 0: created_ms | router kind u8 | next binding
//!                        | name bytes | settings JSON | annotations JSON
//!                      the same, page n: count | count × (binding's number − 256 (n − 1) | binding)
//!  kind 12 drops       messages dropped, where there are any
//!  kind 10 levels page count × (level u8 | ready set) | away: count × (place | level u8)
//!  kind 11 sizes page  count × (place | bytes)
//!
//!  redrive       number | started_ms | to_move | end | position | next_ms | moved | failed | trouble u8, 0 for none
//!                | per second, 0 for no limit | target queue, 0 for none | target's name bytes if there is one
//!                | outcome u8, 0 while it runs | ended_ms if it ended
//!  log           next | reserved | floor | over_below | newest_ms | anchors: count × (seq | ms) | boots: count × (seq | boot)
//!  progress      cursor | next epoch | open
//!  set           bytes, none for an empty set: the seqs' low 32 bits in roaring's portable 32-bit format
//!  binding       as in the records ([`crate::record`])
//!  place         a seq's distance from the first seq of its page, 0 to 65,535
//! ```
//!
//! Numbers are varints, counts come first. A page is 65,536 seqs ([`crate::core::pages`]) and is given to the journal when
//! something in it changed: the cost of a checkpoint grows with what happened since the last one, not with the leases,
//! delayed messages and holes in the acknowledged that exist. What a page holds below the log's floor, and of the set
//! ahead below the cursor, means nothing: it left without its page being written. A kind that is not known needs a later
//! version; a kind whose layout changes gets another number. Timers and waiters are not stored: the first are derived, the
//! second end with the process.

mod contents;
mod decode;
mod encode;
mod key;
mod redrives;
mod routers;
mod sets;

pub use decode::decode;
pub use encode::{take_changed, take_everything};
pub use key::page_named;

pub(crate) const VERSION: u8 = 2;
