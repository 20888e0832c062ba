//! The virtualenv's Python and the programs in it, or the reason why they are missing.
//!
//! A machine without them skips the tests that need them, and says so at the end of the run; where
//! `LONGSHORE_REQUIRE=all` is set, as in CI, a missing client fails.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// The virtualenv's Python; `None` after it has noted the skip.
///
/// # Panics
///
/// When it is missing and nothing may be skipped.
pub fn python() -> Option<PathBuf> {
    let beside = || {
        let test = std::env::current_exe().ok()?;
        Some(test.ancestors().nth(3)?.join("venv/bin/python"))
    };
    let python = std::env::var_os("LONGSHORE_PYTHON").map(PathBuf::from).or_else(beside);
    let python = python.filter(|python| python.exists());
    if python.is_none() {
        skip("boto3, AWS CLI, pika, Celery and JavaScript clients", "them with `cargo xtask venv`");
    }
    python
}

/// Notes that `what` does not run here, and what to install for it.
///
/// # Panics
///
/// When nothing may be skipped.
pub fn skip(what: &str, install: &str) {
    let required = std::env::var("LONGSHORE_REQUIRE").is_ok_and(|value| value == "all");
    assert!(!required, "{what} are required here: install {install}");
    eprintln!("skipped: {what} (install {install})");
    let Some(list) = std::env::var_os("LONGSHORE_SKIPPED") else { return };
    let list = std::fs::OpenOptions::new().append(true).create(true).open(list);
    let noted = list.and_then(|mut list| writeln!(list, "{what} (install {install})"));
    noted.expect("the test command's list of skips can be written");
}

/// Runs a client's command to its end.
///
/// # Panics
///
/// When it cannot be started.
pub fn finish(command: &mut Command) -> Output {
    let output = command.stdin(Stdio::null()).output();
    output.unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"))
}
