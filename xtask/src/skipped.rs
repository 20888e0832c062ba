//! What a run left out because this machine lacks something, told at the end in one place.
//!
//! Tests and tasks append a line `X (install Y)` to one file, named to the tests by
//! `LONGSHORE_SKIPPED`. With `LONGSHORE_REQUIRE=all`, as in CI, a skip is a failure, but for
//! what `LONGSHORE_OPTIONAL` names: what the machine cannot install.

use crate::step;
use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The file of one run's skips.
pub struct Skipped {
    file: PathBuf,
}

impl Skipped {
    /// Starts with nothing skipped.
    pub fn start() -> Result<Self> {
        let file = step::target().join("skipped.txt");
        fs::create_dir_all(step::target())?;
        fs::write(&file, "").with_context(|| format!("cannot write {}", file.display()))?;
        Ok(Self { file })
    }

    /// Where tests append their own.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Notes that `what` was left out; `install` would change that.
    pub fn add(&self, what: &str, install: &str) -> Result<()> {
        let mut file = OpenOptions::new().append(true).open(&self.file)?;
        writeln!(file, "{what} (install {install})").context("cannot note a skip")
    }

    /// Prints what was skipped; fails if nothing may be.
    pub fn report(&self) -> Result<()> {
        let text = fs::read_to_string(&self.file).context("cannot read the list of skips")?;
        let lines: BTreeSet<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        for line in &lines {
            println!("skipped: {line}");
        }
        let optional = std::env::var("LONGSHORE_OPTIONAL").unwrap_or_default();
        let is_optional = |line: &&str| !optional.is_empty() && line.starts_with(&format!("{optional} "));
        if !lines.iter().all(is_optional) && required() {
            bail!("LONGSHORE_REQUIRE=all lets nothing be skipped: install the above, or unset it");
        }
        Ok(())
    }
}

/// Whether everything must run.
pub fn required() -> bool {
    std::env::var("LONGSHORE_REQUIRE").is_ok_and(|value| value == "all")
}
