//! What happened during a run, counted.

use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Texts of unexpected things that are kept; the rest is only counted.
const TEXTS_KEPT: usize = 10;

/// Counters that all threads share.
#[derive(Debug, Default)]
pub struct Figures {
    /// Sends and batch sends whose connection broke before the answer.
    pub sends_cut: AtomicU64,
    /// Deletes and batch deletes, likewise.
    pub deletes_cut: AtomicU64,
    /// Receives and all else, likewise.
    pub others_cut: AtomicU64,
    /// Requests that were answered.
    pub answered: AtomicU64,
    /// Kills.
    pub kills: AtomicU64,
    /// Freezes.
    pub freezes: AtomicU64,
    /// Starts at which the server found a frame of the log half written.
    pub torn_tails: AtomicU64,
    slowest_recovery_ms: AtomicU64,
    sends_refused: AtomicU64,
    refusals: Texts,
    breaks: Texts,
}

/// A counter of things that ought not to happen, with the first few in words.
#[derive(Debug, Default)]
struct Texts {
    count: AtomicU64,
    first: Mutex<Vec<String>>,
}

impl Texts {
    fn add(&self, text: String) {
        self.count.fetch_add(1, Ordering::Relaxed);
        let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        if first.len() < TEXTS_KEPT {
            first.push(text);
        }
    }

    fn json(&self) -> Value {
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        json!({ "count": self.count.load(Ordering::Relaxed), "first": *first })
    }
}

impl Figures {
    /// A request for `action` broke off before its answer.
    pub fn cut(&self, action: &str) {
        let counter = match action {
            _ if is_send(action) => &self.sends_cut,
            "DeleteMessage" | "DeleteMessageBatch" => &self.deletes_cut,
            _ => &self.others_cut,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Requests that broke off before their answer, of all kinds.
    pub fn cut_in_all(&self) -> u64 {
        [&self.sends_cut, &self.deletes_cut, &self.others_cut].iter().map(|one| one.load(Ordering::Relaxed)).sum()
    }

    /// The server refused a request for `action`, or an entry of it, in these words.
    pub fn refused(&self, action: &str, text: String) {
        self.sends_refused.fetch_add(u64::from(is_send(action)), Ordering::Relaxed);
        self.refusals.add(text);
    }

    /// How often the server refused anything. After a freeze it must refuse what came too late for its lease.
    pub fn refusals(&self) -> u64 {
        self.refusals.count.load(Ordering::Relaxed)
    }

    /// How often the server refused a send.
    pub fn sends_refused(&self) -> u64 {
        self.sends_refused.load(Ordering::Relaxed)
    }

    /// A connection broke although nobody had harmed the server.
    pub fn broke(&self, text: String) {
        self.breaks.add(text);
    }

    /// How often a connection broke although nobody had harmed the server.
    pub fn breaks(&self) -> u64 {
        self.breaks.count.load(Ordering::Relaxed)
    }

    /// The server took so long from its start to `ready`.
    pub fn recovered_in(&self, time: Duration) {
        let ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.slowest_recovery_ms.fetch_max(ms, Ordering::Relaxed);
    }

    /// Everything, for a report.
    pub fn json(&self) -> Value {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        json!({
            "answered": read(&self.answered),
            "kills": read(&self.kills),
            "freezes": read(&self.freezes),
            "cut_off": { "sends": read(&self.sends_cut), "deletes": read(&self.deletes_cut), "others": read(&self.others_cut) },
            "starts_with_a_torn_frame": read(&self.torn_tails),
            "slowest_recovery_ms": read(&self.slowest_recovery_ms),
            "sends_refused": self.sends_refused(),
            "refusals": self.refusals.json(),
            "unexplained_breaks": self.breaks.json(),
        })
    }
}

fn is_send(action: &str) -> bool {
    action.starts_with("SendMessage")
}
