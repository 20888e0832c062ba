//! A place to look on from: every event, at the moment it is written to the open commit.
//!
//! What it is not: a reader of the log, or of anybody's state. An observer is called on the shard's thread and must not wait.
//!
//! Invariants: events are shown in the order of the log, those that are not journaled among them; what is shown may still be lost until
//! its position is durable.

use crate::core::answer::Hurry;
use crate::core::event::Event;
use crate::core::passage::Passage;
use vocab::{DoorCode, Position};

/// Events of one decision, or of a few.
#[derive(Clone, Copy, Debug)]
pub struct Happened<'a> {
    /// The events.
    pub events: &'a [(Event, Hurry)],
    /// Which messages became which in them.
    pub passages: &'a [Passage],
    /// The door that asked for it; 0 where nobody did.
    pub door: DoorCode,
    /// When that was put into the inbox, monotonic time in microseconds; 0 where nobody noted it.
    pub since_us: u64,
    /// The commit that they are, or would be, in.
    pub position: Position,
    /// Log time, milliseconds.
    pub at_ms: u64,
}

/// Who looks on.
pub trait Observer: Send {
    /// Something happened.
    fn observe(&mut self, happened: &Happened<'_>);

    /// Everything up to this position is durable.
    fn advance(&mut self, durable: Position);
}
