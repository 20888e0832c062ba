//! The task `fuzz`: one decoder or recovery path, fed with changed corpus files for a while.

use crate::step::{self, cargo};
use anyhow::Result;

/// Hands the target's name and the seconds to the fuzzer.
pub fn run(arguments: &[String]) -> Result<()> {
    let mut fuzzer = cargo(["run", "--release", "--package", "longshore-fuzz", "--locked", "--quiet", "--"]);
    fuzzer.args(arguments);
    step::run("fuzzing", &mut fuzzer, "keep the input that failed in the target's corpus, then mend the decoder")
}
