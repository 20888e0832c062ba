//! `GET /v1/events`: the overview and chosen queues every two seconds, as server-sent events.
//!
//! ```text
//!  event: overview          event: queue           event: gone
//!  data: {…}                data: {…}              data: {"name":"orders"}
//! ```
//!
//! What it is not: messages, which `/v1/queues/{queue}/tail` shows.

use super::overview;
use crate::api::Api;
use crate::authorization::{self, Named, Need};
use crate::caller::Caller;
use crate::commands::queues::detail;
use crate::errors::ApiError;
use crate::event_stream::{self, Source, write_event};
use crate::figures::LOOK_EVERY;
use crate::frame::Params;
use axum::extract::State;
use axum::response::Response;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

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
    let stream_of = Arc::clone(&api);
    event_stream::begin(&stream_of, Events { api, caller, queues, begun: false })
}

impl Source for Events {
    /// Ends when the broker cannot answer any more.
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
