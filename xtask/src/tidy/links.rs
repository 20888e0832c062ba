//! A link from one document to another leads somewhere.

use super::Finding;
use super::tree::{File, Tree};
use std::path::Path;

/// Every relative link in a Markdown file to a file or folder that is not there.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.files.iter().filter(|file| file.extension() == "md") {
        for (index, line) in file.text.lines().enumerate() {
            let dead = targets(line).filter(|target| leads_nowhere(tree, file, target));
            found.extend(dead.map(|target| Finding {
                rule: "link",
                path: file.path.clone(),
                line: index + 1,
                what: target.to_owned(),
                lines: None,
                fix: "there is no such file".to_owned(),
            }));
        }
    }
    found
}

/// What the links of a line point at, without anchors.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](")
        .skip(1)
        .filter_map(|after| after.split_once(')'))
        .map(|(target, _)| target.split_once('#').map_or(target, |(file, _anchor)| file))
}

fn leads_nowhere(tree: &Tree, file: &File, target: &str) -> bool {
    let elsewhere = target.is_empty() || target.contains("://") || target.starts_with("mailto:");
    let folder = Path::new(&file.path).parent().unwrap_or(Path::new(""));
    !elsewhere && !tree.root.join(folder).join(target).exists()
}
