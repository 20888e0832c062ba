//! Running one command as one step: a line before, a line with its duration after, and an error
//! that carries the command to type.

use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// The workspace's root folder.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("xtask lies directly in the workspace's root").to_owned()
}

/// Where cargo puts what it builds.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// A `cargo` command in the workspace's root, the same cargo that started this program.
pub fn cargo<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.current_dir(root()).args(arguments);
    command
}

/// Runs `command` with its output shown; `fix` says what to do when it fails.
pub fn run(title: &str, command: &mut Command, fix: &str) -> Result<()> {
    timed(title, || {
        let status =
            command.stdin(Stdio::null()).status().with_context(|| format!("cannot start `{}`", shown(command)))?;
        if !status.success() {
            bail!("{title} failed ({status}): {fix}\n       the command was `{}`", shown(command));
        }
        Ok(())
    })
}

/// Runs `work` between two lines that say what it is and how long it took.
pub fn timed<T>(title: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("── {title}");
    let start = Instant::now();
    let result = work()?;
    eprintln!("── {title}: done in {:.1} s", start.elapsed().as_secs_f64());
    Ok(result)
}

/// What `command` prints, or an error that holds what it complained about.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start `{}`", shown(command)))?;
    if !output.status.success() {
        bail!("`{}` failed:\n{}", shown(command), String::from_utf8_lossy(&output.stderr).trim_end());
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{}` printed something that is not UTF-8", shown(command)))
}

/// Whether `program` is there and succeeds with these arguments; it is asked quietly.
pub fn works(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}
