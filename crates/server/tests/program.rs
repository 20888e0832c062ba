//! Runs the server: over a folder of its own, on free ports, with its log in hand.
//!
//! Invariant: the process never outlives its test.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Longer than anything takes that a test waits for.
const SOON: Duration = Duration::from_secs(60);

/// A running server.
pub(crate) struct Program {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
}

/// What was left when a server had ended.
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) log: String,
}

impl Program {
    /// Starts `longshore` with these arguments, in `folder`.
    pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Self {
        Self::start_command(Command::new(env!("CARGO_BIN_EXE_longshore")).args(arguments).current_dir(folder))
    }

    /// Starts `longshore serve` with its data and any free ports in `folder`, and waits until it is ready.
    pub(crate) fn serve(folder: &Path, arguments: &[&str]) -> Self {
        let usual = ["serve", "--data", "data", "--sqs", "127.0.0.1:0", "--amqp", "off", "--admin", "127.0.0.1:0"];
        let mut program = Self::start(folder, &[&usual, arguments].concat());
        program.wait_for_line(" ready ");
        program
    }

    /// Starts a command that ends in the server.
    pub(crate) fn start_command(command: &mut Command) -> Self {
        let command = command.env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let stderr = child.stderr.take().expect("it was piped");
        Self { child, lines: lines_of(stderr), seen: Vec::new() }
    }

    /// The first line, from here on, that contains `part`.
    pub(crate) fn wait_for_line(&mut self, part: &str) -> String {
        loop {
            match self.lines.recv_timeout(SOON) {
                Ok(line) => {
                    self.seen.push(line.clone());
                    if line.contains(part) {
                        return line;
                    }
                }
                Err(error) => panic!("no line with {part:?} ({error}); there was\n{}", self.seen.join("\n")),
            }
        }
    }

    /// The address behind `door=` in the ready line.
    pub(crate) fn address(&self, door: &str) -> SocketAddr {
        let ready = self.seen.iter().find(|line| line.contains(" ready ")).expect("it was waited for");
        let (_, after) = ready.split_once(&format!("{door}=")).expect("the ready line names every door");
        let address = after.split_whitespace().next().expect("an address");
        address.parse().unwrap_or_else(|error| panic!("{address:?}: {error}"))
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().expect("every Unix has kill");
        assert!(sent.success());
    }

    /// Waits for its end.
    pub(crate) fn ended(mut self) -> Ended {
        loop {
            match self.lines.recv_timeout(SOON) {
                Ok(line) => self.seen.push(line),
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => break,
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => panic!("it does not end:\n{}", self.seen.join("\n")),
            }
        }
        let status = self.child.wait().expect("our own child");
        Ended { status, log: self.seen.join("\n") }
    }

    /// SIGTERM, and its end.
    pub(crate) fn stopped(self) -> Ended {
        self.signal("TERM");
        self.ended()
    }

    /// GET over a connection of its own; the whole answer.
    pub(crate) fn get(&self, door: &str, path: &str, headers: &str) -> String {
        let mut stream = TcpStream::connect(self.address(door)).expect("it listens");
        let request = format!("GET {path} HTTP/1.1\r\n{headers}connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("text, then the end");
        answer
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Either fails only when it has ended already.
        let _killed = self.child.kill();
        let _waited = self.child.wait();
    }
}

impl Ended {
    /// Checks the exit code, and that the log contains each of these.
    pub(crate) fn check(&self, code: i32, parts: &[&str]) {
        assert_eq!(self.status.code(), Some(code), "{}", self.log);
        for part in parts {
            assert!(self.log.contains(part), "{part:?} is not in\n{}", self.log);
        }
    }
}

fn lines_of(stderr: ChildStderr) -> Receiver<String> {
    let (sender, receiver) = channel();
    #[expect(clippy::disallowed_methods, reason = "a test reads beside what it tests")]
    std::thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}
