//! `GET /readyz`: should clients be sent here? 503 asks a load balancer to look elsewhere.

use crate::api::Api;
use crate::status::Phase;
use axum::extract::State;
use axum::http::StatusCode;
use std::sync::Arc;

/// 200 while the store is open, every door listens and no stop was asked for.
pub(crate) async fn answer(State(api): State<Arc<Api>>) -> (StatusCode, &'static str) {
    match api.status.phase() {
        Phase::Recovering => (StatusCode::SERVICE_UNAVAILABLE, "recovering\n"),
        Phase::Ready => (StatusCode::OK, "ready\n"),
        Phase::Draining => (StatusCode::SERVICE_UNAVAILABLE, "draining\n"),
    }
}
