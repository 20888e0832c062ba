//! `GET /healthz`: is this process worth keeping? 503 asks a supervisor to restart it.

use crate::api::Api;
use axum::extract::State;
use axum::http::StatusCode;
use std::sync::Arc;

/// 200 while the journal works, also during recovery and a stop.
pub(crate) async fn answer(State(api): State<Arc<Api>>) -> (StatusCode, String) {
    let health = api.status.running().map_or(Ok(()), |running| running.broker.health());
    match health {
        Ok(()) => (StatusCode::OK, "ok\n".to_owned()),
        Err(unavailable) => (StatusCode::SERVICE_UNAVAILABLE, format!("{unavailable}\n")),
    }
}
