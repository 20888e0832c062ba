//! The task `bench`: the load tool in release, against the server in release.

use crate::step::{self, cargo};
use anyhow::Result;

/// Builds both, then hands the arguments to the load tool.
pub fn run(arguments: &[String]) -> Result<()> {
    let mut server = cargo(["build", "--release", "--package", "longshore", "--locked", "--quiet"]);
    step::run("the server in release", &mut server, "the server must build first")?;
    let tool =
        ["run", "--release", "--package", "longshore-benches", "--bin", "longshore-bench", "--locked", "--quiet"];
    let mut bench = cargo(tool);
    bench.arg("--").args(arguments).env("LONGSHORE_BIN", step::target().join("release/longshore"));
    step::run(
        "figures",
        &mut bench,
        "there are `sqs`, `amqp`, `fair`, `journal`, `store` and `browse`; leave the machine idle meanwhile",
    )
}
