//! Nobody sleeps for luck: tests wait for conditions, the product waits in its timers.

use super::Finding;
use super::scrub::scrub;
use super::tree::{File, Tree};

/// Every call that only lets time pass, in Rust and in Python.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in &tree.files {
        let code = match file.extension() {
            "rs" => scrub(&file.text),
            "py" => file.text.clone(),
            _ => continue,
        };
        let calls = code.lines().enumerate().filter(|(_, line)| line.contains("sleep("));
        found.extend(calls.map(|(index, _)| sleeping(file, index)));
    }
    found
}

fn sleeping(file: &File, index: usize) -> Finding {
    Finding {
        rule: "sleep",
        path: file.path.clone(),
        line: index + 1,
        what: "sleep".to_owned(),
        lines: None,
        fix: "wait for the condition itself, with a deadline".to_owned(),
    }
}
