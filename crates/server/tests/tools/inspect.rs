//! `longshore inspect`: every kind of file, bounded.

use crate::stores::{json, make, named, told};
use tempfile::tempdir;

#[test]
fn every_kind_of_file_is_shown_by_its_words() {
    let folder = tempdir().expect("a folder");
    make(folder.path());
    let dir = folder.path().to_str().expect("a path");
    let check = |arguments: &[&str], parts: &[&str]| {
        let text = told(&[&["inspect", dir, "--limit", "10000"], arguments].concat(), 0);
        assert!(parts.iter().all(|part| text.contains(part)), "{arguments:?} lacks one of {parts:?}:\n{text}");
    };
    let number = |start: &str| {
        let file = named(folder.path(), start).pop().expect("one");
        file.file_stem().expect("a name").to_string_lossy()[start.len()..].trim_start_matches('0').to_owned()
    };
    check(&[], &["manifest", "segment", "run", "checkpoint", "boot 1"]);
    check(&["--manifest"], &["manifest-a: manifest", "manifest-b: manifest"]);
    check(&["--segment", &number("wal-")], &["frame ", "FIRST+LAST", "SEAL", "Messages of queue ", "seqs "]);
    check(&["--run", &number("run-")], &["queue 2 partition 0: ", " messages in ", "seqs "]);
    check(&["--checkpoint"], &["Globals", "Info(QueueId(1))", "Counts(QueueId(2))"]);
}

#[test]
fn no_more_lines_come_than_were_asked_for() {
    let folder = tempdir().expect("a folder");
    make(folder.path());
    let dir = folder.path().to_str().expect("a path");
    let text = told(&["inspect", dir, "--checkpoint", "--limit", "2"], 0);
    assert_eq!(text.lines().count(), 3, "{text}");
    assert!(text.contains("--limit"), "{text}");
    let line = json(&["inspect", dir, "--limit", "1", "--json"], 0);
    assert_eq!(line["boot"], 1);
}

#[test]
fn what_is_not_there_is_said() {
    let folder = tempdir().expect("a folder");
    make(folder.path());
    let dir = folder.path().to_str().expect("a path");
    assert!(told(&["inspect", dir, "--run", "999"], 0).contains("no manifest names run 999"));
    assert!(told(&["inspect", dir, "--segment", "999"], 2).contains("wal-00000999.seg"));
    told(&["inspect", dir, "--run", "1", "--segment", "1"], 2);
}
