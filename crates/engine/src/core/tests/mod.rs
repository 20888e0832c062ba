//! Tests of the state machine: every rule by itself, and replay against live operation.

mod bench;
mod buries;
mod leases;
mod live;
mod redrives;
mod replay;
mod times;

pub(super) use bench::Bench;
