//! The task `fuzz`: one decoder or recovery path, fed with changed corpus files for a while.

use crate::step::{self, cargo};
use anyhow::Result;

/// Hands the target's name and the seconds to the fuzzer; `--guided` before them lets libFuzzer choose the changes. Not
/// in release: there an overflow or a broken assertion would pass unnoticed.
pub fn run(arguments: &[String]) -> Result<()> {
    let mut fuzzer = cargo(["run", "--package", "longshore-fuzz", "--locked", "--quiet", "--"]);
    fuzzer.args(arguments);
    step::run("fuzzing", &mut fuzzer, "commit the input that failed with the mended decoder: every test run replays it")
}
