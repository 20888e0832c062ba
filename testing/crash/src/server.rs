//! One server after another over one data folder.

use anyhow::{Context, Result, bail};
use clients::program::Program;
use clients::server::{admin_ready, amqp_ready, ready};
use clients::wait::{SOON, until};
use rustix::process::{Pid, Signal, kill_process};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// What the server says at its start when the end of its log is half a frame.
const TORN: &str = "torn tail cut";

/// Through which door the load comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// SQS.
    Sqs,
    /// AMQP 0-9-1.
    Amqp,
}

/// How to start it.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The binary.
    pub binary: PathBuf,
    /// The data folder.
    pub data: PathBuf,
    /// The door that the load comes through. The admin door is open beside it.
    pub door: Door,
    /// Greatest single write to the log, in bytes: small writes make it likely that a kill leaves half a frame.
    pub wal_write_bytes_max: usize,
}

/// A running server.
pub struct Server {
    program: Program,
    address: SocketAddr,
    started_in: Duration,
}

impl Server {
    /// Starts it and waits until it is ready.
    pub fn start(setup: &Setup) -> Result<Self> {
        let mut command = Command::new(&setup.binary);
        command.arg("serve").arg("--data").arg(&setup.data).args(["--admin", "127.0.0.1:0"]);
        match setup.door {
            Door::Sqs => command.args(["--sqs", "127.0.0.1:0", "--amqp", "off"]),
            Door::Amqp => command.args(["--amqp", "127.0.0.1:0", "--sqs", "off"]),
        };
        command.args(["--wal-write-bytes-max", &setup.wal_write_bytes_max.to_string()]);
        let begin = Instant::now();
        let mut program = Program::start(&mut command);
        let address = until("the server's ready line", SOON, || {
            let ended = program.ended();
            let said = program.said();
            match (said.lines().find_map(|line| address(line, setup.door)), ended) {
                (Some(address), _) => Some(Ok(address)),
                (None, Some(status)) => Some(Err(anyhow::anyhow!("{status} before it was ready:\n{said}"))),
                (None, None) => None,
            }
        })?;
        Ok(Self { program, address, started_in: begin.elapsed() })
    }

    /// Where its door is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it tells of its messages.
    pub fn admin(&self) -> Result<SocketAddr> {
        let said = self.program.said();
        said.lines().find_map(admin_ready).context("the ready line names the admin door")
    }

    /// From its start to its ready line.
    pub fn started_in(&self) -> Duration {
        self.started_in
    }

    /// Whether it found half a frame at the end of its log.
    pub fn found_torn_tail(&self) -> bool {
        self.program.said().contains(TORN)
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        self.program.said()
    }

    /// The process, for signals.
    pub fn pid(&self) -> Pid {
        let id = i32::try_from(self.program.id()).expect("process ids fit");
        Pid::from_raw(id).expect("a process id is positive")
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        kill_process(self.pid(), signal).context("the server is our own child")
    }

    /// Waits until it has ended after a `kill -9`.
    pub fn wait_until_killed(mut self) {
        until("the killed server to be gone", SOON, || self.program.ended());
    }

    /// Stops it politely, which must succeed.
    pub fn stop(mut self) -> Result<()> {
        self.signal(Signal::TERM)?;
        let status = until("the server to stop", SOON, || self.program.ended());
        if !status.success() {
            bail!("asked to stop, it ended with {status}:\n{}", self.log());
        }
        Ok(())
    }
}

fn address(line: &str, door: Door) -> Option<SocketAddr> {
    match door {
        Door::Sqs => ready(line),
        Door::Amqp => amqp_ready(line),
    }
}

/// The server's binary: what the environment names, else what lies beside this program, or one folder above for tests.
pub fn binary() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("LONGSHORE_BIN") {
        return Ok(named.into());
    }
    let ourselves = std::env::current_exe()?;
    let beside = |folder: &Path| Some(folder.join("longshore")).filter(|path| path.is_file());
    ourselves.ancestors().skip(1).take(2).find_map(beside).with_context(|| {
        format!("no `longshore` beside {}: run `cargo build -p longshore`, or `cargo xtask test`", ourselves.display())
    })
}
