//! What the admin door can be asked: one file per command, and the rule that stands before all of them.

mod backup;
mod healthz;
mod metrics;
mod process;
mod readyz;

use crate::status::Status;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{
    Router,
    routing::{get, post},
};
use door::{HostRule, Outcome, Refused, Tally};
use std::sync::Arc;

/// Names in the tally, in the order of their indexes; the last takes every path that is not a command.
pub(crate) const OPERATIONS: [&str; 5] = ["/healthz", "/readyz", "/metrics", "/backup", "other"];

/// Whatever is no plain look must carry this header: a web page can send none of its own to another site.
pub(crate) const CHANGE_HEADER: HeaderName = HeaderName::from_static("longshore-change");

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

struct Gate {
    host_rule: Arc<HostRule>,
    tally: Arc<Tally>,
}

/// All paths of the door.
pub(crate) fn routes(status: Arc<Status>, host_rule: Arc<HostRule>, tally: Arc<Tally>) -> Router {
    let gate = Arc::new(Gate { host_rule, tally });
    Router::new()
        .route("/healthz", get(healthz::answer))
        .route("/readyz", get(readyz::answer))
        .route("/metrics", get(metrics::answer))
        .route("/backup", post(backup::answer))
        .fallback(not_found)
        .with_state(status)
        .layer(from_fn_with_state(gate, judge_and_count))
}

async fn judge_and_count(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let operation = OPERATIONS.iter().position(|&name| name == path).unwrap_or(OPERATIONS.len() - 1);
    let only_looks = matches!(*request.method(), Method::GET | Method::HEAD);
    let response = match judge(&gate.host_rule, request.headers()) {
        Ok(()) if only_looks || request.headers().contains_key(CHANGE_HEADER) => next.run(request).await,
        Ok(()) => (StatusCode::FORBIDDEN, format!("this needs the header {CHANGE_HEADER}: yes\n")).into_response(),
        Err(refused) => (StatusCode::FORBIDDEN, format!("{refused}\n")).into_response(),
    };
    gate.tally.count(operation, outcome_of(response.status()));
    response
}

fn judge(rule: &HostRule, headers: &HeaderMap) -> Result<(), Refused> {
    // A header that is not text is no name of ours either.
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    rule.check(text(header::HOST), text(header::ORIGIN))?;
    rule.check_fetch_site(text(SEC_FETCH_SITE))
}

fn outcome_of(status: StatusCode) -> Outcome {
    if status.is_server_error() {
        Outcome::Failed
    } else if status.is_client_error() {
        Outcome::Refused
    } else {
        Outcome::Done
    }
}

async fn not_found() -> impl IntoResponse {
    (StatusCode::NOT_FOUND, "this door answers GET /healthz, /readyz and /metrics, and POST /backup\n")
}

#[cfg(test)]
mod tests;
