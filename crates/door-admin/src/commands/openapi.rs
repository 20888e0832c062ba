//! `GET /openapi.json`: the API's own description.

use crate::commands;
use crate::frame::openapi::document;
use axum::http::header;
use axum::response::IntoResponse;
use std::sync::LazyLock;

/// The document, made once.
pub(crate) async fn answer() -> impl IntoResponse {
    static DOCUMENT: LazyLock<String> = LazyLock::new(|| document(&commands::calls()).to_string());
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str())
}
