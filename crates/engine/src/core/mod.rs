//! The pure state machine: no I/O, no clock, no threads, no async.

pub mod command;
pub mod effect;
pub mod error;
pub mod info;
