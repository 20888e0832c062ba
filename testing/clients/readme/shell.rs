//! One bash for the whole walk, so that variables and background jobs last from step to step.

use super::blocks::fits;
use clients::wait::until;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// A step may wait for a long poll and for a slow start of Python.
const STEP_LIMIT: Duration = Duration::from_secs(60);
/// How long a line may be on its way from a background job.
const SHOWN_LIMIT: Duration = Duration::from_secs(20);
const DONE: &str = "-- done with the step --";

/// The shell, and all that was shown in it.
pub(super) struct Shell {
    bash: Child,
    input: ChildStdin,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Shell {
    /// Opens it in `folder`, with `programs` first in its path and nothing of the test run's own settings.
    pub(super) fn open(folder: &Path, programs: &Path) -> Self {
        let path = std::env::var("PATH").unwrap_or_default();
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc"]).current_dir(folder).process_group(0);
        bash.env("PATH", format!("{}:{path}", programs.display()));
        bash.env("AWS_CONFIG_FILE", "/nonexistent").env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent");
        bash.env("AWS_EC2_METADATA_DISABLED", "true");
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LONGSHORE_")) {
            bash.env_remove(name);
        }
        bash.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut bash = bash.spawn().expect("bash is there");
        let input = bash.stdin.take().expect("it is piped");
        let output = BufReader::new(bash.stdout.take().expect("it is piped"));
        let lines = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&lines);
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                heard.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        });
        let mut shell = Self { bash, input, lines };
        shell.write("exec 2>&1");
        shell
    }

    /// Types a step, waits until it is done, and finds every line that it must show, in order.
    pub(super) fn play(&mut self, typed: &str, shown: &[String]) {
        let start = self.heard().len();
        self.write(typed);
        self.write(&format!("echo '{DONE}' $?"));
        until(format!("the end of `{typed}`"), STEP_LIMIT, || {
            self.heard()[start..].iter().any(|line| line.starts_with(DONE)).then_some(())
        });
        let mut next = start;
        for pattern in shown.iter().filter(|pattern| !pattern.is_empty()) {
            // What runs in the background may show its lines after the step is done.
            next = until(format!("`{pattern}` after `{typed}`"), SHOWN_LIMIT, || {
                let heard = self.heard();
                let found = heard[next..].iter().position(|line| fits(pattern, line));
                found.map(|at| next + at + 1)
            });
        }
    }

    fn heard(&self) -> Vec<String> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn write(&mut self, line: &str) {
        writeln!(self.input, "{line}").expect("the shell listens");
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("--- shown in the shell ---\n{}\n---", self.heard().join("\n"));
        }
        // The whole group: what the walk started in the background ends with it.
        let group = i32::try_from(self.bash.id()).ok().and_then(rustix::process::Pid::from_raw);
        if let Some(group) = group {
            // It fails only when everything has ended by itself.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.bash.wait();
    }
}
