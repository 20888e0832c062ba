//! Takes the spans that were gathered, and sends them in batches; again where that is worth it.
//!
//! Invariants: one batch is on its way at a time, and what is gathered meanwhile is bounded by the broker; a batch that is given up is
//! counted. The first trouble and its end are logged, not what lies between.

use super::collector::{Collector, Outcome};
use super::request::{Resource, body};
use broker::Broker;
use broker::traces::{Span, Traces};
use door::timeout;
use std::sync::Arc;
use std::time::Duration;

/// Between two looks for spans.
const PAUSE: Duration = Duration::from_secs(1);

/// Spans of one request at most.
const BATCH: usize = 512;

/// Tries of one batch, with pauses of seven seconds between them; of one that follows a batch that was given up there is one.
const TRIES_MAX: u32 = 4;

/// The pause after the first try; each is twice the one before.
const PAUSE_MIN: Duration = Duration::from_secs(1);

/// How long a stop waits for the last spans.
const FAREWELL: Duration = Duration::from_secs(2);

/// Sends spans to a collector. Clones are one.
#[derive(Clone)]
pub(crate) struct Exporter {
    broker: Broker,
    traces: Arc<Traces>,
    collector: Collector,
    resource: Resource,
}

impl Exporter {
    /// From this broker's traces, under this name; `None` where it traces nothing.
    pub(crate) fn new(broker: &Broker, collector: Collector, service: &str) -> Option<Self> {
        let instance = format!("{:032x}-{}", broker.store_id(), broker.boot().0);
        let resource = Resource { service: service.to_owned(), instance };
        Some(Self { broker: broker.clone(), traces: broker.traces()?.clone(), collector, resource })
    }

    /// Sends what is gathered, for as long as it is let.
    pub(crate) async fn run(self) {
        let mut in_trouble = false;
        loop {
            timeout::pause(PAUSE).await;
            let mut spans = self.traces.take().into_iter();
            loop {
                let batch: Vec<Span> = spans.by_ref().take(BATCH).collect();
                if batch.is_empty() {
                    break;
                }
                let sent = self.send(&batch, if in_trouble { 1 } else { TRIES_MAX }).await;
                if let Err(reason) = sent {
                    self.traces.lose(batch.len());
                    if !in_trouble {
                        tracing::warn!(reason, "spans do not reach the collector; until they do, they are dropped");
                    }
                } else if in_trouble {
                    tracing::info!("spans reach the collector again");
                }
                in_trouble = sent.is_err();
            }
        }
    }

    /// Sends what is left, once, and not for long.
    pub(crate) async fn finish(&self) {
        let left = self.traces.take();
        for batch in left.chunks(BATCH) {
            let sent = timeout::within(FAREWELL, self.send_once(batch)).await;
            if !matches!(sent, Ok(Outcome::Taken)) {
                return;
            }
        }
    }

    /// Why it was given up, if it was.
    async fn send(&self, batch: &[Span], tries_max: u32) -> Result<(), &'static str> {
        let mut tries = 0;
        loop {
            let reason = match self.send_once(batch).await {
                Outcome::Taken => return Ok(()),
                Outcome::Never(status) => {
                    tracing::debug!(status, "the collector refuses spans");
                    return Err("it refuses them");
                }
                Outcome::NotNow(reason) => reason,
            };
            tries += 1;
            if tries == tries_max {
                return Err(reason);
            }
            timeout::pause(PAUSE_MIN.saturating_mul(2_u32.saturating_pow(tries - 1))).await;
        }
    }

    async fn send_once(&self, batch: &[Span]) -> Outcome {
        let (collector, body) = (self.collector.clone(), body(&self.resource, &self.broker, batch));
        let sent = tokio::task::spawn_blocking(move || collector.send(body)).await;
        // A runtime that is ending runs nothing any more.
        sent.unwrap_or(Outcome::NotNow("the server is stopping"))
    }
}
