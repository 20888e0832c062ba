//! The audit: what the ledgers say was promised, against what the ledgers say was received.
//!
//! It is run over ledgers of a run that ended with everything drained, so that every message was received or is gone.
//!
//! | rule | broken when |
//! |---|---|
//! | nothing acknowledged is lost | a stored message was never deleted, and nobody tried to |
//! | nothing deleted comes back | it was seen by a receive that began after its delete was acknowledged |
//! | nothing is invented | what was seen was never intended, or its content or its id differ |
//! | nothing is doubled | one intent was seen under two ids |
//!
//! A send or a delete without an answer has an unknown outcome: it may have happened or not, and both are fine.

use crate::ledger::{self, Line, Stamp, What};
use crate::message::Name;
use anyhow::Result;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What is known of one message.
#[derive(Default)]
struct History {
    intended: Option<u64>,
    stored: Option<String>,
    seen: Vec<(Stamp, u64, String)>,
    delete_tried: bool,
    deleted: Option<Stamp>,
}

/// The result.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// Messages whose send was acknowledged.
    pub stored: u64,
    /// Messages whose send has an unknown outcome.
    pub unknown: u64,
    /// Of those, the ones that turned up.
    pub unknown_and_seen: u64,
    /// Messages whose delete was acknowledged.
    pub deleted: u64,
    /// Messages whose delete has an unknown outcome and that did not turn up again.
    pub deleted_unheard: u64,
    /// Deliveries beyond each message's first.
    pub redeliveries: u64,
    /// Broken rules, in words.
    pub violations: Vec<String>,
}

impl Audit {
    /// Reads ledgers from disk and judges them.
    pub fn of_ledgers(paths: &[PathBuf]) -> Result<Self> {
        let mut lines = Vec::new();
        for path in paths {
            lines.extend(ledger::read(path)?);
        }
        Ok(Self::of_lines(lines))
    }

    /// Judges lines in any order.
    pub fn of_lines(lines: impl IntoIterator<Item = Line>) -> Self {
        let mut histories: BTreeMap<Name, History> = BTreeMap::new();
        for line in lines {
            let history = histories.entry(line.name).or_default();
            match line.what {
                What::Intent(hash) => history.intended = Some(hash),
                What::Stored(id) => history.stored = Some(id),
                What::Seen(hash, id) => history.seen.push((line.at, hash, id)),
                What::Delete => history.delete_tried = true,
                What::Deleted => history.deleted = Some(history.deleted.map_or(line.at, |first| first.min(line.at))),
            }
        }
        let mut audit = Self::default();
        for (name, history) in &histories {
            audit.count(history);
            audit.violations.extend(history.violations().into_iter().map(|broken| format!("{name} {broken}")));
        }
        audit
    }

    fn count(&mut self, history: &History) {
        let seen = !history.seen.is_empty();
        self.stored += u64::from(history.stored.is_some());
        self.unknown += u64::from(history.stored.is_none());
        self.unknown_and_seen += u64::from(history.stored.is_none() && seen);
        self.deleted += u64::from(history.deleted.is_some());
        self.deleted_unheard += u64::from(history.deleted.is_none() && history.delete_tried);
        self.redeliveries += history.seen.len().saturating_sub(1) as u64;
    }

    /// Everything, for a report.
    pub fn json(&self) -> Value {
        json!({
            "stored": self.stored,
            "sends_of_unknown_outcome": self.unknown,
            "of_which_turned_up": self.unknown_and_seen,
            "deleted": self.deleted,
            "deletes_of_unknown_outcome_that_happened": self.deleted_unheard,
            "redeliveries": self.redeliveries,
            "violations": self.violations,
        })
    }
}

impl History {
    fn violations(&self) -> Vec<String> {
        let mut broken = Vec::new();
        if self.stored.is_some() && !self.delete_tried {
            broken.push(format!("is lost: acknowledged, seen {} times, never deleted", self.seen.len()));
        }
        let ids = || self.seen.iter().map(|(_, _, id)| id).chain(&self.stored);
        if let Some((first, other)) = ids().next().and_then(|first| Some((first, ids().find(|id| *id != first)?))) {
            broken.push(format!("is doubled: it has the ids {first} and {other}"));
        }
        for (asked, hash, id) in &self.seen {
            match self.intended {
                None => broken.push(format!("is invented: nobody meant to send {id}")),
                Some(intended) if intended != *hash => broken.push(format!("is altered: {id} has another content")),
                Some(_) => {}
            }
            if let Some(deleted) = self.deleted.filter(|deleted| asked > deleted) {
                let (asked, deleted) = (asked.0, deleted.0);
                broken.push(format!("came back: deleted at {deleted}, seen by a receive that began at {asked}"));
            }
        }
        broken
    }
}

#[cfg(test)]
mod tests;
