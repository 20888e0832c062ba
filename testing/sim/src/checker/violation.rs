//! A broken rule and its evidence.

use crate::history::History;
use std::fmt;

/// One broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which rule.
    pub rule: &'static str,
    /// What is wrong, in words.
    pub what: String,
    /// The events that show it, by their places in the history.
    pub events: Vec<usize>,
}

impl Violation {
    /// Something is wrong, as these events show.
    pub fn new(what: impl Into<String>, events: impl IntoIterator<Item = usize>) -> Self {
        Self { rule: "", what: what.into(), events: events.into_iter().collect() }
    }

    /// The same, with its rule's name.
    #[must_use]
    pub fn of_rule(self, rule: &'static str) -> Self {
        Self { rule, ..self }
    }

    /// The evidence in words, a line an event.
    #[must_use]
    pub fn evidence(&self, history: &History) -> String {
        self.events.iter().map(|at| format!("{at:>6} {}\n", history.events[*at])).collect()
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rule `{}` is broken: {}", self.rule, self.what)
    }
}
