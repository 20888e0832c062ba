//! The pure state machine: no I/O, no clock, no threads, no async.

pub mod answer;
pub mod browse;
pub mod command;
pub mod decide;
pub mod dedup;
pub mod effect;
pub mod error;
pub mod event;
pub mod explain;
pub mod holders;
pub mod info;
pub mod lanes;
pub mod levels;
pub mod log;
pub mod machine;
pub mod pages;
pub mod passage;
pub mod redrive;
pub mod routers;
pub mod seqs;
pub mod shares;
pub mod sizes;
pub mod state;
pub mod subscription;
pub mod sweep;
pub mod timers;
pub mod waiters;

mod apply;

#[cfg(test)]
mod tests;
