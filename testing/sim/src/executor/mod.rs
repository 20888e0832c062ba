//! One thread that runs everything: clients' tasks, the shard, the store's writer, preparer and compactor, and time itself.
//!
//! Each turn the dice pick one of those that may have something to do, and it does one thing. Time stands still while
//! anything can be done; then it jumps to the next moment that somebody waits for. Now and then the dice let it move
//! earlier, or keep one part from its turns for a while, as a busy machine does.
//!
//! Invariant: what happens depends on the seed alone. [`Trace`] sums up every turn, so that two runs can be compared.

mod alarms;
mod part;
mod run;
mod tasks;
#[cfg(test)]
mod tests;
mod trace;

pub use alarms::{Alarms, Sleep};
pub use part::{Part, Progress};
pub use run::{Executor, Stopped};
pub use tasks::{Spawner, all, or_after};
pub use trace::Trace;
