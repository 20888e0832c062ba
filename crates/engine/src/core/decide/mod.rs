//! Commands to events and answers: every rule of the queue, and no change of state.
//!
//! Invariant: a decision reads the state after everything decided before it, and names in its events every value that it
//! chose. Nothing here can fail for a reason other than the rules.

mod bury;
mod catalog;
mod intervene;
mod length;
mod moves;
mod publish;
mod receive;
mod redrive;
mod routers;
mod settle;
mod tick;
mod transact;

pub use bury::Buried;
pub use moves::MoveVerdicts;
pub use receive::Picked;
pub use redrive::Onward;
pub use tick::Ticked;
pub use transact::{SharedFanOut, Verdicts, check_size};

use crate::core::event::Event;

/// Seqs that one step of what moves messages by itself looks through at once. The cost is that of the sets' containers, not of
/// the seqs.
pub(crate) const SEQS_PER_LOOK: u64 = 1 << 17;

/// What a command leads to: the events, in order, and what to answer.
#[derive(Debug)]
pub struct Decision<A> {
    /// Changes of state; none where nothing changes.
    pub events: Vec<Event>,
    /// The answer.
    pub answer: A,
}

impl<A> Decision<A> {
    /// An answer that changes nothing.
    pub(crate) fn unchanged(answer: A) -> Self {
        Self { events: Vec::new(), answer }
    }
}
