//! One seed, one story: a machine, a store, a broker, its clients, and everything that happens to them.
//!
//! ```text
//!  plan ──► boot ──► census ──► clients at work, faults, weather ──► power loss | kill | stop ─┐
//!             ▲                                                                                │
//!             └──────────────────────────── several times ─────────────────────────────────────┘
//!  in the end: boot ──► census ──► drain ──► census ──► stop ──► boot ──► census ──► the checker, and vandals
//! ```

pub mod host;
pub mod outcome;
pub mod panics;
pub mod plan;
pub mod play;
pub mod queues;
pub mod vandal;

pub use outcome::{Failure, Outcome};
pub use play::play;
