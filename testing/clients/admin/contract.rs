//! Schemathesis against the built server: every call of `/openapi.json`, with data that fits and data that does not, alone and one
//! after the other.
//!
//! What it is not: the proof of who may do what, which the admin door's own matrix gives; here one user may do everything. Invariant:
//! the data is the same in every run. Streams have no end and are left out: `python/schemathesis.toml` says what else, and why.

use clients::Server;
use clients::python::{finish, python, skip};
use clients::server::binary;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const USERS: &str = r#"
[[users]]
name = "operator"
keys = [{ id = "operator", secret = "known-to-nobody-else" }]
allow = [{ queues = "*", may = ["send", "receive", "manage"] }]
"#;

/// What is there before anything is asked: a queue with messages, and one with failures of it.
const SCENE: [&[&str]; 5] = [
    &["queue", "create", "orders-dead"],
    &["queue", "create", "orders", "--dead-letter", "orders-dead"],
    &["send", "orders", "40 crates", "--header", "tenant=7", "--lane", "k"],
    &["send", "orders", "nails", "--delay", "1h"],
    &["send", "orders-dead", "a message that was sent here"],
];

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("admin/python")
}

fn scene(server: &Server) {
    for arguments in SCENE {
        let mut command = Command::new(binary());
        command.args(arguments).args(["--server", &server.admin().to_string(), "--user", "operator"]);
        let output = finish(command.env("LONGSHORE_SECRET", "known-to-nobody-else"));
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn every_call_does_what_its_description_says() {
    let Some(python) = python() else { return };
    let program = python.with_file_name("schemathesis");
    if !program.exists() {
        return skip("the admin API's contract", "schemathesis with `cargo xtask venv`");
    }
    let folder = TempDir::new().expect("a folder");
    let config = folder.path().join("longshore.toml");
    std::fs::write(&config, USERS).expect("the folder can be written");
    let config = config.to_str().expect("UTF-8");
    let server = Server::start_with(&["--config", config, "--admin", "127.0.0.1:0", "--amqp", "off"]);
    scene(&server);
    let mut command = Command::new(program);
    command.current_dir(folder.path()).env("PYTHONPATH", scripts()).env("SCHEMATHESIS_HOOKS", "hooks");
    command.arg("--config-file").arg(scripts().join("schemathesis.toml")).arg("--no-color");
    command.arg("run").arg(format!("http://{}/openapi.json", server.admin()));
    command.args(["--auth", "operator:known-to-nobody-else", "--seed", "1", "--generation-deterministic"]);
    command.args(["--max-examples", "12", "--request-timeout", "20"]);
    let output = finish(&mut command);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    for phase in ["Examples", "Coverage", "Fuzzing", "Stateful"] {
        assert!(told.contains(phase), "{phase} was not played:\n{told}");
    }
}
