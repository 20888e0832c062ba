//! Fuzzing of everything that reads bytes from outside: disks and clients.
//!
//! ```text
//!  targets      the table: a name and a plain function over bytes
//!  seeds        healthy inputs, written by the real encoders        -> corpus/TARGET/
//!  mutation     an input changed where formats are sensitive
//!  trial        one input given to one target, a panic caught       -> regressions/TARGET/
//!  campaign     many trials, by count or by the clock
//!  guided       the same targets under libFuzzer, in `coverage/`
//!  folders      where the inputs of a target lie
//! ```
//!
//! A target fails by panicking. Every test run replays the corpus, the regressions and a bounded number of mutations;
//! `longshore-fuzz` goes on for as long as it is told.
//!
//! What it is not: the targets' bodies, which live beside the code that they exercise.

pub mod campaign;
pub mod folders;
pub mod guided;
pub mod mutation;
pub mod seeds;
pub mod targets;
pub mod trial;
