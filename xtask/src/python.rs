//! The virtualenv of the Python clients: `target/venv`, filled from one pinned list.
//!
//! It is made once and again only when the list changes; nothing outside `target/` is touched.

use crate::{javascript, step};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const REQUIREMENTS: &str = "testing/clients/requirements.txt";

/// The task `venv`, with the JavaScript clients beside it.
pub fn run(_arguments: &[String]) -> Result<()> {
    let python = ready()?;
    javascript::ready(&python)?;
    println!("{}", python.display());
    Ok(())
}

/// The virtualenv's Python, with every pinned client installed.
pub fn ready() -> Result<PathBuf> {
    let venv = step::target().join("venv");
    let wanted = fs::read_to_string(step::root().join(REQUIREMENTS)).context("cannot read the list of clients")?;
    let python = venv.join("bin/python");
    // Written last, so that a run which was interrupted starts over.
    let stamp = venv.join("installed-requirements.txt");
    if python.exists() && fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    step::timed("virtualenv with boto3, the AWS CLI, pika, Celery and Node", || {
        make(&venv)?;
        install(&python)?;
        fs::write(&stamp, &wanted).context("cannot mark the virtualenv as complete")
    })?;
    Ok(python)
}

/// Makes an empty virtualenv that has pip, with whatever of the usual tools this machine has.
fn make(venv: &Path) -> Result<()> {
    if venv.exists() {
        fs::remove_dir_all(venv).context("cannot remove the old virtualenv")?;
    }
    let path = venv.to_str().context("the target folder's name is not UTF-8")?;
    if !step::works("python3", &["--version"]) {
        bail!("there is no python3: install Python 3.10 or newer");
    }
    let ways: [&[&str]; 3] = [
        &["-m", "venv", path],
        &["-m", "virtualenv", "--quiet", path],
        // Debian's Python without `python3-venv` has no ensurepip; a pip from elsewhere can still fill the folder.
        &["-m", "venv", "--without-pip", path],
    ];
    for way in ways {
        if step::works("python3", way) && (has_pip(venv) || lend_pip(venv)) {
            return Ok(());
        }
    }
    bail!("python3 cannot make a virtualenv here: install python3-venv (Debian: `apt-get install python3-venv`)")
}

fn has_pip(venv: &Path) -> bool {
    venv.join("bin/python").to_str().is_some_and(|python| step::works(python, &["-m", "pip", "--version"]))
}

/// Lets the system's pip put a pip into the virtualenv.
fn lend_pip(venv: &Path) -> bool {
    venv.to_str()
        .is_some_and(|path| step::works("python3", &["-m", "pip", "--python", path, "install", "--quiet", "pip"]))
}

fn install(python: &Path) -> Result<()> {
    let mut pip = Command::new(python);
    pip.current_dir(step::root());
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", REQUIREMENTS]);
    step::output(&mut pip).context("pip could not install the clients: is PyPI reachable?")?;
    Ok(())
}
