//! The server as an installation starts it: its own arguments, environment and configuration file, in a folder that stands for the machine.
//!
//! Invariants: the process never outlives its test; what the installation says is passed on unchanged but for addresses and folders, which a
//! test must have for itself.

use clients::http::{self, Response};
use clients::program::Program;
use clients::server::binary;
use clients::wait::{SOON, until};
use std::net::SocketAddr;
use std::process::{Command, ExitStatus};
use tempfile::TempDir;

/// A machine to be, and what the server on it is told.
pub struct Installation {
    folder: TempDir,
    command: Command,
    amqp: &'static str,
}

/// The server of an installation.
pub struct Running {
    _folder: TempDir,
    program: Program,
}

impl Default for Installation {
    fn default() -> Self {
        Self::new()
    }
}

impl Installation {
    /// An empty machine.
    ///
    /// # Panics
    /// When it gets no folder.
    #[must_use]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder that stands for the machine");
        let mut command = Command::new(binary());
        command.env_clear().current_dir(folder.path());
        Self { folder, command, amqp: "off" }
    }

    /// Puts a file where the server looks for `name`.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn file(&mut self, name: &str, text: &str) -> &mut Self {
        std::fs::write(self.folder.path().join(name), text).expect("a file of the machine");
        self
    }

    /// The same machine with these arguments.
    #[must_use]
    pub fn with<'a>(mut self, arguments: impl IntoIterator<Item = &'a str>) -> Self {
        self.command.args(arguments);
        self
    }

    /// The same machine with a port for AMQP.
    #[must_use]
    pub fn with_amqp(self) -> Self {
        Self { amqp: "127.0.0.1:0", ..self }
    }

    /// Sets a variable of the environment.
    pub fn environment(&mut self, name: &str, value: &str) -> &mut Self {
        self.command.env(name, value);
        self
    }

    /// Starts the server with data and ports of its own, and waits until it is ready.
    ///
    /// # Panics
    /// When it ends instead.
    #[must_use]
    pub fn serve(mut self) -> Running {
        let own = ["--data", "data", "--sqs", "127.0.0.1:0", "--amqp", self.amqp, "--admin", "127.0.0.1:0"];
        let mut program = Program::start(self.command.args(own));
        until("the ready line", SOON, || {
            let said = program.said();
            assert!(program.ended().is_none(), "the server ended before it was ready:\n{said}");
            said.lines().any(|line| line.contains("ready")).then_some(())
        });
        Running { _folder: self.folder, program }
    }

    /// Starts it as it is, and waits until it has ended. Returns how, and what it said.
    pub fn end(mut self) -> (ExitStatus, String) {
        let mut program = Program::start(&mut self.command);
        let status = until("the server to refuse", SOON, || program.ended());
        (status, until("its last words", SOON, || Some(program.said()).filter(|said| !said.is_empty())))
    }
}

impl Running {
    /// Asks the admin door, under the name of `host`.
    #[must_use]
    pub fn get(&self, path: &str, host: &str) -> Response {
        http::request(self.address("admin"), "GET", path, &[("Host", host)], b"")
    }

    /// Asks the SQS door.
    #[must_use]
    pub fn sqs(&self, target: &str) -> Response {
        http::request(self.address("sqs"), "GET", target, &[], b"")
    }

    /// Where a door listens, by the ready line, human or JSON.
    ///
    /// # Panics
    /// When it does not.
    #[must_use]
    pub fn address(&self, door: &str) -> SocketAddr {
        let said = self.program.said();
        let ready = said.lines().find(|line| line.contains("ready")).expect("it was waited for");
        let named = [format!(" {door}="), format!("\"{door}\":\"")];
        let after = named.iter().find_map(|name| ready.split_once(name)).expect("the ready line names every door").1;
        after.split([' ', '"']).next().and_then(|address| address.parse().ok()).expect("an address")
    }

    /// What it has logged.
    #[must_use]
    pub fn log(&self) -> String {
        self.program.said()
    }
}
