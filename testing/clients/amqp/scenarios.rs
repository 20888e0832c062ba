//! The scenarios of `python/*.py`: running one against any server, and what it is to say.
//!
//! What they say to RabbitMQ is recorded under `recorded/`; [`crate::rabbitmq`] keeps it true.

use clients::python::finish;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs one scenario against the server at `url`, and returns its transcript.
///
/// # Panics
///
/// When the scenario fails, with what it said until then.
pub(crate) fn play(python: &Path, url: &str, module: &str, name: &str) -> String {
    let output = finish(&mut script(python, url, &[module, name]));
    let said = String::from_utf8(output.stdout).expect("transcripts are UTF-8");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{module}.{name}:\n{said}{error}");
    said
}

/// The names of all scenarios, a module and a function each.
pub(crate) fn listed(python: &Path) -> Vec<(String, String)> {
    let output = finish(&mut script(python, "amqp://unused:1", &["--list"]));
    let listed = String::from_utf8(output.stdout).expect("names are UTF-8");
    let pair = |line: &str| line.split_once(' ').map(|(module, name)| (module.to_owned(), name.to_owned()));
    let listed: Vec<_> = listed.lines().filter_map(pair).collect();
    assert!(!listed.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    listed
}

/// Where RabbitMQ's side of a scenario is kept.
pub(crate) fn recorded(module: &str, name: &str) -> PathBuf {
    folder().join("recorded").join(module).join(name).with_extension("txt")
}

/// The first line in which two transcripts differ, shown with what leads up to it.
pub(crate) fn difference(expected: &str, said: &str) -> Option<String> {
    let (mut expected, mut said) = (expected.lines(), said.lines());
    let mut before = Vec::new();
    loop {
        match (expected.next(), said.next()) {
            (None, None) => return None,
            (Some(one), Some(other)) if one == other => before.push(one),
            (one, other) => {
                let lead = before[before.len().saturating_sub(6)..].join("\n");
                let end = "(the end)";
                return Some(format!("{lead}\nexpected: {}\nsaid:     {}", one.unwrap_or(end), other.unwrap_or(end)));
            }
        }
    }
}

fn script(python: &Path, url: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(python);
    command.arg(folder().join("python/run.py")).args(arguments).env("LONGSHORE_AMQP", url);
    command.env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONIOENCODING", "utf-8");
    command
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("amqp")
}
