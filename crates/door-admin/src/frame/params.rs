//! What a request says in its path and behind the `?`.
//!
//! A struct of query parameters must not use `#[serde(flatten)]`: numbers could not be read then.

use super::trouble;
use crate::api::Api;
use crate::errors::{ApiError, Code};
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use broker::QueueInfo;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::error::Error;
use std::str::FromStr;
use std::sync::Arc;

/// Query parameters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Arc<Api>> for Params<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _api: &Arc<Api>) -> Result<Self, ApiError> {
        let read: Result<Query<T>, QueryRejection> = Query::try_from_uri(&parts.uri);
        read.map(|Query(value)| Self(value)).map_err(|error| {
            let reason = error.source().map_or_else(|| error.body_text(), ToString::to_string);
            trouble::refusal("the query", "", &reason)
        })
    }
}

#[derive(Deserialize)]
struct QueueName {
    queue: String,
}

/// The queue that the path names in `{queue}`; `no_such_queue` where there is none.
#[derive(Clone, Debug)]
pub(crate) struct QueueInPath(pub(crate) Arc<QueueInfo>);

impl FromRequestParts<Arc<Api>> for QueueInPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, ApiError> {
        let Path(QueueName { queue }) = path(parts, api).await?;
        api.queue(&queue).map(Self)
    }
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

/// The id that the path has in `{id}`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IdInPath<T>(pub(crate) T);

impl<T: FromStr<Err: std::fmt::Display>> FromRequestParts<Arc<Api>> for IdInPath<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, ApiError> {
        let Path(Id { id }) = path(parts, api).await?;
        id.parse().map(Self).map_err(|error: T::Err| ApiError::bad_request(error.to_string()))
    }
}

async fn path<T: DeserializeOwned + Send>(parts: &mut Parts, api: &Arc<Api>) -> Result<Path<T>, ApiError> {
    Path::from_request_parts(parts, api)
        .await
        .map_err(|error| ApiError::new(Code::BadRequest, format!("the path: {}", error.body_text())))
}
