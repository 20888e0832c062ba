//! Files of the source, as they are.

use std::path::{Path, PathBuf};

/// The path of a file that is named from the top of the source.
#[must_use]
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

/// Its text.
///
/// # Panics
/// When there is no such file.
#[must_use]
pub fn text(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The default of a key of the configuration, by its reference.
///
/// # Panics
/// When there is no such key.
#[must_use]
pub fn default_of(key: &str) -> String {
    let page = text("docs/operating/configuration.md");
    let row = page.lines().find_map(|line| line.strip_prefix(&format!("| `{key}` | `")));
    let row = row.unwrap_or_else(|| panic!("the reference has no key {key}"));
    row.split('`').next().expect("a default").to_owned()
}

/// The anchors of a page's headings, as GitHub makes them.
#[must_use]
pub fn anchors(page: &str) -> Vec<String> {
    let text = text(page);
    let headings = text.lines().filter_map(|line| line.strip_prefix('#'));
    headings.map(|heading| anchor(heading.trim_start_matches('#').trim())).collect()
}

fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_headings_without_signs() {
        assert_eq!(anchor("When the disk is full"), "when-the-disk-is-full");
        assert_eq!(anchor("`LongshoreNotReady`: what now?"), "longshorenotready-what-now");
    }
}
