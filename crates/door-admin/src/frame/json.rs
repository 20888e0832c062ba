//! JSON bodies: read with errors that say where, written with the right type.
//!
//! Invariants: no more of a body is read than [`BODY_BYTES_MAX`], or [`LARGE_BODY_BYTES_MAX`] where it carries messages, whatever its head
//! says. All large bodies together are no more than [`LARGE_BODIES_BYTES`]; who comes with another one waits.

use super::trouble;
use crate::api::Api;
use crate::errors::{ApiError, Code};
use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::ops::Deref;
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;
use vocab::limits::COMMIT_BYTES_MAX;

/// Greatest body of calls that carry no messages, in bytes: thousands of tokens fit.
pub(crate) const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Greatest body of calls that carry messages, in bytes: as much as one commit takes, written as base64.
#[expect(clippy::cast_possible_truncation, reason = "64 MiB fit everywhere")]
pub(crate) const LARGE_BODY_BYTES_MAX: usize = COMMIT_BYTES_MAX as usize / 3 * 4 + BODY_BYTES_MAX;

/// Memory for large bodies while they are being read, in bytes.
pub(crate) const LARGE_BODIES_BYTES: usize = 2 * LARGE_BODY_BYTES_MAX;

/// Up to so many bytes, a body is no large one.
const SMALL_BODY_BYTES: usize = 64 * 1024;

/// A value as a JSON body, in either direction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Json<T>(pub(crate) T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
            Err(error) => ApiError::new(Code::Internal, error.to_string()).into_response(),
        }
    }
}

/// Whatever type the request says its body has: what keeps web pages out is the header that changes need.
impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        read(&whole(request, BODY_BYTES_MAX).await?).map(Self)
    }
}

/// The bytes of a body that may be large. Its share of the memory is given back when it is dropped.
pub(crate) struct LargeBody {
    bytes: Bytes,
    _room: Option<OwnedSemaphorePermit>,
}

impl Deref for LargeBody {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl FromRequest<Arc<Api>> for LargeBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, api: &Arc<Api>) -> Result<Self, ApiError> {
        let bytes = announced(&request).unwrap_or(LARGE_BODY_BYTES_MAX).min(LARGE_BODY_BYTES_MAX);
        let permits = u32::try_from(bytes).expect("a large body is far below 4 GiB");
        let room = match bytes > SMALL_BODY_BYTES {
            // The semaphore is never closed.
            true => Arc::clone(&api.large_bodies).acquire_many_owned(permits).await.ok(),
            false => None,
        };
        Ok(Self { bytes: whole(request, LARGE_BODY_BYTES_MAX).await?, _room: room })
    }
}

/// How long the body's head says that it is.
fn announced(request: &Request) -> Option<usize> {
    request.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The body, if it is no longer than `bytes_max`.
pub(crate) async fn whole(request: Request, bytes_max: usize) -> Result<Bytes, ApiError> {
    let too_large =
        || ApiError::new(Code::TooLarge, format!("the body is longer than {bytes_max} bytes, the most that is read"));
    if announced(&request).is_some_and(|length| length > bytes_max) {
        return Err(too_large());
    }
    to_bytes(request.into_body(), bytes_max).await.map_err(|error| match error.into_inner().is::<hyper::Error>() {
        true => ApiError::bad_request("the body ended before its end"),
        false => too_large(),
    })
}

/// The value that is written in `body`; an empty one is as good as `{}`.
pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let mut reader = serde_json::Deserializer::from_slice(if body.is_empty() { b"{}" } else { body });
    let refused = |path: &str, error: &serde_json::Error| trouble::refusal("the body", path, &error.to_string());
    let value = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| refused(&error.path().to_string(), error.inner()))?;
    reader.end().map_err(|error| refused("", &error))?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        inner: Inner,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        lease_ms: u64,
    }

    fn check(body: &str, message: &str, hint: Option<&str>) {
        let error = read::<Outer>(body.as_bytes()).expect_err("it is not valid");
        assert_eq!(error.code, Code::BadRequest);
        assert!(error.message.contains(message), "{error:?}");
        assert_eq!(error.hint.as_deref(), hint, "{error:?}");
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        check(r#"{"inner":{"leas_ms":1}}"#, "`inner.leas_ms`", Some("did you mean `lease_ms`?"));
        check(r#"{"inner":{"lease_ms":-1}}"#, "`inner.lease_ms`: invalid value", None);
        check(r#"{"inner":{}}"#, "missing field `lease_ms`", None);
        check(r#"{"inner":{"lease_ms":1}} x"#, "trailing characters", None);
        check("", "missing field `inner`", None);
        check("{", "EOF", None);
        check("\u{0}", "expected value", None);
        assert_eq!(read::<Outer>(br#"{"inner":{"lease_ms":1}}"#), Ok(Outer { inner: Inner { lease_ms: 1 } }));
    }
}
