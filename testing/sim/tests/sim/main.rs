//! The simulator's tests: many seeds, one seed twice, every mutant, and every point of five small scripts.

mod burial_crash_points;
mod crash_points;
mod determinism;
mod lane_crash_points;
mod level_crash_points;
mod mutants;
mod seeds;
mod transaction_crash_points;
