//! The task `sim`: one seed, one whole simulated history, told on the terminal.

use crate::step::{self, cargo};
use anyhow::Result;

/// Hands the arguments to the simulator; a failing seed fails the task.
pub fn run(arguments: &[String]) -> Result<()> {
    let mut simulator = cargo(["run", "--package", "longshore-sim", "--locked", "--quiet", "--"]);
    simulator.args(arguments);
    step::run("simulation", &mut simulator, "the same seed gives the same history again: `cargo xtask sim SEED`")
}
