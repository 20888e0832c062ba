//! What the API refuses with: a code that programs compare, a sentence that people read, and a hint what to do.
//!
//! ```text
//!  {"error": {"code": "no_such_queue", "message": "there is no queue `x`", "hint": "GET /v1/queues lists those that exist"}}
//! ```
//!
//! Invariant: a code always comes with the same status.

mod code;
mod counts;
pub(crate) mod from_broker;

pub(crate) use code::Code;
pub(crate) use counts::ErrorCounts;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

/// Why a request was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Refusal")]
pub(crate) struct ApiError {
    /// What programs compare.
    pub(crate) code: Code,
    /// What is wrong.
    pub(crate) message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<String>,
}

/// An error as it is sent.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Error")]
pub(crate) struct ErrorBody {
    error: ApiError,
}

impl ApiError {
    /// An error without a hint.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None }
    }

    /// The same, with what to do about it.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// The request is not understood.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(Code::BadRequest, message)
    }

    /// Nobody proved who they are.
    pub(crate) fn unauthenticated(message: &str) -> Self {
        Self::new(Code::Unauthenticated, message)
            .hint("send `Authorization: Basic …` with a user's name and secret, or `Authorization: Bearer SECRET`")
    }

    /// The caller is known, and not allowed.
    pub(crate) fn may_not(user: &str, what: &str, queue: &str) -> Self {
        Self::new(Code::Forbidden, format!("the user `{user}` is not granted `{what}` on `{queue}`"))
            .hint("permissions are granted in the configuration file, under [[users]]")
    }

    /// The queue does not exist.
    pub(crate) fn no_such_queue(name: &str) -> Self {
        Self::new(Code::NoSuchQueue, format!("there is no queue `{name}`"))
            .hint("`longshore queue list` or GET /v1/queues shows those that exist")
    }

    /// The store is still being opened.
    pub(crate) fn starting() -> Self {
        Self::new(Code::Unavailable, "the server is still opening its store").hint("GET /readyz says when it is open")
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let code = self.code;
        let body = serde_json::to_vec(&ErrorBody { error: self }).expect("texts are always JSON");
        let mut response = (code.status(), [(header::CONTENT_TYPE, "application/json")], body).into_response();
        if code == Code::Unauthenticated {
            let challenge = HeaderValue::from_static("Basic realm=\"longshore\", charset=\"UTF-8\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response.extensions_mut().insert(code);
        response
    }
}
