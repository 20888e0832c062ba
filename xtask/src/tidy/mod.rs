//! The task `tidy`: the rules of the tree that no compiler checks.
//!
//! Crate edges, sizes, words, leftovers, sleeps, dead links. Every rule is a function from the tree to findings;
//! limits, words and exceptions are data in `xtask/tidy.toml`.

mod edges;
mod functions;
mod leftovers;
mod links;
mod rules;
mod scrub;
mod sizes;
mod sleeps;
mod tree;
mod words;

#[cfg(test)]
mod tests;

use crate::metadata::Metadata;
use crate::step;
use anyhow::{Result, bail};
use rules::Rules;
use std::fmt;
use tree::Tree;

/// Where a rule is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Finding {
    /// The rule's name, as an exception names it.
    rule: &'static str,
    /// The file, from the workspace's root.
    path: String,
    /// Its line, from 1.
    line: usize,
    /// What exactly broke the rule: a word, a function's name, a crate.
    what: String,
    /// The figure that broke it, where the rule has one.
    lines: Option<usize>,
    /// What to do.
    fix: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: [{}] {}: {}", self.path, self.line, self.rule, self.what, self.fix)
    }
}

/// Fails with every finding in the workspace.
pub fn run(_arguments: &[String]) -> Result<()> {
    step::timed("tidy", || {
        let rules = Rules::read(&step::root())?;
        let mut found = examine(&Tree::read(&step::root())?, &rules);
        found.extend(edges::check(&Metadata::members()?, &rules));
        report(&rules.except(found))
    })
}

/// What the files alone show.
fn examine(tree: &Tree, rules: &Rules) -> Vec<Finding> {
    let mut found = sizes::check(tree, &rules.limits);
    found.extend(functions::check(tree, rules.limits.function_lines));
    found.extend(words::check(tree, &rules.protocol_words));
    found.extend(leftovers::check(tree, &rules.leftover));
    found.extend(sleeps::check(tree));
    found.extend(links::check(tree));
    found
}

fn report(found: &[Finding]) -> Result<()> {
    if found.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = found.iter().map(Finding::to_string).collect();
    bail!("{} untidy places:\n  {}", found.len(), lines.join("\n  "))
}
