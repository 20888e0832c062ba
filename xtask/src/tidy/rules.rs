//! `xtask/tidy.toml` in types, and how its exceptions apply.

use super::Finding;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const FILE: &str = "xtask/tidy.toml";

/// Everything that `tidy` is told.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rules {
    pub limits: Limits,
    pub edges: BTreeMap<String, Vec<String>>,
    pub test_edges: BTreeMap<String, Vec<String>>,
    pub protocol_words: ProtocolWords,
    pub leftover: Vec<Leftover>,
    #[serde(default)]
    allow: Vec<Exception>,
}

/// Greatest sizes, in lines.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Limits {
    pub file_lines: usize,
    pub function_lines: usize,
}

/// Words that belong to a protocol, and where none may be said.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProtocolWords {
    pub folders: Vec<String>,
    pub words: Vec<String>,
    pub not_meant: Vec<String>,
}

/// A text that must not stay.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Leftover {
    pub text: String,
    pub fix: String,
}

/// One place that may break one rule, and why.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    rule: String,
    path: String,
    what: String,
    /// For rules with a figure: it may not grow past this.
    lines: Option<usize>,
    reason: String,
}

impl Rules {
    /// Reads the file below the workspace's root.
    pub(super) fn read(root: &Path) -> Result<Self> {
        let text = fs::read_to_string(root.join(FILE)).with_context(|| format!("cannot read {FILE}"))?;
        Self::parse(&text)
    }

    /// Reads the file's text.
    pub(super) fn parse(text: &str) -> Result<Self> {
        toml::from_str(text).with_context(|| format!("{FILE} is not as expected"))
    }

    /// What is left of `found` after the exceptions, and every exception that excused nothing.
    pub(super) fn except(&self, found: Vec<Finding>) -> Vec<Finding> {
        let excuses = |exception: &Exception, finding: &Finding| {
            exception.rule == finding.rule
                && exception.path == finding.path
                && exception.what == finding.what
                && finding.lines.unwrap_or(0) <= exception.lines.unwrap_or(0)
        };
        let idle = self.allow.iter().filter(|exception| !found.iter().any(|finding| excuses(exception, finding)));
        let idle: Vec<Finding> = idle.map(Exception::is_not_needed).collect();
        let left = found.into_iter().filter(|finding| !self.allow.iter().any(|exception| excuses(exception, finding)));
        left.chain(idle).collect()
    }
}

impl Exception {
    fn is_not_needed(&self) -> Finding {
        Finding {
            rule: "exception",
            path: FILE.to_owned(),
            line: 1,
            what: format!("{} `{}` in {}", self.rule, self.what, self.path),
            lines: None,
            fix: format!("nothing breaks this rule there (any more, or by more than was allowed): {}", self.reason),
        }
    }
}
