//! The arrows between crates are exactly those of the design; only `crates/server` names everything.

use super::Finding;
use super::rules::Rules;
use crate::metadata::{Dependency, Metadata, Package};
use std::collections::BTreeMap;
use std::path::Path;

/// Every arrow from a crate under `crates/` to a folder of the workspace that the rules do not draw.
pub(super) fn check(metadata: &Metadata, rules: &Rules) -> Vec<Finding> {
    let mut found = Vec::new();
    for package in metadata.own() {
        let Some(from) = crate_name(package.folder()) else { continue };
        let Some(targets) = targets_of(&rules.edges, &from) else {
            found.push(arrow(package, &from, "give it a line under [edges] in xtask/tidy.toml"));
            continue;
        };
        let for_tests = targets_of(&rules.test_edges, &from).unwrap_or_default();
        for dependency in &package.dependencies {
            let Some(to) = dependency.path.as_deref() else { continue };
            let to_crate = crate_name(Path::new(to));
            let drawn =
                |to: &String| *to == from || any_fits(targets, to) || (is_dev(dependency) && any_fits(for_tests, to));
            if !to_crate.as_ref().is_some_and(drawn) {
                let to = to_crate.unwrap_or_else(|| to.to_owned());
                found.push(arrow(package, &format!("{from} → {to}"), "the design draws no such arrow"));
            }
        }
    }
    found
}

/// The longest pattern that fits speaks for the crate: `door` is not a `door-*`.
fn targets_of<'a>(edges: &'a BTreeMap<String, Vec<String>>, from: &str) -> Option<&'a [String]> {
    let fitting = edges.iter().filter(|(pattern, _)| fits(pattern, from));
    fitting.max_by_key(|(pattern, _)| pattern.len()).map(|(_, targets)| targets.as_slice())
}

fn is_dev(dependency: &Dependency) -> bool {
    dependency.kind.as_deref() == Some("dev")
}

fn any_fits(patterns: &[String], name: &str) -> bool {
    patterns.iter().any(|pattern| fits(pattern, name))
}

/// The folder's name, for a folder directly under `crates/`.
fn crate_name(folder: &Path) -> Option<String> {
    let parent = folder.parent()?.file_name()?;
    (parent == "crates").then(|| folder.file_name()?.to_str().map(str::to_owned))?
}

fn fits(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(stem) => name.starts_with(stem),
        None => pattern == name,
    }
}

fn arrow(package: &Package, what: &str, fix: &str) -> Finding {
    Finding {
        rule: "edge",
        path: package.manifest_path.clone(),
        line: 1,
        what: what.to_owned(),
        lines: None,
        fix: fix.to_owned(),
    }
}
