//! Commands that need no server: the doctor, completions, man pages.

use super::canned::run;
use crate::program::Program;
use serde_json::Value;
use std::net::TcpListener;
use tempfile::tempdir;

/// The doctor's findings about a data folder and an admin door: code, and level by name.
fn findings(arguments: &[&str]) -> (Option<i32>, Vec<(String, String, String)>) {
    let usual = ["doctor", "--json", "--sqs", "off", "--amqp", "off"];
    let output = run(&[&usual, arguments].concat(), "");
    let told: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let findings = told["findings"].as_array().cloned().unwrap_or_default();
    let finding = |of: &Value| (text(&of["what"]), text(&of["level"]), text(&of["says"]));
    (output.status.code(), findings.iter().map(finding).collect())
}

fn of<'a>(findings: &'a [(String, String, String)], what: &str) -> (&'a str, &'a str) {
    let (_, level, says) = findings.iter().find(|(known, ..)| known == what).expect(what);
    (level, says)
}

#[test]
fn the_doctor_knows_a_running_server_by_its_folder_and_its_door() {
    let folder = tempdir().expect("a folder");
    let program = Program::serve(folder.path(), &[]);
    let (data, admin) = (folder.path().join("data"), program.address("admin").to_string());
    let data = data.to_str().expect("text");
    let (_, found) = findings(&["--data", data, "--admin", &admin]);
    assert_eq!(of(&found, "admin door").0, "good", "{found:?}");
    assert!(of(&found, "admin door").1.contains("a Longshore server runs there"), "{found:?}");
    assert!(of(&found, "data").1.contains("a server that runs uses"), "{found:?}");
    assert_eq!(of(&found, "rights").0, "good");
    program.stopped().check(0, &["the store is sealed"]);
    let (_, found) = findings(&["--data", data, "--admin", &admin]);
    assert!(of(&found, "data").1.contains("no server uses it"), "{found:?}");
    assert!(of(&found, "admin door").1.contains("free"), "{found:?}");
}

#[test]
fn a_port_that_somebody_else_has_is_wrong() {
    let folder = tempdir().expect("a folder");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("it is bound").to_string();
    let (code, found) = findings(&["--data", folder.path().to_str().expect("text"), "--admin", &address]);
    assert_eq!((code, of(&found, "admin door").0), (Some(1), "wrong"), "{found:?}");
    assert!(!folder.path().read_dir().expect("it is there").any(|_| true), "nothing is left behind");
}

#[test]
fn a_configuration_that_cannot_be_read_is_told() {
    let output = run(&["doctor", "--config", "no-such.toml"], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no-such.toml"));
}

#[test]
fn shells_and_man_get_their_files() {
    let folder = tempdir().expect("a folder");
    let pages = folder.path().join("man1");
    let output = run(&["man", pages.to_str().expect("text")], "");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    for page in ["longshore.1", "longshore-work.1", "longshore-dlq-redrive.1"] {
        assert!(pages.join(page).is_file(), "{page}");
    }
    let output = run(&["completions", "bash"], "");
    assert!(String::from_utf8_lossy(&output.stdout).contains("complete -F _longshore"));
}
