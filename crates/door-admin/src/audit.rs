//! The record of changes: one line of JSON each, in `DATA/audit.jsonl`.
//!
//! ```text
//!  {"at_ms":…,"user":"shop","peer":"127.0.0.1:50123","action":"purge_queue","queue":"orders","details":{…},"outcome":"done"}
//! ```
//!
//! `user` is left out where nobody was asked, `remark` holds what the change header said beyond `yes`, `outcome` is `done`, an
//! error's code, or `unknown` where the caller did not wait for the answer. What messages do between producers and
//! consumers is not recorded here.
//!
//! Invariants: a line is with the operating system before the change is answered, so a killed server loses none. The files are
//! bounded. Neither secrets nor bodies of messages are ever in it.

mod file;
mod writer;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;
use writer::Writer;

/// One change.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Entry {
    /// When it was asked for (log time).
    pub(crate) at_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) peer: Option<String>,
    pub(crate) action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) queue: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) remark: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) details: Option<Value>,
    pub(crate) outcome: String,
}

/// One change, as it is read back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Recorded {
    /// When it was asked for.
    at_ms: u64,
    /// By whom; missing where nobody was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    /// From which address.
    #[serde(skip_serializing_if = "Option::is_none")]
    peer: Option<String>,
    /// Which call it was, by its `operationId`.
    action: String,
    /// Which queue it was about.
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<String>,
    /// Why it was made, where the change header said more than `yes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    remark: Option<String>,
    /// What else the call knew.
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Value>,
    /// `done`, an error's code, or `unknown` where the caller did not wait for the answer.
    outcome: String,
}

/// What a handler adds to the record of its change, as an extension of its answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Audited {
    /// The queue, where the path does not name it.
    pub(crate) queue: Option<String>,
    /// Facts for whoever reads it: counts, what changed. No secrets, no bodies.
    pub(crate) details: Option<Value>,
}

impl Audited {
    /// These facts.
    pub(crate) fn details(details: Value) -> Self {
        Self { queue: None, details: Some(details) }
    }

    /// About this queue.
    pub(crate) fn queue(self, queue: impl Into<String>) -> Self {
        Self { queue: Some(queue.into()), ..self }
    }
}

/// The record. Cheap to clone; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Audit {
    writer: Option<Arc<Writer>>,
}

impl Audit {
    /// The record in `folder`; none where there is no folder.
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        Self { writer: folder.map(|folder| Arc::new(Writer::new(folder))) }
    }

    /// Writes a line, and returns when the operating system has it. What cannot be written is told in the log: the change
    /// has happened.
    pub(crate) async fn record(&self, entry: &Entry) {
        if let Some(done) = self.begin(entry) {
            // The writer drops its end only after it has tried.
            let _tried = done.await;
        }
    }

    /// The newest lines, newest first, at most `limit`.
    pub(crate) async fn newest(&self, limit: usize) -> Vec<Recorded> {
        let Some(writer) = self.writer.clone() else { return Vec::new() };
        let read = tokio::task::spawn_blocking(move || writer.newest(limit)).await;
        let lines = read.unwrap_or_default();
        lines.iter().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    fn begin(&self, entry: &Entry) -> Option<tokio::sync::oneshot::Receiver<()>> {
        let writer = self.writer.as_ref()?;
        let mut line = serde_json::to_vec(entry).expect("an entry is plain data");
        line.push(b'\n');
        Some(writer.put(&line))
    }
}

/// The record of a change that is under way. Dropped before its end, it says that the outcome is not known.
#[derive(Debug)]
pub(crate) struct Unfinished<'a> {
    audit: &'a Audit,
    entry: Option<Entry>,
}

impl<'a> Unfinished<'a> {
    /// Begins.
    pub(crate) fn new(audit: &'a Audit, entry: Entry) -> Self {
        Self { audit, entry: Some(entry) }
    }

    /// Writes the record with its outcome.
    pub(crate) async fn finish(mut self, outcome: &str, audited: Option<Audited>) {
        let Some(mut entry) = self.entry.take() else { return };
        outcome.clone_into(&mut entry.outcome);
        let Audited { queue, details } = audited.unwrap_or_default();
        entry.queue = queue.or(entry.queue);
        entry.details = details.or(entry.details);
        self.audit.record(&entry).await;
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if let Some(mut entry) = self.entry.take() {
            "unknown".clone_into(&mut entry.outcome);
            let _nobody_waits = self.audit.begin(&entry);
        }
    }
}
