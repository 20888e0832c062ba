//! Spans on their way to a collector, over OTLP.
//!
//! ```text
//!  broker's traces ── take, every second ──→ exporter: batches ──→ request: protobuf ──→ collector ── POST ──→ somebody's collector
//! ```
//!
//! What it is not: making spans, which is the broker's ([`broker::traces`]). No library of OpenTelemetry's is behind it: what is sent is one
//! message of some twenty fields, which takes less code than to feed an exporter that wants to make the spans itself.
//!
//! Invariants: nothing here is waited for, but for a moment at the very end; a collector that does not answer costs this task's time and the
//! bounded number of spans that are gathered meanwhile, which are dropped and counted. No log line shows a header or the URL.

mod attributes;
mod collector;
mod exporter;
mod protobuf;
mod request;

pub(crate) use collector::{Collector, CollectorError};
pub(crate) use exporter::Exporter;
