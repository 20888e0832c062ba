//! The task `test`: every test of the workspace with one command, no root and no system packages.
//!
//! The clients' tests drive the server as it ships, so its binary is built alone and set aside
//! before the workspace is built with the features that only tests switch on.

use crate::javascript;
use crate::python;
use crate::skipped::{self, Skipped};
use crate::step::{self, cargo};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs all tests, or with arguments those that the test runner picks by them.
pub fn run(arguments: &[String]) -> Result<()> {
    let skipped = Skipped::start()?;
    let server = server_under_test()?;
    let python = python_clients(&skipped)?;
    if let Some(python) = &python {
        javascript_clients(python, &skipped)?;
    }
    let equip = |command: &mut Command| {
        command.env("LONGSHORE_BIN", &server).env("LONGSHORE_SKIPPED", skipped.file());
        if let Some(python) = &python {
            command.env("LONGSHORE_PYTHON", python);
        }
    };
    if arguments.is_empty() {
        let mut documented = cargo(["test", "--doc", "--workspace", "--locked", "--quiet"]);
        equip(&mut documented);
        step::run("tests in documentation", &mut documented, "mend the examples named above")?;
    }
    let mut tests = runner(arguments);
    equip(&mut tests);
    step::run("tests", &mut tests, "mend the tests named above; `cargo xtask test NAME` runs one again")?;
    skipped.report()
}

/// nextest where it is installed, else cargo's own runner.
fn runner(arguments: &[String]) -> Command {
    let nextest = step::works("cargo", &["nextest", "--version"]);
    let mut command = if nextest {
        cargo(["nextest", "run", "--workspace", "--locked"])
    } else {
        cargo(["test", "--workspace", "--locked", "--lib", "--bins", "--tests", "--examples", "--no-fail-fast"])
    };
    if !nextest {
        command.env("RUST_TEST_THREADS", "2");
    }
    command.args(arguments);
    command
}

fn server_under_test() -> Result<PathBuf> {
    let mut build = cargo(["build", "--package", "longshore", "--locked", "--quiet"]);
    step::run("the server under test", &mut build, "the server must build first")?;
    let aside = step::target().join("under-test");
    let binary = aside.join("longshore");
    fs::create_dir_all(&aside)?;
    // A running server's file cannot be written over, but it can be replaced.
    let fresh = aside.join("longshore.fresh");
    fs::copy(step::target().join("debug/longshore"), &fresh).context("cannot set the server's binary aside")?;
    fs::rename(&fresh, &binary).context("cannot set the server's binary aside")?;
    Ok(binary)
}

/// The Python to run clients with; without one their tests are skipped, unless all are required.
fn python_clients(skipped: &Skipped) -> Result<Option<PathBuf>> {
    match python::ready() {
        Ok(python) => Ok(Some(python)),
        Err(error) if skipped::required() => Err(error),
        Err(error) => {
            eprintln!("no Python clients: {error:#}");
            skipped.add("boto3, AWS CLI, pika, Celery and JavaScript clients", "python3-venv, with PyPI in reach")?;
            Ok(None)
        }
    }
}

/// The JavaScript clients' packages; without them their tests are skipped, unless all are required.
fn javascript_clients(python: &Path, skipped: &Skipped) -> Result<()> {
    match javascript::ready(python) {
        Ok(()) => Ok(()),
        Err(error) if skipped::required() => Err(error),
        Err(error) => {
            eprintln!("no JavaScript clients: {error:#}");
            skipped.add("JavaScript clients", "them with `cargo xtask venv`, with npm's registry in reach")
        }
    }
}
