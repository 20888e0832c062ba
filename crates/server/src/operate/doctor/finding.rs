//! One thing that was looked at, and what to do about it.

use crate::operate::words::visible;
use serde_json::{Value, json};

/// How it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// As it should be.
    Good,
    /// It may be meant.
    Doubtful,
    /// A server fares ill.
    Wrong,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) level: Level,
    pub(super) what: &'static str,
    pub(super) says: String,
    pub(super) next: Option<&'static str>,
}

impl Finding {
    /// As it should be.
    pub(super) fn good(what: &'static str, says: impl Into<String>) -> Self {
        Self { level: Level::Good, what, says: says.into(), next: None }
    }

    /// It may be meant, or not.
    pub(super) fn doubtful(what: &'static str, says: impl Into<String>, next: &'static str) -> Self {
        Self { level: Level::Doubtful, what, says: says.into(), next: Some(next) }
    }

    /// It must be mended.
    pub(super) fn wrong(what: &'static str, says: impl Into<String>, next: &'static str) -> Self {
        Self { level: Level::Wrong, what, says: says.into(), next: Some(next) }
    }

    /// For people: two lines at most.
    pub(super) fn to_text(&self) -> String {
        let mark = match self.level {
            Level::Good => "ok   ",
            Level::Doubtful => "look ",
            Level::Wrong => "WRONG",
        };
        let next = self.next.map(|next| format!("\n{:22}→ {next}", "")).unwrap_or_default();
        format!("{mark}  {:13}  {}{next}", self.what, visible(&self.says))
    }

    /// For programs.
    pub(super) fn to_json(&self) -> Value {
        let level = match self.level {
            Level::Good => "good",
            Level::Doubtful => "doubtful",
            Level::Wrong => "wrong",
        };
        json!({ "level": level, "what": self.what, "says": self.says, "next": self.next })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_seen_first_and_says_what_to_do() {
        let finding = Finding::wrong("data", "full", "free some space");
        assert_eq!(finding.to_text(), "WRONG  data           full\n                      → free some space");
        assert_eq!(Finding::good("clock", "right").to_text(), "ok     clock          right");
    }
}
