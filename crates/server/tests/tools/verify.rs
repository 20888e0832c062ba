//! `longshore verify`: healthy stores, torn ones, and every kind of damage.

use crate::program::Program;
use crate::stores::{bytes, content, files, flip, frames, json, living_block, make, named, remove, set_bytes, told};
use serde_json::Value;
use std::path::Path;
use tempfile::{TempDir, tempdir};

/// A store, and its path as an argument.
fn made() -> (TempDir, String) {
    let folder = tempdir().expect("a folder");
    make(folder.path());
    let dir = folder.path().to_str().expect("a path").to_owned();
    (folder, dir)
}

/// Damage of acknowledged data: exit code 1, and a finding in this kind of file.
fn check_found(dir: &str, file: &str) -> Value {
    let before = content(Path::new(dir));
    let told = json(&["verify", dir, "--json"], 1);
    assert_eq!(told["verdict"], "damaged");
    let findings = told["findings"].as_array().expect("findings");
    let named = |finding: &Value| finding["file"].as_str().is_some_and(|name| name.starts_with(file));
    assert!(findings.iter().any(named), "no finding in {file}: {told}");
    assert!(content(Path::new(dir)) == before, "verify changes nothing");
    told
}

fn lost_seqs(told: &Value, queue: &str) -> u64 {
    let lost = told["lost"].as_array().expect("a list");
    let of_queue = lost.iter().find(|lost| lost["queue"] == queue);
    of_queue.map_or(0, |lost| lost["count_max"].as_u64().expect("a number"))
}

#[test]
fn a_healthy_store_is_called_healthy_and_left_alone() {
    let (folder, dir) = made();
    let before = content(folder.path());
    let text = told(&["verify", &dir], 0);
    assert!(text.contains("healthy: 2 queues"), "{text}");
    let told = json(&["verify", &dir, "--json"], 0);
    assert_eq!((&told["verdict"], &told["lost"]), (&"healthy".into(), &Value::Array(Vec::new())));
    for count in ["segments", "frames", "records", "runs", "blocks", "run_messages", "checkpoint_pages"] {
        assert!(told[count].as_u64().is_some_and(|count| count > 0), "{count} in {told}");
    }
    assert!(content(folder.path()) == before, "verify changes nothing");
}

#[test]
fn a_last_write_that_was_never_synced_is_no_damage() {
    let (folder, dir) = made();
    let frames = frames(folder.path());
    let last = frames.iter().rposition(|(.., records)| *records > 0).expect("frames with records");
    for (file, at, _) in &frames[last + 1..] {
        let mut content = bytes(file);
        content[*at..at + 4096].fill(0);
        set_bytes(file, &content);
    }
    let (file, at, _) = &frames[last];
    flip(file, at + 64);
    let text = told(&["verify", &dir], 0);
    assert!(text.contains("unfinished: ") && text.contains("healthy: "), "{text}");
}

#[test]
fn a_changed_bit_in_the_log_names_the_messages_that_it_took() {
    let (folder, dir) = made();
    let frames = frames(folder.path());
    let (file, at, _) = frames.iter().rev().filter(|(.., records)| *records > 0).nth(1).expect("several");
    flip(file, at + 200);
    let told = check_found(&dir, "wal-");
    assert!(lost_seqs(&told, "jobs") > 0, "{told}");
    assert!(told["start_refused"].as_str().is_some_and(|why| why.contains("damaged")), "{told}");
}

#[test]
fn a_changed_bit_in_a_run_names_the_messages_of_its_block() {
    let (folder, dir) = made();
    let (run, at) = living_block(folder.path());
    flip(&run, at);
    let told = check_found(&dir, "run-");
    let lost = lost_seqs(&told, "jobs");
    assert!((1..20).contains(&lost), "a block's messages: {told}");
    let id = told["lost"][0]["ranges"][0]["first_id"].as_str().expect("an id");
    assert_eq!(id.len(), 36, "{id}");
}

#[test]
fn a_changed_bit_in_a_checkpoint_or_a_manifest_is_found() {
    let (folder, dir) = made();
    let manifest = folder.path().join("manifest-a");
    flip(&manifest, 40);
    check_found(&dir, "manifest-a");
    flip(&manifest, 40);
    flip(&named(folder.path(), "checkpoint-").pop().expect("a checkpoint"), 60);
    check_found(&dir, "checkpoint-");
}

#[test]
fn a_missing_file_is_found_with_its_messages() {
    for start in ["run-", "wal-", "checkpoint-"] {
        let (folder, dir) = made();
        let is_run = start == "run-";
        let file = if is_run { living_block(folder.path()).0 } else { named(folder.path(), start).remove(0) };
        remove(&file);
        let told = check_found(&dir, start);
        assert!(!is_run || lost_seqs(&told, "jobs") > 0, "{told}");
    }
}

#[test]
fn what_cannot_be_read_at_all_is_said_with_its_own_code() {
    let (folder, dir) = made();
    for manifest in files(folder.path(), "manifest-") {
        flip(&manifest, 40);
    }
    assert!(told(&["verify", &dir], 2).contains("manifest"));
    let empty = tempdir().expect("a folder");
    let text = told(&["verify", empty.path().to_str().expect("a path")], 2);
    assert!(text.contains("holds no store"), "{text}");
    assert!(files(empty.path(), "").is_empty(), "nothing is made");
    assert!(told(&["verify", "/nowhere/at/all"], 2).contains("/nowhere/at/all"));
}

#[test]
fn a_running_servers_folder_is_refused() {
    let folder = tempdir().expect("a folder");
    let server = Program::serve(folder.path(), &[]);
    let data = folder.path().join("data");
    let text = told(&["verify", data.to_str().expect("a path")], 2);
    assert!(text.contains("in use by another process"), "{text}");
    server.stopped().check(0, &[]);
    told(&["verify", data.to_str().expect("a path")], 0);
}
