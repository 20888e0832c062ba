//! `GET /` and the files it asks for: the console. They hold nothing of the server's, so whoever may reach it may load them.

use crate::console::{self, CONTENT_SECURITY_POLICY, ConsoleFile};
use crate::errors::{ApiError, Code};
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// The page itself.
pub(crate) async fn page(headers: HeaderMap) -> Response {
    answer("index.html", &headers)
}

/// A file of it.
pub(crate) async fn file(Path(path): Path<String>, headers: HeaderMap) -> Response {
    answer(&path, &headers)
}

fn answer(path: &str, headers: &HeaderMap) -> Response {
    let Some(file) = console::file(path) else {
        return ApiError::new(Code::NotFound, "the console has no such file").into_response();
    };
    let takes_packed = mentions(headers, header::ACCEPT_ENCODING, "gzip");
    let (bytes, tag) = if takes_packed { (file.packed.as_slice(), &file.packed_tag) } else { (file.plain, &file.tag) };
    let known = tag.to_str().is_ok_and(|tag| mentions(headers, header::IF_NONE_MATCH, tag));
    let mut response = if known { StatusCode::NOT_MODIFIED.into_response() } else { whole(file, bytes, takes_packed) };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, tag.clone());
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    response
}

fn whole(file: &ConsoleFile, bytes: &'static [u8], is_packed: bool) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.content_type));
    if is_packed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// Whether one of the list's entries is `wanted`; an entry's weight (`;q=…`) is not looked at, since nobody sends it to say no.
fn mentions(headers: &HeaderMap, name: header::HeaderName, wanted: &str) -> bool {
    let lists = headers.get_all(name);
    let mut entries = lists.iter().filter_map(|list| list.to_str().ok()).flat_map(|list| list.split(','));
    entries.any(|entry| entry.split(';').next().is_some_and(|entry| entry.trim() == wanted))
}
