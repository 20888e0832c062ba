//! Chromium and the scripts that drive it, or the reason why they are missing.

use clients::javascript::javascript;
use clients::python::{finish, skip};
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// What the browser is called on the systems that have it.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// The command that runs `javascript/scenarios.cjs`; `None` after it has noted the skip.
pub fn scenarios() -> Option<Command> {
    let Some(chromium) = chromium() else {
        skip("console", "chromium");
        return None;
    };
    let mut command = javascript()?.command();
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("console/javascript/scenarios.cjs"));
    command.env("LONGSHORE_CHROMIUM", chromium).env("LONGSHORE_SCREENSHOTS", screenshots());
    Some(command)
}

/// Runs one scenario against the console at this address.
pub fn run(command: &mut Command, scenario: &str, admin: SocketAddr) -> Output {
    finish(command.arg(scenario).env("LONGSHORE_CONSOLE", format!("http://{admin}")))
}

/// Runs one scenario that asks for things to be done, a line each on its standard output; `act` does them.
pub fn converse(command: &mut Command, scenario: &str, admin: SocketAddr, mut act: impl FnMut(&str)) -> Output {
    command.arg(scenario).env("LONGSHORE_CONSOLE", format!("http://{admin}"));
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut script = command.spawn().expect("the scenario starts");
    let mut answers = script.stdin.take().expect("its standard input is a pipe");
    let asked = script.stdout.take().expect("its standard output is a pipe");
    for line in BufReader::new(asked).lines() {
        act(&line.expect("the scenario speaks UTF-8"));
        writeln!(answers, "done").expect("the scenario waits for its answer");
    }
    script.wait_with_output().expect("the scenario ends")
}

fn chromium() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let mut places = std::env::split_paths(&folders).flat_map(|folder| NAMES.map(|name| folder.join(name)));
    places.find(|place| place.is_file())
}

/// Where pictures of every page go, for people to look at.
fn screenshots() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own file");
    test.ancestors().nth(3).expect("tests lie in target/debug/deps").join("console-screenshots")
}
