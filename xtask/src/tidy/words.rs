//! No protocol's word below the doors: comments, names and texts alike.

use super::Finding;
use super::rules::ProtocolWords;
use super::tree::Tree;

/// Every such word in the Rust files of the protocol-free crates.
pub(super) fn check(tree: &Tree, rule: &ProtocolWords) -> Vec<Finding> {
    let below = |path: &str| {
        rule.folders.iter().any(|folder| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
    };
    let mut found = Vec::new();
    for file in tree.rust().filter(|file| below(&file.path)) {
        for (index, line) in file.text.lines().enumerate() {
            for word in said(line, rule) {
                found.push(Finding {
                    rule: "protocol-word",
                    path: file.path.clone(),
                    line: index + 1,
                    what: word.to_owned(),
                    lines: None,
                    fix: "say it in the words of docs/glossary.md, or leave it to a door".to_owned(),
                });
            }
        }
    }
    found
}

fn said<'a>(line: &str, rule: &'a ProtocolWords) -> Vec<&'a str> {
    let mut spoken = format!(" {} ", plain_words(line));
    for phrase in &rule.not_meant {
        spoken = spoken.replace(&format!(" {phrase} "), "  ");
    }
    let is_said = |word: &&String| spoken.contains(&format!(" {word} ")) || spoken.contains(&format!(" {word}s "));
    rule.words.iter().filter(is_said).map(String::as_str).collect()
}

/// `receipt_handle`, `ReceiptHandle` and `RECEIPT-HANDLE` all as `receipt handle`.
fn plain_words(line: &str) -> String {
    let chars: Vec<char> = line.chars().collect();
    let mut plain = String::with_capacity(line.len() + 8);
    for (at, &c) in chars.iter().enumerate() {
        if !c.is_alphanumeric() {
            plain.push(' ');
            continue;
        }
        let before = at.checked_sub(1).map(|index| chars[index]);
        let starts_hump = before.is_some_and(|b| b.is_lowercase() || b.is_ascii_digit());
        let ends_acronym =
            before.is_some_and(char::is_uppercase) && chars.get(at + 1).is_some_and(|n| n.is_lowercase());
        if c.is_uppercase() && (starts_hump || ends_acronym) {
            plain.push(' ');
        }
        plain.extend(c.to_lowercase());
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}
