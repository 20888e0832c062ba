//! Commands typed at the real server, each with what it said.

use super::canned::run;
use crate::program::Program;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Stdio};
use tempfile::{TempDir, tempdir};

/// A server, and whoever types at it.
pub(crate) struct Shore {
    pub(crate) folder: TempDir,
    pub(crate) address: String,
    program: Program,
}

impl Shore {
    /// A server without queues.
    pub(crate) fn open() -> Self {
        let folder = tempdir().expect("a folder");
        let program = Program::serve(folder.path(), &[]);
        let address = program.address("admin").to_string();
        Self { folder, address, program }
    }

    /// Types a command; its exit code, what it printed, and what it complained of.
    pub(crate) fn types(&self, arguments: &[&str], input: &str) -> (Option<i32>, String, String) {
        // What follows a `--` belongs to somebody else.
        let end = arguments.iter().position(|argument| *argument == "--").unwrap_or(arguments.len());
        let output = run(&[&arguments[..end], &["--server", &self.address], &arguments[end..]].concat(), input);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }

    /// What a command printed that has to work.
    pub(crate) fn says(&self, arguments: &[&str]) -> String {
        let (code, out, err) = self.types(arguments, "");
        assert_eq!(code, Some(0), "{arguments:?}: {err}");
        out
    }

    /// Types a command that goes on; `others` are another program's and come last.
    pub(crate) fn begins(&self, arguments: &[&str], others: &[&str]) -> Running {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_longshore"));
        command.args(arguments).args(["--server", &self.address]).args(others).env_clear().env("PATH", "/usr/bin:/bin");
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("the program starts");
        let out = BufReader::new(child.stdout.take().expect("it was piped"));
        Running { child, out }
    }

    /// The JSON values that a command printed, one a line.
    pub(crate) fn values(&self, arguments: &[&str]) -> Vec<Value> {
        let out = self.says(&[arguments, &["--json"]].concat());
        out.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
    }

    /// How many messages of a queue are ready, delayed and leased.
    pub(crate) fn counts(&self, queue: &str) -> [u64; 3] {
        let shown = self.values(&["queue", "show", queue]);
        ["ready", "delayed", "leased"].map(|of| shown[0][of].as_u64().expect("a number"))
    }

    /// SIGTERM, and an end as it should be.
    pub(crate) fn close(self) {
        self.program.stopped().check(0, &["the store is sealed"]);
    }
}

/// A command that goes on, and never longer than its test.
pub(crate) struct Running {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Running {
    /// The next line that it prints.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).expect("text");
        line.trim_end().to_owned()
    }

    /// How it ended.
    pub(crate) fn code(mut self) -> Option<i32> {
        self.child.wait().expect("our own child").code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Either fails only when it has ended already.
        let _killed = self.child.kill();
        let _waited = self.child.wait();
    }
}
