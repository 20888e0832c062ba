//! Commands typed at the real server, each with what it said.

use super::canned::run;
use crate::program::Program;
use serde_json::Value;
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
