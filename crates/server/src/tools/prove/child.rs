//! The server under trial: this very program, as a child over a scratch folder.
//!
//! Invariant: the child never outlives this value, and its scratch folder has no other use.

use crate::tools::ScratchFolder;
use crate::tools::ToolError;
use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{self, ChildStderr, Command, Stdio};
use std::thread::Scope;

/// A server that is ready.
pub(super) struct Child {
    process: process::Child,
    address: SocketAddr,
}

impl Child {
    /// Starts one over the scratch folder's store, and waits until it is ready.
    pub(super) fn start<'scope>(scratch: &ScratchFolder, scope: &'scope Scope<'scope, '_>) -> Result<Self, ToolError> {
        let failed = |error| ToolError::io("starting this program as a server")(error);
        let mut command = Command::new(std::env::current_exe().map_err(failed)?);
        command.args(["serve", "--data", "data", "--sqs", "127.0.0.1:0", "--amqp", "off", "--admin", "off"]);
        command.current_dir(scratch.path()).env_clear();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = command.spawn().map_err(failed)?;
        let log = process.stderr.take().map(BufReader::new);
        let mut child = Self { process, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        let mut log = log.ok_or(io::ErrorKind::BrokenPipe.into()).map_err(failed)?;
        child.address = ready(&mut log)?;
        // Nobody reads the rest, but the server must be able to write it.
        scope.spawn(move || io::copy(&mut log, &mut io::sink()));
        Ok(child)
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends it as a power switch would end its process.
    pub(super) fn kill(mut self) -> Result<(), ToolError> {
        let killed = self.process.kill().and_then(|()| self.process.wait());
        killed.map(|_| ()).map_err(ToolError::io("ending the server"))
    }

    /// Ends it in the ordinary way.
    pub(super) fn stop(mut self) -> Result<(), ToolError> {
        let failed = |error| ToolError::io("stopping the server")(error);
        let id = i32::try_from(self.process.id()).ok().and_then(rustix::process::Pid::from_raw);
        if let Some(id) = id {
            rustix::process::kill_process(id, rustix::process::Signal::TERM).map_err(|error| failed(error.into()))?;
        }
        self.process.wait().map(|_| ()).map_err(failed)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // Either fails only when it has ended already.
        let _killed = self.process.kill();
        let _waited = self.process.wait();
    }
}

/// Reads the log up to the ready line, and takes the address out of it.
fn ready(log: &mut BufReader<ChildStderr>) -> Result<SocketAddr, ToolError> {
    let mut said = String::new();
    loop {
        let mut line = String::new();
        if log.read_line(&mut line).map_err(ToolError::io("the server's log"))? == 0 {
            return Err(ToolError::Wrong { what: "the server did not start".to_owned(), why: said });
        }
        let address = line.contains(" ready ").then(|| line.split("sqs=").nth(1)).flatten();
        if let Some(address) = address.and_then(|rest| rest.split_whitespace().next()?.parse().ok()) {
            return Ok(address);
        }
        said += &line;
    }
}
