//! Alerts for operators without Prometheus: queues are looked at, and a webhook is told of what should not be.
//!
//! ```text
//!   rounds: every few seconds ── figures of all queues ──→ watch: what is to be told ──→ courier of each alert ── POST ──→ webhook
//! ```
//!
//! What it is not: a part of any message's way. Invariants: nothing here is waited for: a webhook that does not answer costs
//! its own courier's time and a bounded number of notices, which are then dropped and logged. No log line shows a URL.

mod courier;
mod notice;
mod rounds;
mod watch;
mod webhook;

pub(crate) use rounds::start;
pub(crate) use webhook::WebhookError;
