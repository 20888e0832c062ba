//! `longshore prove`: the program kills itself and audits.

use crate::stores::{files, json, told};
use tempfile::tempdir;

#[test]
fn a_short_trial_ends_in_a_verdict_and_leaves_nothing_behind() {
    let folder = tempdir().expect("a folder");
    let verdict = json(&["prove", folder.path().to_str().expect("a path"), "--seconds", "2", "--json"], 0);
    assert_eq!(verdict["verdict"], "kept");
    for nothing in ["lost", "returned", "reordered", "stored_twice"] {
        assert_eq!(verdict[nothing], 0, "{nothing} in {verdict}");
    }
    for something in ["kills", "acknowledged", "received", "deleted"] {
        assert!(verdict[something].as_u64().is_some_and(|count| count > 0), "{something} in {verdict}");
    }
    let syncs = &verdict["syncs"];
    assert!(syncs["p50_us"].as_u64() <= syncs["max_us"].as_u64() && syncs["meaning"].is_string(), "{syncs}");
    assert!(files(folder.path(), "").is_empty(), "the scratch folder is removed");
}

#[test]
fn a_folder_that_is_not_there_is_refused() {
    assert!(told(&["prove", "/nowhere/at/all"], 2).contains("/nowhere/at/all"));
}
