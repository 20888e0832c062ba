//! Files stay small enough to be read in one go, and open by saying what they are.

use super::Finding;
use super::rules::Limits;
use super::tree::{File, Tree};

/// Source files that are too long, and source files that do not open with their own description.
pub(super) fn check(tree: &Tree, limits: &Limits) -> Vec<Finding> {
    let long = tree.sources().filter_map(|file| too_long(file, limits.file_lines));
    let mute = tree.files.iter().filter_map(says_nothing);
    long.chain(mute).collect()
}

fn too_long(file: &File, lines_max: usize) -> Option<Finding> {
    let lines = file.text.lines().count();
    (lines > lines_max).then(|| Finding {
        rule: "long-file",
        path: file.path.clone(),
        line: lines,
        what: "the file".to_owned(),
        lines: Some(lines),
        fix: format!("{lines} lines, the limit is {lines_max}: find the seam and cut it there"),
    })
}

fn says_nothing(file: &File) -> Option<Finding> {
    let (opening, fix) = match file.extension() {
        "rs" => ("//! ", "open it with `//!`: what it is, what it is not, its invariants"),
        "py" => ("\"\"\"", "open it with a docstring: what it is and who runs it"),
        "js" | "cjs" => ("// ", "open it with `//`: what it is, what it is not, its invariants"),
        "css" => ("/* ", "open it with `/*`: what it lays out, and what it does not"),
        _ => return None,
    };
    (!file.text.starts_with(opening)).then(|| Finding {
        rule: "opening",
        path: file.path.clone(),
        line: 1,
        what: "the first line".to_owned(),
        lines: None,
        fix: fix.to_owned(),
    })
}
