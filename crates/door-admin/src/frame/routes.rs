//! The door's routes, made of the table of calls.

use super::call::Call;
use super::{front, gate};
use crate::api::Api;
use crate::commands;
use crate::errors::{ApiError, Code};
use axum::Router;
use axum::extract::State;
use axum::http::{Method, Uri};
use axum::middleware::from_fn_with_state;
use door::Outcome;
use std::sync::Arc;

/// All paths of the door.
pub(crate) fn routes(calls: Vec<Call>, api: &Arc<Api>) -> Router {
    let mut router = Router::new();
    for (index, call) in calls.into_iter().enumerate() {
        router = router.route(call.path, gate::guarded(call, index, api));
    }
    router
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(Arc::clone(api))
        .layer(from_fn_with_state(Arc::clone(api), front::pass))
}

async fn not_found(State(api): State<Arc<Api>>) -> ApiError {
    api.tally.count(commands::names().len() - 1, Outcome::Refused);
    ApiError::new(Code::NotFound, "there is nothing at this path")
        .hint("GET /openapi.json describes the API; beside it there are /healthz, /readyz and /metrics")
}

async fn method_not_allowed(method: Method, uri: Uri) -> ApiError {
    ApiError::new(Code::MethodNotAllowed, format!("{} does not take {method}", uri.path()))
        .hint("GET /openapi.json says which methods it takes")
}
