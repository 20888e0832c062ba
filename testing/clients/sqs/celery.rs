//! Celery with its SQS transport, unmodified: a real worker process that polls, retries, waits and dies.

use clients::program::Program;
use clients::python::{finish, python};
use clients::wait::until;
use clients::{Server, http};
use rustix::process::{Pid, Signal, kill_process_group};
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// Workers take seconds to start, and a busy machine many of them.
const LONG: Duration = Duration::from_secs(90);

/// Celery's default queue.
const QUEUE: &str = "celery";

/// A server, an application on it, and the file that its tasks write.
struct Stage {
    python: PathBuf,
    server: Server,
    folder: TempDir,
    visibility_seconds: u32,
}

/// A worker and the processes that it has forked; none outlives the test.
struct Worker(Program);

impl Stage {
    /// `None` where there is no Celery.
    fn new(visibility_seconds: u32) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder for the ledger");
        Some(Self { python: python()?, server: Server::start(), folder, visibility_seconds })
    }

    fn python(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.python);
        let code = Path::new(env!("CARGO_MANIFEST_DIR")).join("sqs/celery");
        command.args(arguments).current_dir(self.folder.path()).env("PYTHONPATH", code);
        command.env("PYTHONDONTWRITEBYTECODE", "1").env("WORK_LEDGER", self.ledger());
        command.env("WORK_ADDRESS", self.server.sqs().to_string());
        command.env("WORK_VISIBILITY", self.visibility_seconds.to_string());
        command
    }

    fn ledger(&self) -> PathBuf {
        self.folder.path().join("ledger")
    }

    /// The tasks' lines so far.
    fn noted(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.ledger()).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// Waits until this line was written `times` times.
    fn wait_for(&self, worker: &Worker, line: &str, times: usize) {
        let count = || self.noted().iter().filter(|noted| *noted == line).count();
        let found = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            until(format!("{times} × {line:?}"), LONG, || (count() >= times).then_some(()));
        }));
        assert!(found.is_ok(), "{:?}, and the worker said\n{}", self.noted(), worker.0.said());
    }

    fn send(&self, arguments: &[&str]) {
        let output = finish(&mut self.python(&[&["-m", "send"], arguments].concat()));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn worker(&self) -> Worker {
        let arguments = ["-m", "celery", "-A", "work", "worker", "--loglevel", "info", "--concurrency", "2"];
        Worker(Program::start(self.python(&arguments).process_group(0)))
    }

    /// Waits until no message is left, in whatever state.
    fn wait_for_an_empty_queue(&self) {
        let names = ["", "NotVisible", "Delayed"].map(|state| format!("ApproximateNumberOfMessages{state}"));
        let names: Vec<String> = (1..).zip(names).map(|(n, name)| format!("&AttributeName.{n}={name}")).collect();
        let target = format!("/000000000000/{QUEUE}?Action=GetQueueAttributes{}", names.concat());
        until("an empty queue", LONG, || {
            let answer = http::request(self.server.sqs(), "GET", &target, &[], b"");
            (answer.body.matches("<Value>0</Value>").count() == 3).then_some(())
        });
    }
}

impl Worker {
    /// `kill -9`, for all of its processes.
    fn kill(&mut self) {
        if self.0.ended().is_none() {
            let id = i32::try_from(self.0.id()).expect("process ids fit");
            let id = Pid::from_raw(id).expect("a process id is positive");
            kill_process_group(id, Signal::KILL).expect("the worker leads a group of its own");
        }
        self.0.kill();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.kill();
    }
}

#[test]
fn tasks_are_done_once_each() {
    let Some(stage) = Stage::new(600) else { return };
    let worker = stage.worker();
    stage.send(&["plain", "25"]);
    for number in 0..25 {
        stage.wait_for(&worker, &format!("plain {number}"), 1);
    }
    stage.wait_for_an_empty_queue();
    assert_eq!(stage.noted().len(), 25, "{:?}", stage.noted());
}

#[test]
fn a_task_that_fails_is_tried_again() {
    let Some(stage) = Stage::new(600) else { return };
    let worker = stage.worker();
    stage.send(&["stubborn"]);
    stage.wait_for(&worker, "stubborn 1 3", 1);
    stage.wait_for_an_empty_queue();
    assert_eq!(stage.noted(), ["stubborn 1 1", "stubborn 1 2", "stubborn 1 3"]);
}

/// The worker holds a message until its time; meanwhile its visibility timeout passes, and the message comes again.
#[test]
fn a_countdown_may_be_longer_than_the_visibility_timeout() {
    let Some(stage) = Stage::new(2) else { return };
    let worker = stage.worker();
    stage.send(&["countdown", "7"]);
    stage.wait_for(&worker, "at due", 1);
    stage.wait_for_an_empty_queue();
    assert!(!stage.noted().contains(&"at early".to_owned()), "{:?}", stage.noted());
}

#[test]
fn a_task_whose_worker_is_killed_is_done_by_the_next_one() {
    let Some(stage) = Stage::new(10) else { return };
    let gate = TcpListener::bind("127.0.0.1:0").expect("a free port");
    gate.set_nonblocking(true).expect("a listener can be asked without waiting");
    let knock = || until("the task to begin", LONG, || gate.accept().ok());
    let mut first = stage.worker();
    stage.send(&["long", &gate.local_addr().expect("it listens").to_string()]);
    let _held = knock();
    stage.wait_for(&first, "long begun", 1);
    first.kill();
    let second = stage.worker();
    let (mut connection, _address) = knock();
    connection.write_all(b"!").expect("the task waits");
    stage.wait_for(&second, "long done", 1);
    assert_eq!(stage.noted(), ["long begun", "long begun", "long done"]);
    stage.wait_for_an_empty_queue();
}
