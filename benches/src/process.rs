//! One server under measurement, as a process of its own: ours or a ceiling.
//!
//! Invariants: it listens on a port that the system chose and says which in a line with the word `ready` and
//! `DOOR=ADDRESS` on standard error. It is killed when dropped.

use crate::cpu::{self, CpuTime};
use anyhow::{Context, Result, bail, ensure};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

const READY_WITHIN: Duration = Duration::from_secs(30);
const LOG_LINES_KEPT: usize = 20;
const SQS: &str = "sqs=";

/// A running server.
pub struct Process {
    child: Child,
    address: SocketAddr,
    /// The line in which it said where it listens.
    ready: String,
}

impl Process {
    /// Starts our server over the data folder `data`.
    pub fn longshore(binary: &Path, data: &Path) -> Result<Self> {
        let mut command = Command::new(binary);
        command.arg("serve").arg("--data").arg(data).args(["--sqs", "127.0.0.1:0", "--amqp", "off", "--admin", "off"]);
        Self::start(command, SQS).with_context(|| format!("starting {}", binary.display()))
    }

    /// The same, for another door.
    pub fn longshore_amqp(binary: &Path, data: &Path) -> Result<Self> {
        let mut command = Command::new(binary);
        command.arg("serve").arg("--data").arg(data).args(["--amqp", "127.0.0.1:0", "--sqs", "off", "--admin", "off"]);
        Self::start(command, "amqp=").with_context(|| format!("starting {}", binary.display()))
    }

    /// The first, with a configuration file.
    pub fn longshore_with(binary: &Path, data: &Path, configuration: &Path) -> Result<Self> {
        let mut command = Command::new(binary);
        command.arg("serve").arg("--config").arg(configuration).arg("--data").arg(data);
        command.args(["--sqs", "127.0.0.1:0", "--amqp", "off", "--admin", "off"]);
        Self::start(command, SQS).with_context(|| format!("starting {}", binary.display()))
    }

    /// The first, with an admin door.
    pub fn longshore_and_admin(binary: &Path, data: &Path) -> Result<Self> {
        let mut command = Command::new(binary);
        command.arg("serve").arg("--data").arg(data).args(["--sqs", "127.0.0.1:0", "--amqp", "off"]);
        command.args(["--admin", "127.0.0.1:0"]);
        Self::start(command, SQS).with_context(|| format!("starting {}", binary.display()))
    }

    /// Starts one of this program's own subcommands.
    pub fn ourselves(arguments: &[&str]) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(arguments);
        Self::start(command, SQS).with_context(|| format!("starting {arguments:?}"))
    }

    fn start(mut command: Command, door: &str) -> Result<Self> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let log = child.stderr.take().context("standard error is piped")?;
        match wait_until_ready(log, door) {
            Ok((address, ready)) => Ok(Self { child, address, ready }),
            Err(error) => {
                child.kill().and_then(|()| child.wait()).context("ending a server that was never ready")?;
                Err(error)
            }
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where its admin door listens, if it has one.
    pub fn admin_address(&self) -> Option<SocketAddr> {
        ready_address(&self.ready, "admin=")
    }

    /// Processor time that it used so far.
    pub fn cpu(&self) -> Result<CpuTime> {
        CpuTime::of(self.child.id())
    }

    /// Resident memory, in bytes.
    pub fn resident_bytes(&self) -> Result<u64> {
        cpu::resident_bytes(self.child.id())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Either call fails only when the process has ended already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The server's binary: what the environment names, else what lies beside this program.
pub fn longshore_binary() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("LONGSHORE_BIN") {
        return Ok(named.into());
    }
    let ourselves = std::env::current_exe()?;
    let beside = ourselves.with_file_name("longshore");
    ensure!(beside.is_file(), "there is no {}: build it in the same profile as this program", beside.display());
    Ok(beside)
}

/// Reads the log in a thread for as long as the process lives, so that it never blocks on a full pipe.
fn wait_until_ready(log: ChildStderr, door: &str) -> Result<(SocketAddr, String)> {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(log).lines().map_while(Result::ok) {
            // Nobody listens any more once the server is ready; the lines are read all the same.
            let _ = tell.send(line);
        }
    });
    let mut seen = VecDeque::new();
    while let Ok(line) = told.recv_timeout(READY_WITHIN) {
        if let Some(address) = ready_address(&line, door) {
            return Ok((address, line));
        }
        seen.push_back(line);
        if seen.len() > LOG_LINES_KEPT {
            seen.pop_front();
        }
    }
    bail!("not ready within {READY_WITHIN:?}; its last lines:\n{}", Vec::from(seen).join("\n"))
}

/// The address of a door, `NAME=`, in a `ready` line.
fn ready_address(line: &str, door: &str) -> Option<SocketAddr> {
    let (_, after_ready) = line.split_once("ready")?;
    let (_, address) = after_ready.split_once(door)?;
    let end = address.find(|c: char| !(c.is_ascii_digit() || ".:[]".contains(c))).unwrap_or(address.len());
    address[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ready_line_tells_the_address() {
        let check = |line: &str, expected: Option<&str>| {
            assert_eq!(ready_address(line, SQS), expected.map(|text| text.parse().expect("an address")), "{line}");
        };
        check("ready sqs=127.0.0.1:9324", Some("127.0.0.1:9324"));
        check("2026-01-01T00:00:00Z  INFO longshore: ready sqs=127.0.0.1:41 admin=off", Some("127.0.0.1:41"));
        check("getting ready", None);
        check("sqs=127.0.0.1:9324", None);
    }
}
