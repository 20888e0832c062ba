//! What the admin door can be asked: a file per verb, and the one table that all of them are in.
//!
//! A further call is a line in its folder's `calls`, or here; routes, rights, metrics, the OpenAPI document and the tests'
//! matrix follow from it.

mod backup;
mod clients;
mod console;
mod dead_letters;
mod healthz;
mod messages;
mod metrics;
mod openapi;
mod process;
mod queues;
mod readyz;
mod scaling;
mod server;
mod traffic;

use crate::authorization::Need;
use crate::frame::Call;
use axum::http::Method;
use std::sync::LazyLock;

/// Every call of the door. Its order is that of the counts in the metrics.
pub(crate) fn calls() -> Vec<Call> {
    let of_queues = [queues::calls(), messages::calls(), dead_letters::calls()];
    [own(), server::calls(), clients::calls(), traffic::calls(), scaling::calls()]
        .into_iter()
        .chain(of_queues)
        .flatten()
        .collect()
}

/// The names of all calls, in their order, and one for whatever is none.
pub(crate) fn names() -> &'static [&'static str] {
    static NAMES: LazyLock<Vec<&'static str>> =
        LazyLock::new(|| calls().iter().map(|call| call.name).chain(["other"]).collect());
    &NAMES
}

/// What is no part of the versioned API.
fn own() -> Vec<Call> {
    vec![
        Call::get("/healthz", "healthz", "Whether the process is worth keeping", Need::Nothing, healthz::answer)
            .unlisted(),
        Call::get("/readyz", "readyz", "Whether clients should be sent here", Need::Nothing, readyz::answer).unlisted(),
        Call::get("/metrics", "metrics", "Every figure, for Prometheus", Need::User, metrics::answer).unlisted(),
        Call::change(Method::POST, "/backup", "backup", "The whole store as an archive", Need::Operate, backup::answer)
            .unlisted(),
        Call::get("/", "console", "The console", Need::Nothing, console::page).unlisted(),
        Call::get("/console/{*file}", "console_file", "A file of the console", Need::Nothing, console::file).unlisted(),
        Call::get("/openapi.json", "openapi", "This document", Need::Nothing, openapi::answer)
            .gives_other("application/json"),
    ]
}

#[cfg(test)]
mod tests;
