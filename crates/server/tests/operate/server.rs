//! The same commands against the real server.

use super::canned::run;
use crate::program::Program;
use serde_json::Value;
use std::process::Output;
use tempfile::tempdir;

fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_queue_is_made_shown_purged_and_removed() {
    let folder = tempdir().expect("a folder");
    let program = Program::serve(folder.path(), &[]);
    let address = program.address("admin").to_string();
    let typed = |arguments: &[&str]| told(&run(&[arguments, &["--server", &address]].concat(), ""));
    typed(&["queue", "create", "dead"]);
    let (code, out, err) = typed(&["queue", "create", "a/b", "lease_ms=60000", "--dead-letter", "dead"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("go to dead") && out.contains("lease_ms=60000"), "{out}");
    let (_, out, err) = typed(&["queue", "show", "a/b", "--json"]);
    let queue: Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}"));
    assert_eq!((&queue["name"], &queue["settings"]["bury"]["dead_letter"]), (&"a/b".into(), &"dead".into()));
    let (code, out, err) = typed(&["queue", "purge", "a/b", "--yes"]);
    assert_eq!((code, out.trim()), (Some(0), "0 messages removed"), "{err}");
    assert_eq!(typed(&["queue", "delete", "a/b", "--yes"]).0, Some(0));
    let (code, _, err) = typed(&["queue", "show", "a/b"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("error: ") && err.contains("a/b"), "{err}");
    let (code, out, err) = typed(&["users"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("no users"), "{out}");
    let (code, out, err) = typed(&["audit"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("a/b") && out.contains("dead"), "{out}");
    program.stopped().check(0, &[]);
}

#[test]
fn nobody_there_is_told_with_what_to_do() {
    let (code, out, err) = told(&run(&["queue", "list", "--server", "127.0.0.1:1"], ""));
    assert_eq!((code, out.as_str()), (Some(2), ""));
    for part in ["no server answers at http://127.0.0.1:1", "longshore serve", "LONGSHORE_ADMIN"] {
        assert!(err.contains(part), "{part:?} is not in {err}");
    }
}
