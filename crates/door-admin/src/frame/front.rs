//! What every answer of the door has, whatever its path: its headers, and a place in the count of errors.

use crate::api::Api;
use crate::errors::Code;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;

const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// Unless an answer says otherwise, nothing of it is kept, and nothing in it is run, shown in a frame or taken for another type.
const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
];

/// A page's own requests (`fetch`) are challenged so that no browser asks for a password in a box of its own.
const CHALLENGE_TO_SCRIPTS: HeaderValue = HeaderValue::from_static("Bearer realm=\"longshore\"");

/// Completes the answer.
pub(super) async fn pass(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    let is_of_a_script = request.headers().get(SEC_FETCH_DEST).is_some_and(|dest| dest == "empty");
    let mut response = next.run(request).await;
    if let Some(code) = response.extensions().get::<Code>() {
        api.errors.count(*code);
    }
    let headers = response.headers_mut();
    if is_of_a_script && headers.contains_key(header::WWW_AUTHENTICATE) {
        headers.insert(header::WWW_AUTHENTICATE, CHALLENGE_TO_SCRIPTS);
    }
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(value);
    }
    response
}
