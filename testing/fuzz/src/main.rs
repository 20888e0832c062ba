//! `longshore-fuzz TARGET [SECONDS]`: one target, or `all`, fed with changes of its corpus for a while.
//!
//! With `--guided` before them, libFuzzer chooses the changes. `--seed` writes the corpus.

use anyhow::{Context, Result, bail};
use fuzz::campaign::{self, Until};
use fuzz::guided::Guided;
use fuzz::targets::{self, TARGETS, Target};
use fuzz::{folders, seeds};
use std::time::Duration;

const SECONDS: u64 = 60;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["--seed"] => seeds::write(),
        ["--guided", name, ref rest @ ..] => guided(&chosen(name)?, seconds(rest)?),
        [name, ref rest @ ..] if !name.starts_with('-') => random(&chosen(name)?, seconds(rest)?),
        _ => bail!("usage: longshore-fuzz [--guided] TARGET [SECONDS] | --seed\na target is {}", names()),
    }
}

fn chosen(name: &str) -> Result<Vec<Target>> {
    match targets::named(name) {
        Some(target) => Ok(vec![target]),
        None if name == "all" => Ok(TARGETS.to_vec()),
        None => bail!("there is no target `{name}`; a target is {}", names()),
    }
}

fn names() -> String {
    format!("`all` or one of {}", TARGETS.map(|target| target.name).join(", "))
}

fn seconds(rest: &[&str]) -> Result<u64> {
    match rest {
        [] => Ok(SECONDS),
        [seconds] => seconds.parse().with_context(|| format!("`{seconds}` is no number of seconds")),
        [_, unknown, ..] => bail!("`{unknown}` is one argument too many"),
    }
}

/// Changes at random, each target for so many seconds.
fn random(targets: &[Target], seconds: u64) -> Result<()> {
    let seed = std::process::id().into();
    println!("random changes, {seconds} s a target, seed {seed}");
    let mut failed = 0;
    for target in targets {
        let outcome = campaign::run(*target, seed, Until::Elapsed(Duration::from_secs(seconds)))?;
        let per_second = outcome.executions / outcome.elapsed.as_secs().max(1);
        let failure = outcome.failure.map(|failure| failure.to_string());
        failed += usize::from(failure.is_some());
        tell(target, outcome.executions, per_second, failure.as_deref());
    }
    verdict(failed)
}

/// Changes chosen by libFuzzer, each target for so many seconds.
fn guided(targets: &[Target], seconds: u64) -> Result<()> {
    let fuzzer = Guided::build(&folders::cargo_target())?;
    println!("guided by coverage, {seconds} s a target");
    let mut failed = 0;
    for target in targets {
        let report = fuzzer.run(target.name, seconds)?;
        failed += usize::from(report.failure.is_some());
        tell(target, report.executions, report.per_second, report.failure.as_deref());
    }
    verdict(failed)
}

fn tell(target: &Target, executions: u64, per_second: u64, failure: Option<&str>) {
    println!("{:<14} {executions:>12} executions {per_second:>9}/s  {}", target.name, failure.unwrap_or("no failure"));
}

fn verdict(failed: usize) -> Result<()> {
    if failed == 0 { Ok(()) } else { bail!("{failed} targets failed") }
}
