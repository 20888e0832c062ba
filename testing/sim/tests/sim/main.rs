//! The simulator's tests: many seeds, one seed twice, every mutant, and every point of a small script.

mod crash_points;
mod determinism;
mod mutants;
mod seeds;
