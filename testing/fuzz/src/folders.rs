//! Where the inputs of a target lie, and reading and keeping them.
//!
//! ```text
//!  corpus/TARGET/NAME           healthy inputs, committed; `longshore-fuzz --seed` writes them
//!  regressions/TARGET/NAME      inputs that failed once, committed with the fix; a hash until somebody names them
//! ```
//!
//! Invariant: files are read in order of their names, so that a seed means the same mutations everywhere.

use anyhow::{Context, Result};
use std::hash::Hasher as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// One file's content and where it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Where it lies.
    pub path: PathBuf,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// The healthy inputs of a target.
#[must_use]
pub fn corpus(target: &str) -> PathBuf {
    root().join("corpus").join(target)
}

/// The inputs that failed once.
#[must_use]
pub fn regressions(target: &str) -> PathBuf {
    root().join("regressions").join(target)
}

/// Every input of a target: the healthy ones, then those that failed once.
///
/// # Errors
/// A file cannot be read.
pub fn inputs(target: &str) -> Result<Vec<Input>> {
    let mut inputs = files(&corpus(target))?;
    inputs.extend(files(&regressions(target))?);
    Ok(inputs)
}

/// Keeps an input that failed, unless it is there already. Says where it lies.
///
/// # Errors
/// Inputs cannot be read, or this one cannot be written.
pub fn keep_failure(target: &str, bytes: &[u8]) -> Result<PathBuf> {
    if let Some(known) = inputs(target)?.into_iter().find(|known| known.bytes == bytes) {
        return Ok(known.path);
    }
    let path = regressions(target).join(format!("{:016x}", content_hash(bytes)));
    write(&path, bytes)?;
    Ok(path)
}

/// Writes a file and the folders it needs.
///
/// # Errors
/// They cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().expect("inputs lie in their target's folder");
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

/// The manifest of the program that hands the targets to libFuzzer.
#[must_use]
pub fn coverage_manifest() -> PathBuf {
    root().join("coverage/Cargo.toml")
}

/// Where cargo puts what it builds.
#[must_use]
pub fn cargo_target() -> PathBuf {
    let workspace = root().join("../..");
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), |dir| workspace.join(dir))
}

fn files(folder: &Path) -> Result<Vec<Input>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.with_context(|| format!("cannot list {}", folder.display()))?,
    };
    let mut inputs = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        inputs.push(Input { path, bytes });
    }
    inputs.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(inputs)
}

fn content_hash(bytes: &[u8]) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
