//! When a queue sets messages aside, and where they go.
//!
//! What it is not: what a message that was set aside tells of itself ([`crate::origin`]).
//!
//! ```text
//!  a message ...                              with Queue(name)          with Router            with Nowhere
//!  reached the limit, or was rejected         into it; while it does    into every queue that  goes
//!                                             not exist it comes back   matches; goes if none
//!  expired, where `expired` says so           into it; while it does    likewise               goes
//!                                             not exist it goes
//! ```
//!
//! What goes is counted: as expired where that is why and the policy has no place for it, as dropped otherwise.

use serde::{Deserialize, Serialize};

/// When a message is set aside, and where it goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BuryPolicy {
    /// Which counter is compared.
    pub counted_by: CountedBy,
    /// A message that reached this count is buried instead of being delivered again; at least 1. `None` leaves it to a
    /// consumer's word.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub max: Option<u32>,
    /// Where it goes.
    pub dead_letter: DeadLetter,
    /// What passes its own expiry or the queue's retention is set aside too, instead of vanishing.
    #[serde(default)]
    pub expired: bool,
}

/// Where messages go that are set aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(from = "Written", into = "Written")]
pub enum DeadLetter {
    /// Into the queue of this name. It may name the queue itself, or none that exists: then a message stays and comes back.
    Queue(String),
    /// They are published again, through a router.
    Router {
        /// The router's name. While none has it, messages go. Empty for no router: the keys name queues.
        router: String,
        /// With this key; `None` for the keys that each was published with, or its queue's name where it has none.
        key: Option<String>,
    },
    /// Nowhere: they go.
    Nowhere,
}

/// How it is written down: a queue's name as plain text, as it always was, so nothing else may be text.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged, deny_unknown_fields)]
enum Written {
    Queue(String),
    Router {
        router: String,
        #[serde(default)]
        key: Option<String>,
    },
    Nowhere(()),
}

impl From<Written> for DeadLetter {
    fn from(written: Written) -> Self {
        match written {
            Written::Queue(name) => Self::Queue(name),
            Written::Router { router, key } => Self::Router { router, key },
            Written::Nowhere(()) => Self::Nowhere,
        }
    }
}

impl From<DeadLetter> for Written {
    fn from(dead_letter: DeadLetter) -> Self {
        match dead_letter {
            DeadLetter::Queue(name) => Self::Queue(name),
            DeadLetter::Router { router, key } => Self::Router { router, key },
            DeadLetter::Nowhere => Self::Nowhere(()),
        }
    }
}

/// Which of the two durable counters a bury policy compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CountedBy {
    /// Every lease counts, also one that was given back.
    Deliveries,
    /// Only failures and lease expiries count.
    Failures,
}

impl BuryPolicy {
    /// A message that was handed out, or failed, so often goes into the queue of this name; so does what is rejected.
    #[must_use]
    pub fn into_queue(counted_by: CountedBy, max: u32, name: impl Into<String>) -> Self {
        Self { counted_by, max: Some(max), dead_letter: DeadLetter::Queue(name.into()), expired: false }
    }

    /// The one queue that it names.
    #[must_use]
    pub fn queue(&self) -> Option<&str> {
        match &self.dead_letter {
            DeadLetter::Queue(name) => Some(name),
            DeadLetter::Router { .. } | DeadLetter::Nowhere => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &BuryPolicy) {
        assert_eq!(&serde_json::from_str::<BuryPolicy>(text).expect("it is well formed"), expected, "{text}");
        let written = serde_json::to_string(expected).expect("it is plain data");
        assert_eq!(&serde_json::from_str::<BuryPolicy>(&written).expect("it was just written"), expected, "{written}");
    }

    #[test]
    fn a_policy_of_the_first_layout_reads_as_it_was_meant() {
        let text = r#"{"counted_by":"deliveries","max":3,"dead_letter":"nowhere"}"#;
        check(text, &BuryPolicy::into_queue(CountedBy::Deliveries, 3, "nowhere"));
    }

    #[test]
    fn every_place_reads_back() {
        let policy =
            |dead_letter| BuryPolicy { counted_by: CountedBy::Failures, max: None, dead_letter, expired: true };
        let head = r#""counted_by":"failures","expired":true"#;
        let router = |key: Option<&str>| DeadLetter::Router { router: "r".into(), key: key.map(Into::into) };
        check(&format!(r#"{{{head},"dead_letter":null}}"#), &policy(DeadLetter::Nowhere));
        check(&format!(r#"{{{head},"dead_letter":{{"router":"r"}}}}"#), &policy(router(None)));
        check(&format!(r#"{{{head},"dead_letter":{{"router":"r","key":"k"}}}}"#), &policy(router(Some("k"))));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for dead_letter in ["7", r#"{"router":"r","kee":"k"}"#, "{}"] {
            let text = format!(r#"{{"counted_by":"failures","dead_letter":{dead_letter}}}"#);
            assert!(serde_json::from_str::<BuryPolicy>(&text).is_err(), "{text}");
        }
        assert!(serde_json::from_str::<BuryPolicy>(r#"{"counted_by":"failures","max":1}"#).is_err(), "no place");
    }
}
