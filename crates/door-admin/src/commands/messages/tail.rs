//! `GET /v1/queues/{queue}/tail`: messages as they come to a queue, as server-sent events.
//!
//! ```text
//!  event: message           event: skipped         event: gone
//!  data: {…}                data: {"count":12}     data: {"name":"orders"}
//! ```
//!
//! Invariants: nothing is leased. `skipped` counts what came up to the look and is not shown. After `gone` the
//! stream ends.

use crate::api::Api;
use crate::content::SHOWN_BODY_BYTES;
use crate::errors::ApiError;
use crate::event_stream::{self, HEARTBEAT, Source, write_event};
use crate::frame::QueueInPath;
use crate::messages::seen::Seen;
use crate::messages::tail::Tail;
use axum::extract::State;
use axum::response::Response;
use broker::{Broker, Error, QueueInfo};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// How often the end of the log is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Looks without a message after which a heartbeat is due: ten seconds.
const LOOKS_PER_HEARTBEAT: u32 = 20;

struct Following {
    broker: Broker,
    queue: Arc<QueueInfo>,
    tail: Tail,
    is_gone: bool,
}

/// Begins to follow.
pub(crate) async fn answer(State(api): State<Arc<Api>>, QueueInPath(queue): QueueInPath) -> Result<Response, ApiError> {
    let broker = api.broker()?.clone();
    let tail = Tail::begin(&broker, queue.id).await?;
    event_stream::begin(&api, Following { broker, queue, tail, is_gone: false })
}

impl Source for Following {
    async fn next(&mut self) -> Option<String> {
        if self.is_gone {
            return None;
        }
        for _ in 0..LOOKS_PER_HEARTBEAT {
            door::timeout::pause(LOOK_EVERY).await;
            let text = self.look().await?;
            if !text.is_empty() {
                return Some(text);
            }
        }
        Some(HEARTBEAT.to_owned())
    }
}

impl Following {
    /// What one look tells; `None` when the broker cannot answer any more.
    async fn look(&mut self) -> Option<String> {
        let mut text = String::new();
        match self.tail.look(&self.broker).await {
            Ok(came) => {
                for browsed in &came.messages {
                    let seen = Seen::of(&self.broker, browsed, &self.queue.name, SHOWN_BODY_BYTES);
                    write_event(&mut text, "message", &seen);
                }
                if came.skipped > 0 {
                    write_event(&mut text, "skipped", &json!({ "count": came.skipped }));
                }
            }
            Err(Error::Refused(_)) => {
                self.is_gone = true;
                write_event(&mut text, "gone", &json!({ "name": self.queue.name }));
            }
            Err(Error::Unavailable(_)) => return None,
        }
        Some(text)
    }
}
