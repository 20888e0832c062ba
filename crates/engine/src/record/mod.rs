//! Events as records: the engine's own bytes in the journal.
//!
//! ```text
//!  kind  event         payload (numbers are varints unless said otherwise)
//!  16    Booted        epoch | clean u8 | at_ms
//!  17    QueueCreated  queue | at_ms | name bytes | settings JSON bytes | annotations JSON bytes
//!  18    QueueUpdated  queue | at_ms | settings JSON bytes | annotations JSON bytes
//!  19    QueueDeleted  queue
//!  20    Reserved      key | below
//!  21    Leased        key | subscription | at_ms | first epoch | end | ranges
//!  22    Acked         key | subscription | ranges
//!  23    Returned      key | subscription | why u8 | count | count × (seq | due_ms | record)
//!  24    Extended      key | subscription | count | count × (seq | deadline_ms)
//!  25    Transferred   key | subscription | seq | epoch | deliveries | end
//!  26    Removed       key | why u8 | over_below | ranges
//!  27    Buried        key | seq, where it is just one message
//!  40    RedriveStarted  queue | number | at_ms | to_move | end seq | per second, 0 for no limit
//!                        | target queue, 0 for none | target's name bytes if there is one
//!  41    Moved           key | number | position | next_ms | failed | trouble u8, 0 for none | ranges
//!  42    RedriveEnded    queue | number | at_ms | outcome u8
//!  43    RouterCreated   router | at_ms | router kind u8 | name bytes | settings JSON bytes | annotations JSON bytes
//!  44    RouterDeleted   router
//!  45    Bound           router | binding
//!  46    Unbound         router | binding
//!  53    Buried          key | ranges, where it is not just one message
//!  54    Dropped         key | ranges
//!  55    Hastened      key | subscription | ranges
//!  56    Carried       key | ranges
//!  50    Trimmed         key | over_below | ranges; a Removed whose queue was too long
//!
//!  key     queue | partition
//!  why     of a Removed: 0 expired, 1 purged, 2 deleted by an operator
//!  ranges  count | count × (first − last end, wrapping | length − 1)
//!  end     tag u8: 0 deadline_ms, 1 session, 2 claim (no number)
//!  router kind  1 direct, 2 fanout, 3 pattern, 4 headers
//!  binding      target u8: 0 queue, 1 router | target's id | key bytes | criteria | annotations bytes
//!  criteria     u8: 0 none, 1 all, 2 any | count × (name bytes | value) unless none
//!  value        u8: 0 any value, 1 text, 2 number as text, 3 bytes, 4 false, 5 true | bytes for 1 to 3
//!  record  deliveries | failures | first_delivered_ms | epoch | flags u8 (1 rejected, 2 reason) | reason bytes if flagged
//! ```
//!
//! `Published` is not here: messages are the journal's own record kind, so that it can index them. Leases of a session
//! are not journaled at all (design rule 7). Every kind is critical: a reader that does not know one must stop. A change
//! of a payload takes a new kind number; an old number keeps its meaning for ever.

mod decode;
mod encode;
mod parts;
mod redrive;
mod routers;

pub use decode::decode;
pub use encode::encode;

pub(crate) use parts::{put_end, put_record, take_end, take_record};
pub(crate) use redrive::{put_target, take_outcome, take_target, take_trouble};
pub(crate) use routers::{put_binding, put_router, take_binding, take_router};

pub(crate) mod kind {
    //! The numbers.
    pub(crate) const BOOTED: u8 = 16;
    pub(crate) const QUEUE_CREATED: u8 = 17;
    pub(crate) const QUEUE_UPDATED: u8 = 18;
    pub(crate) const QUEUE_DELETED: u8 = 19;
    pub(crate) const RESERVED: u8 = 20;
    pub(crate) const LEASED: u8 = 21;
    pub(crate) const ACKED: u8 = 22;
    pub(crate) const RETURNED: u8 = 23;
    pub(crate) const EXTENDED: u8 = 24;
    pub(crate) const TRANSFERRED: u8 = 25;
    pub(crate) const REMOVED: u8 = 26;
    pub(crate) const BURIED: u8 = 27;
    pub(crate) const REDRIVE_STARTED: u8 = 40;
    pub(crate) const MOVED: u8 = 41;
    pub(crate) const REDRIVE_ENDED: u8 = 42;
    pub(crate) const ROUTER_CREATED: u8 = 43;
    pub(crate) const ROUTER_DELETED: u8 = 44;
    pub(crate) const BOUND: u8 = 45;
    pub(crate) const UNBOUND: u8 = 46;
    pub(crate) const BURIED_TOGETHER: u8 = 53;
    pub(crate) const DROPPED: u8 = 54;
    pub(crate) const HASTENED: u8 = 55;
    pub(crate) const CARRIED: u8 = 56;
    pub(crate) const TRIMMED: u8 = 50;
}

#[cfg(test)]
mod tests;
