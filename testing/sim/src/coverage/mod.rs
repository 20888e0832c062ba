//! "Sometimes" counters: how often each thing that a run of all seeds must meet was met.
//!
//! A simulation that is green because it never came to the hard places proves nothing; the run of all seeds asserts that
//! every fault fired, every row of the recovery table was taken, and every path of a message's life was walked.

mod hands;
mod lanes;
mod paths;

pub use paths::Path;

use crate::checker::ledger::Ledger;
use crate::disk::{Fault, Tally};
use crate::history::History;
use std::collections::BTreeMap;
use std::fmt;

/// Counts by name, to be added up over seeds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    counts: BTreeMap<String, u64>,
}

impl Coverage {
    /// Adds to one count.
    pub fn add(&mut self, name: impl fmt::Display, times: u64) {
        *self.counts.entry(name.to_string()).or_default() += times;
    }

    /// Adds what a disk met.
    pub fn add_disk(&mut self, tally: &Tally) {
        for fault in Fault::ALL {
            self.add(named(fault), tally.count(fault));
        }
    }

    /// Adds the paths that a history walked.
    pub fn add_history(&mut self, history: &History) {
        let ledger = Ledger::of(history);
        for path in Path::ALL {
            self.add(path, path.count(&ledger));
        }
    }

    /// Adds up another's counts.
    pub fn merge(&mut self, other: &Self) {
        for (name, times) in &other.counts {
            self.add(name, *times);
        }
    }

    /// How often it was met.
    #[must_use]
    pub fn count(&self, name: &str) -> u64 {
        self.counts.get(name).copied().unwrap_or_default()
    }

    /// Of these names, those met fewer than `least` times.
    #[must_use]
    pub fn missing<'n>(&self, names: &'n [String], least: u64) -> Vec<&'n str> {
        names.iter().map(String::as_str).filter(|name| self.count(name) < least).collect()
    }
}

/// The name under which a fault is counted.
#[must_use]
pub fn named(fault: Fault) -> String {
    format!("fault: {fault}")
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.counts.iter().try_for_each(|(name, times)| writeln!(f, "{times:>9}  {name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_add_up_and_what_is_missing_is_named() {
        let (mut one, mut other) = (Coverage::default(), Coverage::default());
        one.add("path: released", 15);
        other.add("path: released", 6);
        other.add("path: purged", 3);
        one.merge(&other);
        let wanted = ["path: released", "path: purged", "path: expired"].map(str::to_owned);
        assert_eq!(one.missing(&wanted, 20), ["path: purged", "path: expired"]);
    }
}
