//! The facts about the machine and the build without which a figure means nothing.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// Facts for the report's JSON line; what cannot be found out is null.
pub fn facts(data: &Path) -> Value {
    json!({
        "cpu": cpu_model(),
        "cores": std::thread::available_parallelism().map_or(1, usize::from),
        "kernel": first_line("/proc/sys/kernel/osrelease"),
        "memory_kib": first_line("/proc/meminfo").and_then(|line| number_in(&line)),
        "load_before": first_line("/proc/loadavg").and_then(|line| line.split(' ').next()?.parse::<f64>().ok()),
        "file_system": output("stat", &["-f", "-c", "%T", &data.display().to_string()]),
        "commit": output("git", &["rev-parse", "HEAD"]),
        "uncommitted_changes": output("git", &["status", "--porcelain", "-uno"]).map(|changes| !changes.is_empty()),
    })
}

/// A folder of its own for what is measured, in `parent`, or else on the disk that is built on.
pub fn data_folder(parent: Option<&Path>) -> Result<TempDir> {
    let parent = parent.map_or_else(build_folder, |parent| Ok(parent.to_owned()))?;
    Ok(tempfile::Builder::new().prefix("bench-").tempdir_in(parent)?)
}

/// The folder of this program's binary, which lies on the disk that is built on.
fn build_folder() -> Result<PathBuf> {
    Ok(std::env::current_exe()?.parent().context("a program lies in a folder")?.to_owned())
}

fn cpu_model() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn first_line(path: &str) -> Option<String> {
    Some(fs::read_to_string(path).ok()?.lines().next()?.to_owned())
}

fn number_in(line: &str) -> Option<u64> {
    line.split_whitespace().find_map(|word| word.parse().ok())
}

fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
