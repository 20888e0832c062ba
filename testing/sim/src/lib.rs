//! Deterministic simulation of the whole broker: one seed is one whole history.
//!
//! ```text
//!  dice ──► scenario ──► clients ──► the broker ──► the store ──► disk
//!               │            │          (the product, unchanged)
//!               │            └──► history ──► checker
//!               └──► executor: whose turn is it, and what time
//! ```
//!
//! The product runs as it is, on one thread, with the simulator's clock, randomness and disk behind its seams. What it is
//! not: a mock of anything of ours.

pub mod checker;
pub mod clients;
pub mod coverage;
pub mod dice;
pub mod disk;
pub mod executor;
pub mod history;
pub mod scenario;

pub use scenario::{Failure, Outcome, play};
