//! `GET /v1/events`: the overview and chosen queues every two seconds, as server-sent events.
//!
//! ```text
//!  event: overview          event: queue           event: gone
//!  data: {…}                data: {…}              data: {"name":"orders"}
//! ```
//!
//! Invariants: a stream ends when the server stops or its caller goes. No more are open than there are permits, each holds one answer.

use super::overview;
use crate::api::Api;
use crate::authorization::{self, Named, Need};
use crate::caller::Caller;
use crate::commands::queues::detail;
use crate::errors::{ApiError, Code};
use crate::figures::LOOK_EVERY;
use crate::frame::Params;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::fmt::Write;
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;

/// Most queues of one stream.
const QUEUES_MAX: usize = 20;

/// What is wanted besides the overview.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Wanted {
    /// Names of queues, separated by commas, at most twenty.
    queues: Option<String>,
}

struct Events {
    api: Arc<Api>,
    caller: Caller,
    queues: Vec<String>,
    begun: bool,
    _permit: OwnedSemaphorePermit,
}

/// Begins a stream.
pub(crate) async fn answer(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Params(Wanted { queues }): Params<Wanted>,
) -> Result<Response, ApiError> {
    let names = queues.unwrap_or_default();
    let queues: Vec<String> = names.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    if queues.len() > QUEUES_MAX {
        return Err(ApiError::bad_request(format!("the query, `queues`: at most {QUEUES_MAX}, not {}", queues.len())));
    }
    for queue in &queues {
        let named = Named { queue: Some(queue.clone()), id: None };
        authorization::check(&api, Need::See, &caller, &named)?;
        api.queue(queue)?;
    }
    api.running()?;
    let permit = Arc::clone(&api.streams).try_acquire_owned();
    let permit = permit.map_err(|_| ApiError::new(Code::Unavailable, "too many streams are open; close one"))?;
    let stopping = api.status.shutdown().stopping();
    let events = Events { api, caller, queues, begun: false, _permit: permit };
    let texts = stream::unfold(events, |mut events| async move {
        let text = events.next().await?;
        Some((Ok::<_, Infallible>(Bytes::from(text)), events))
    });
    let content_type = [(header::CONTENT_TYPE, "text/event-stream")];
    Ok((content_type, Body::from_stream(texts.take_until(stopping))).into_response())
}

impl Events {
    /// The next events; `None` when the broker cannot answer any more.
    async fn next(&mut self) -> Option<String> {
        if std::mem::replace(&mut self.begun, true) {
            door::timeout::pause(LOOK_EVERY).await;
        }
        let mut text = String::new();
        write_event(&mut text, "overview", &overview::of(&self.api, &self.caller).await.ok()?);
        let mut gone = Vec::new();
        for name in &self.queues {
            let detail = match self.api.queue(name) {
                Ok(info) => detail(&self.api, &info).await.ok(),
                Err(_) => None,
            };
            match detail {
                Some(detail) => write_event(&mut text, "queue", &detail),
                None => gone.push(name.clone()),
            }
        }
        self.queues.retain(|name| !gone.contains(name));
        for name in gone {
            write_event(&mut text, "gone", &serde_json::json!({ "name": name }));
        }
        Some(text)
    }
}

/// JSON has no line breaks, so that it is one line of data.
fn write_event(text: &mut String, event: &str, data: &impl Serialize) {
    let data = serde_json::to_string(data).expect("plain data");
    write!(text, "event: {event}\ndata: {data}\n\n").expect("a string takes everything");
}
