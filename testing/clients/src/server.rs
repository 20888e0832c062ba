//! One server process over its own data folder: start, kill, start again, stop politely.
//!
//! Invariants: the folder outlives the process, so what a killed server kept can be looked at by the
//! next one. The log is kept and printed only when the test fails.

use crate::program::Program;
use crate::wait::{SOON, until};
use rustix::process::{Pid, Signal, kill_process};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;
use tempfile::TempDir;

/// A running server.
pub struct Server {
    folder: TempDir,
    arguments: Vec<String>,
    program: Program,
    sqs: SocketAddr,
}

impl Server {
    /// Starts a server in an empty folder, on free ports, with AWS's limits.
    pub fn start() -> Self {
        Self::start_with(&["--sqs-limits", "aws"])
    }

    /// The same with its own limits, and with these arguments of `longshore serve`.
    pub fn start_with(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the server's data");
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let (program, sqs) = serve(folder.path(), &arguments);
        Self { folder, arguments, program, sqs }
    }

    /// Where it speaks SQS.
    pub fn sqs(&self) -> SocketAddr {
        self.sqs
    }

    /// Where its metrics are, if it was started with `--admin`.
    ///
    /// # Panics
    ///
    /// When it was not.
    pub fn admin(&self) -> SocketAddr {
        let said = self.program.said();
        said.lines().find_map(|line| address(line, "admin=")).expect("the ready line tells the admin door")
    }

    /// The endpoint URL to give to a client.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.sqs)
    }

    /// The URL to give to an AMQP client, if it was started with `--amqp`.
    ///
    /// # Panics
    ///
    /// When it was not.
    pub fn amqp_url(&self) -> String {
        let said = self.program.said();
        let amqp = said.lines().find_map(|line| address(line, "amqp=")).expect("the ready line tells the AMQP door");
        format!("amqp://guest:guest@{amqp}")
    }

    /// The URL of a queue of this name, whether it exists or not.
    pub fn queue_url(&self, name: &str) -> String {
        format!("http://{}/000000000000/{name}", self.sqs)
    }

    /// Its data folder.
    pub fn data(&self) -> PathBuf {
        data(self.folder.path())
    }

    /// The process's resident memory, in bytes.
    pub fn memory_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.program.id())).expect("a running process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("Linux tells the resident size");
        let kib: u64 = line.trim().trim_end_matches(" kB").parse().expect("the size is a number of KiB");
        kib * 1024
    }

    /// Everything it has logged since it was last started.
    pub fn log(&self) -> String {
        self.program.said()
    }

    /// Whether the process is still there.
    pub fn is_running(&mut self) -> bool {
        self.program.ended().is_none()
    }

    /// Pulls the plug: `kill -9`.
    pub fn kill(&mut self) {
        self.signal(Signal::KILL);
        until("the killed server to be gone", SOON, || self.program.ended());
    }

    /// Starts again over the same folder, on ports of its own.
    pub fn restart(&mut self) {
        assert!(!self.is_running(), "kill or stop it first");
        (self.program, self.sqs) = serve(self.folder.path(), &self.arguments);
    }

    /// Pulls the plug and starts again.
    pub fn kill_and_restart(&mut self) {
        self.kill();
        self.restart();
    }

    /// Asks it to stop (`SIGTERM`) without waiting for the end.
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Waits until it has ended by itself.
    pub fn ended_within(&mut self, limit: Duration) -> ExitStatus {
        until("the server to end", limit, || self.program.ended())
    }

    fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.program.id()).expect("process ids fit");
        let id = Pid::from_raw(id).expect("a process id is positive");
        kill_process(id, signal).expect("the server is our own child");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.program.kill();
        if std::thread::panicking() {
            eprintln!("--- the server's log ---\n{}--- end of the server's log ---", self.log());
        }
    }
}

fn data(folder: &Path) -> PathBuf {
    folder.join("data")
}

fn serve(folder: &Path, arguments: &[String]) -> (Program, SocketAddr) {
    let mut command = Command::new(binary());
    command.current_dir(folder).arg("serve").arg("--data").arg(data(folder));
    command.args(["--sqs", "127.0.0.1:0"]).args(arguments);
    for door in ["--amqp", "--admin"] {
        if !arguments.iter().any(|argument| argument == door) {
            command.args([door, "off"]);
        }
    }
    let mut program = Program::start(&mut command);
    let sqs = until("the server's ready line", SOON, || {
        let said = program.said();
        if program.ended().is_some() {
            panic!("the server ended before it was ready:\n{said}");
        }
        said.lines().find_map(ready)
    });
    (program, sqs)
}

/// The SQS address in the line that says `ready`.
pub fn ready(line: &str) -> Option<SocketAddr> {
    address(line, "sqs=")
}

/// The admin door's address in a `ready` line of the server's log.
pub fn admin_ready(line: &str) -> Option<SocketAddr> {
    address(line, "admin=")
}

/// The AMQP address in a `ready` line of the server's log.
pub fn amqp_ready(line: &str) -> Option<SocketAddr> {
    address(line, "amqp=")
}

fn address(line: &str, door: &str) -> Option<SocketAddr> {
    let (_, after) = line.split_once("ready")?;
    let (_, address) = after.split_once(door)?;
    let end = address.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(address.len());
    address[..end].parse().ok()
}

/// The server's binary: what the test command names, else what stands beside this test.
pub fn binary() -> PathBuf {
    if let Some(named) = std::env::var_os("LONGSHORE_BIN") {
        return named.into();
    }
    let test = std::env::current_exe().expect("a test knows its own file");
    let debug = test.ancestors().nth(2).expect("tests lie in target/debug/deps");
    let binary = debug.join("longshore");
    assert!(binary.exists(), "there is no {}: run `cargo build -p longshore`, or `cargo xtask test`", binary.display());
    binary
}

#[cfg(test)]
mod tests {
    use super::ready;

    fn check(line: &str, expected: Option<&str>) {
        assert_eq!(ready(line).map(|address| address.to_string()).as_deref(), expected, "{line}");
    }

    #[test]
    fn the_ready_line_tells_the_address() {
        check("2026-01-01T00:00:00Z  INFO ready sqs=127.0.0.1:4000 admin=off", Some("127.0.0.1:4000"));
        check("INFO ready sqs=[::1]:9324", Some("[::1]:9324"));
        check("INFO opening sqs=127.0.0.1:4000", None);
        check("INFO ready admin=127.0.0.1:9325", None);
        assert_eq!(super::address("INFO ready sqs=[::1]:1 admin=[::1]:2", "admin="), "[::1]:2".parse().ok());
    }
}
