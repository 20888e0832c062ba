//! A child process whose output is kept, and which never outlives the test.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// A running program.
pub struct Program {
    child: Child,
    said: Arc<Mutex<String>>,
}

impl Program {
    /// Starts `command` with nothing to read, and keeps what it writes to both outputs.
    ///
    /// The test run's own settings are kept from it: to the server, `LONGSHORE_…` is configuration.
    pub fn start(command: &mut Command) -> Self {
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("LONGSHORE_")) {
                command.env_remove(name);
            }
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
        let said = Arc::new(Mutex::new(String::new()));
        listen(child.stdout.take().expect("the output is piped"), Arc::clone(&said));
        listen(child.stderr.take().expect("the output is piped"), Arc::clone(&said));
        Self { child, said }
    }

    /// The process's id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has written so far.
    pub fn said(&self) -> String {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be asked for its state")
    }

    /// Ends it now, if it has not ended by itself.
    pub fn kill(&mut self) {
        // It fails only for a child that was already waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}

fn listen(output: impl Read + Send + 'static, said: Arc<Mutex<String>>) {
    thread::spawn(move || {
        for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
            said.push_str(&String::from_utf8_lossy(&line));
            said.push('\n');
        }
    });
}
