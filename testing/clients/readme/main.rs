//! Runs the README and the operators' page about security: every block marked `walk`, in order, in one shell, and compares what it shows.
//!
//! The lines are the pages' own. Only two things are put in their place: the command that builds and
//! starts the server becomes the server under test, and the default port becomes a free one.

mod blocks;
mod shell;

use blocks::{Step, steps};
use clients::python::{python, skip};
use shell::Shell;
use std::path::Path;
use std::process::Command;

const README: &str = include_str!("../../../README.md");
const SECURITY: &str = include_str!("../../../docs/operating/security.md");

#[test]
fn the_readme_does_what_it_shows() {
    walk(README);
}

#[test]
fn the_security_page_does_what_it_shows() {
    for program in ["openssl", "curl"] {
        if Command::new(program).arg("--version").output().is_err() {
            return skip("certificates made by hand", program);
        }
    }
    walk(SECURITY);
}

fn walk(page: &str) {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().expect("a folder to walk in");
    let stage = Stage::set();
    let mut shell = Shell::open(folder.path(), python.parent().expect("programs lie in a folder"));
    let steps = steps(page);
    assert!(steps.len() > 10, "the walk is marked in the page: {steps:?}");
    for step in &steps {
        let (typed, shown) = stage.put(step);
        shell.play(&typed, &shown);
        if step.typed.starts_with("kill -9") {
            // Whoever types by hand gives the process the moment it needs to be gone.
            shell.play("wait", &[]);
        }
    }
}

/// What stands in for the defaults of the README's machine.
struct Stage {
    server: String,
    port: u16,
}

impl Stage {
    fn set() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        Self { server: shown(&clients::server::binary()), port }
    }

    fn put(&self, step: &Step) -> (String, Vec<String>) {
        let port = format!("127.0.0.1:{}", self.port);
        let start = format!("{} serve --sqs {port} --amqp off --admin off", self.server);
        let put = |text: &str| {
            let text = text.replace("cargo run --release -- serve", "longshore serve");
            text.replace("longshore serve", &start).replace("127.0.0.1:9324", &port)
        };
        (put(&step.typed), step.shown.iter().map(|line| put(line)).collect())
    }
}

fn shown(path: &Path) -> String {
    path.to_str().expect("the workspace's path is UTF-8").to_owned()
}
