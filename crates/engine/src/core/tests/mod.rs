//! Tests of the state machine: every rule by itself, and replay against live operation.

mod bench;
mod browsing;
mod buries;
mod dead_routes;
mod dedup;
mod holders; // who holds leases, and how long
mod holes;
mod lane_limits;
mod lanes;
mod leases;
mod length;
mod levels;
mod live;
mod operating;
mod pausing;
mod redrives;
mod refused;
mod replay;
mod routers;
mod salvages;
mod shares;
mod sweeps;
mod times;
mod transactions;

pub(super) use bench::Bench;
