//! Traces: of the messages that are sampled, how long each step took, for whoever collects spans.
//!
//! ```text
//!  shard ── events ──→ Spotter ──┐                                     span      from                  to
//!                                ├─→ Traces ── take ──→ an exporter    publish   it came in            it is durable
//!  Broker::receive ── content ───┘                                     wait      published, or back    handed out
//!                                                                      work      handed out            settled, or back
//!                                                                      bury      back, or at once      in the dead-letter queue
//!                                                                      move      the same, by a redrive or by hand
//! ```
//!
//! What it is not: an exporter, which is the server's, nor stored: a span is lost with the process. Nothing here is waited for.
//!
//! Invariants: without [`Sampling`] none of this exists, and each hook costs a branch. Everything is bounded: what finds no room is
//! dropped and counted. A span's id follows from what it tells of, so that spans of one message agree on their parents although nothing
//! is remembered of a message that waits. A span of something that is journaled is handed over when that is durable.

mod following;
mod gathering;
mod names;
mod sampling;
mod span;
mod spotter;
mod watch;

pub use gathering::{Figures, Traces};
pub use sampling::Sampling;
pub use span::{Outcome, Span, Step};
pub(crate) use spotter::Spotter;
