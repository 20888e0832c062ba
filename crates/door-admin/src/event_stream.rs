//! Server-sent events: an answer that goes on until its caller leaves, its source ends, or the server stops.
//!
//! ```text
//!  event: queue             : (a heartbeat)
//!  data: {…}
//! ```
//!
//! Invariants: no more streams are open than there are permits. Nothing is sent under rights that were replaced meanwhile: the stream ends,
//! and whoever begins another is asked anew. A source is asked for its next events only when the caller has taken
//! those before, so that a slow one holds one answer and no more.

use crate::api::Api;
use crate::errors::{ApiError, Code};
use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use door::access::Users;
use futures_util::{StreamExt, stream};
use serde::Serialize;
use std::convert::Infallible;
use std::fmt::Write;
use std::future::Future;
use std::sync::Arc;

/// A comment, which clients pass over: it shows both ends that the other one is there.
pub(crate) const HEARTBEAT: &str = ":\n\n";

/// Where events come from.
pub(crate) trait Source: Send + 'static {
    /// The next events, written; `None` when there will be none any more.
    fn next(&mut self) -> impl Future<Output = Option<String>> + Send;
}

/// Begins a stream.
///
/// # Errors
/// As many as there may be are open.
pub(crate) fn begin(api: &Api, source: impl Source) -> Result<Response, ApiError> {
    let permit = Arc::clone(&api.streams).try_acquire_owned();
    let permit = permit.map_err(|_| ApiError::new(Code::Unavailable, "too many streams are open; close one"))?;
    let stopping = api.status.shutdown().stopping();
    let (access, users) = (api.access.clone(), api.access.users());
    let texts = stream::unfold((source, permit), move |(mut source, permit)| {
        let (access, users) = (access.clone(), users.clone());
        async move {
            let text = source.next().await?;
            let is_in_force = same(users.as_ref(), access.users().as_ref());
            is_in_force.then(|| (Ok::<_, Infallible>(Bytes::from(text)), (source, permit)))
        }
    });
    let content_type = [(header::CONTENT_TYPE, "text/event-stream")];
    Ok((content_type, Body::from_stream(texts.take_until(stopping))).into_response())
}

/// Whether these are the very same users: a reload makes others, however alike.
fn same(before: Option<&Arc<Users>>, now: Option<&Arc<Users>>) -> bool {
    match (before, now) {
        (Some(before), Some(now)) => Arc::ptr_eq(before, now),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// JSON has no line breaks, so that it is one line of data.
pub(crate) fn write_event(text: &mut String, event: &str, data: &impl Serialize) {
    let data = serde_json::to_string(data).expect("plain data");
    write!(text, "event: {event}\ndata: {data}\n\n").expect("a string takes everything");
}
