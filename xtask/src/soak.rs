//! The task `soak`: what takes too long for every test run, round after round, with its output kept.
//!
//! A round is a stretch of simulated histories that no test run plays, kills of the real server, and minutes of fuzzing.
//! What each part prints goes to `docs/evidence/`, headed by the command, the commit and the machine.

use crate::step::{self, cargo};
use anyhow::{Context, Result};
use std::fs;
use std::process::Command;

/// Histories per round, and the first seed: test runs play the seeds below it.
const SEEDS: u64 = 5_000;
const SEED_FIRST: u64 = 100_000;
const KILLS: u64 = 100;
/// Seconds per fuzz target and round, for random changes and again for those that coverage guides.
const FUZZ_SECONDS: u64 = 60;

/// The product's profile.
const RELEASE: &str = "--profile=release";
/// The tests' profile, whose checks turn an overflow into a failure.
const CHECKED: &str = "--profile=dev";

/// Plays as many rounds as the argument says; one by default.
pub fn run(arguments: &[String]) -> Result<()> {
    let rounds: u64 = match arguments.first() {
        Some(rounds) => rounds.parse().with_context(|| format!("`{rounds}` is no number of rounds"))?,
        None => 1,
    };
    let server = ["build", "--release", "--package", "longshore", "--locked", "--quiet"];
    step::run("the server in release", &mut cargo(server), "the server must build first")?;
    let first = SEED_FIRST;
    let seeds = format!("{first}..{}", first + rounds * SEEDS);
    keep("histories", RELEASE, "longshore-sim", &["--seeds", &seeds])?;
    keep("kills", RELEASE, "longshore-crash", &["--kills", &(rounds * KILLS).to_string()])?;
    let seconds = (rounds * FUZZ_SECONDS).to_string();
    keep("fuzzing", CHECKED, "longshore-fuzz", &["all", &seconds])?;
    keep("fuzzing-guided", CHECKED, "longshore-fuzz", &["--guided", "all", &seconds])
}

/// Runs a package's program in a profile, and keeps what it prints.
fn keep(name: &str, profile: &str, package: &str, arguments: &[&str]) -> Result<()> {
    let mut command = cargo(["run", profile, "--package", package, "--locked", "--quiet", "--"]);
    command.args(arguments).env("LONGSHORE_BIN", step::target().join("release/longshore"));
    let printed = step::timed(name, || step::output(&mut command))?;
    let path = step::root().join("docs/evidence").join(format!("{name}.txt"));
    let head = format!("$ {package} {}\n{}\n", arguments.join(" "), circumstances()?);
    fs::create_dir_all(step::root().join("docs/evidence"))?;
    fs::write(&path, head + &printed).with_context(|| format!("cannot write {}", path.display()))?;
    eprintln!("── kept in docs/evidence/{name}.txt");
    Ok(())
}

/// When, of what, and on what.
fn circumstances() -> Result<String> {
    let mut commit = Command::new("git");
    commit.current_dir(step::root()).args(["log", "-1", "--format=commit %h of %cs"]);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let machine = step::output(Command::new("uname").args(["-srm"]))?;
    Ok(format!("{}, {cores} cores, {}", step::output(&mut commit)?.trim(), machine.trim()))
}
