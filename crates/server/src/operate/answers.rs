//! The admin API's answers, as far as tables show them.
//!
//! What it is not: the contract. With `--json` an answer goes out whole, as it came. Invariant: a field that is missing is no error, so
//! that an older or a later server can be asked.

use serde::Deserialize;
use std::collections::BTreeMap;

/// Messages per second, once two looks were taken.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Rates {
    #[serde(rename = "in")]
    pub(super) published: Option<f64>,
    #[serde(rename = "out")]
    pub(super) delivered: Option<f64>,
    #[serde(rename = "ack")]
    pub(super) acked: Option<f64>,
    #[serde(rename = "fail")]
    pub(super) failed: Option<f64>,
}

/// A queue and its figures.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Queue {
    pub(super) name: String,
    pub(super) ready: u64,
    pub(super) delayed: u64,
    pub(super) leased: u64,
    pub(super) waiters: u64,
    pub(super) oldest_ms: Option<u64>,
    pub(super) paused: bool,
    pub(super) order: String,
    pub(super) dead_letter: Option<String>,
    pub(super) sources: Vec<String>,
    pub(super) rates: Rates,
}

/// A page of queues.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Queues {
    pub(super) total: u64,
    pub(super) matched: u64,
    pub(super) queues: Vec<Queue>,
}

/// A queue with everything about it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct QueueDetail {
    #[serde(flatten)]
    pub(super) queue: Queue,
    pub(super) settings: serde_json::Map<String, serde_json::Value>,
}

/// Who receives.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Consumer {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) door: String,
    pub(super) peer: String,
    pub(super) user: Option<String>,
    pub(super) queue: String,
    pub(super) connected: bool,
    pub(super) since_ms: u64,
    pub(super) leases: u64,
    pub(super) oldest_lease_ms: Option<u64>,
    pub(super) last_delivery_ms: Option<u64>,
}

/// A message as it is looked at.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Seen {
    pub(super) id: String,
    pub(super) original_id: Option<String>,
    pub(super) queue: String,
    pub(super) state: String,
    pub(super) due_ms: Option<u64>,
    pub(super) lease: Option<Lease>,
    pub(super) deliveries: u64,
    pub(super) failures: u64,
    pub(super) published_ms: u64,
    pub(super) expires_ms: Option<u64>,
    pub(super) lane: Option<String>,
    pub(super) priority: u64,
    pub(super) sender: Option<String>,
    pub(super) headers: serde_json::Map<String, serde_json::Value>,
    pub(super) body: Option<String>,
    pub(super) body_base64: Option<String>,
    pub(super) body_bytes: u64,
    pub(super) body_cut: bool,
    pub(super) origin: Option<Origin>,
}

/// Who holds a message.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Lease {
    pub(super) since_ms: u64,
    pub(super) deadline_ms: Option<u64>,
    pub(super) consumer: Option<serde_json::Value>,
}

/// Where a buried message comes from.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Origin {
    pub(super) queue: String,
    pub(super) reason: String,
    pub(super) error: Option<String>,
    pub(super) deliveries: u64,
    pub(super) failures: u64,
    pub(super) buried_ms: Option<u64>,
}

/// One thing that happened to a message.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Moment {
    pub(super) at_ms: u64,
    pub(super) what: String,
    pub(super) door: Option<String>,
    pub(super) consumer: Option<serde_json::Value>,
    pub(super) reason: Option<String>,
    pub(super) to: Option<Place>,
    pub(super) attempt: Option<u64>,
}

/// A message in a queue.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Place {
    pub(super) queue: String,
    pub(super) id: String,
}

/// A message and its life.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Life {
    pub(super) message: Option<Seen>,
    pub(super) life: Vec<Moment>,
    pub(super) life_from_ms: Option<u64>,
}

/// A group of failures.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Group {
    pub(super) fingerprint: Option<String>,
    pub(super) reason: String,
    pub(super) error: Option<String>,
    pub(super) origin: Option<String>,
    pub(super) count: u64,
    pub(super) oldest_ms: Option<u64>,
    pub(super) newest_ms: Option<u64>,
    pub(super) sample_id: Option<String>,
}

/// A redrive.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Redrive {
    pub(super) id: String,
    pub(super) queue: String,
    pub(super) target: Option<String>,
    pub(super) state: String,
    pub(super) stage: Option<String>,
    pub(super) to_move: u64,
    pub(super) moved: u64,
    pub(super) failed_again: u64,
    pub(super) kept: u64,
    pub(super) started_ms: u64,
    pub(super) why: Option<String>,
}

/// What a redrive would do.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct DryRun {
    pub(super) matched: u64,
    pub(super) by_target: BTreeMap<String, u64>,
}
