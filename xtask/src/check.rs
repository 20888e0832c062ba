//! The task `check`: what CI runs, and the very test command that the README gives.

use crate::step::{self, cargo};
use crate::{deny, test, tidy};
use anyhow::Result;

/// Cheap checks first; the tests last, so that their summary closes the output.
pub fn run(_arguments: &[String]) -> Result<()> {
    step::run("format", &mut cargo(["fmt", "--all", "--check"]), "run `cargo fmt --all`")?;
    tidy::run(&[])?;
    deny::run(&[])?;
    let mut clippy = cargo(["clippy", "--workspace", "--all-targets", "--locked", "--quiet", "--", "-D", "warnings"]);
    step::run("clippy", &mut clippy, "mend what it points at")?;
    test::run(&[])
}
