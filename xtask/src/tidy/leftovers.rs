//! Nothing is left for later in the tree, and nothing points at a list of open work outside it.

use super::Finding;
use super::rules::Leftover;
use super::tree::{File, Tree};

/// Leftover texts in sources, and issue numbers anywhere.
pub(super) fn check(tree: &Tree, leftovers: &[Leftover]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in &tree.files {
        for (index, line) in file.text.lines().enumerate() {
            if matches!(file.extension(), "rs" | "py" | "sh" | "js" | "cjs" | "css" | "html") {
                let left = leftovers.iter().filter(|leftover| line.contains(&leftover.text));
                found.extend(left.map(|leftover| finding(file, index, "leftover", &leftover.text, &leftover.fix)));
            }
            if let Some(reference) = issue_number(line) {
                let fix = "write the reason itself; numbers mean nothing to a reader of the tree";
                found.push(finding(file, index, "issue-number", &reference, fix));
            }
        }
    }
    found
}

fn finding(file: &File, index: usize, rule: &'static str, what: &str, fix: &str) -> Finding {
    Finding { rule, path: file.path.clone(), line: index + 1, what: what.to_owned(), lines: None, fix: fix.to_owned() }
}

/// A hash sign or the word `issue`, followed by a number.
fn issue_number(line: &str) -> Option<String> {
    let lower = line.to_lowercase();
    let number = |from: usize| lower[from..].chars().take_while(char::is_ascii_digit).collect::<String>();
    let follows_blank = |at: usize| lower[..at].chars().next_back().is_none_or(|c| c.is_whitespace() || c == '(');
    for mark in ["#", "issue ", "issues/"] {
        for (at, _) in lower.match_indices(mark) {
            let digits = number(at + mark.len());
            if !digits.is_empty() && (mark == "issues/" || follows_blank(at)) {
                return Some(format!("{mark}{digits}"));
            }
        }
    }
    None
}
