//! Calls about what failed: which queues have it, of which kinds it is, how it goes back.

mod drop;
mod failures;
mod list;
mod redrives;
mod start;

use crate::authorization::Need;
use crate::dead_letters::preview::Preview;
use crate::dead_letters::redrive::Redrive;
use crate::errors::Code;
use crate::frame::Call;
use axum::http::Method;
use door::access::Permission;

/// All of them.
pub(super) fn calls() -> Vec<Call> {
    let (receive, handler) = (Need::May(Permission::Receive), Need::Handler);
    vec![
        Call::get("/v1/dead-letters", "list_dead_letters", "The dead-letter queues", Need::User, list::answer)
            .gives::<list::DeadLetters>(),
        Call::get(
            "/v1/queues/{queue}/failures",
            "list_failures",
            "What failed, in groups by kind",
            receive,
            failures::answer,
        )
        .query::<failures::Wanted>()
        .gives::<failures::Failures>(),
        Call::change(
            Method::POST,
            "/v1/queues/{queue}/redrives",
            "start_redrive",
            "Move messages back to where they were buried from, or elsewhere; or see which those would be",
            handler,
            start::answer,
        )
        .takes::<start::Wish>()
        .makes::<Redrive>()
        .or_gives::<Preview>()
        .refuses(&[Code::Conflict]),
        Call::change(
            Method::POST,
            "/v1/queues/{queue}/drop",
            "drop_messages",
            "Remove the messages that a filter means, after a look at how many they are",
            Need::May(Permission::Manage),
            drop::answer,
        )
        .takes::<drop::Wish>()
        .gives::<drop::Dropped>()
        .refuses(&[Code::Conflict]),
        Call::get("/v1/redrives", "list_redrives", "Redrives, the newest first", handler, redrives::list)
            .query::<redrives::Wanted>()
            .gives::<redrives::Redrives>()
            .refuses(&[Code::NoSuchQueue]),
        Call::get("/v1/redrives/{id}", "show_redrive", "How far a redrive is", handler, redrives::show)
            .gives::<Redrive>()
            .refuses(&[Code::NoSuchRedrive, Code::NoSuchQueue]),
        Call::change(
            Method::POST,
            "/v1/redrives/{id}/cancel",
            "cancel_redrive",
            "Stop a redrive where it is",
            handler,
            redrives::cancel,
        )
        .gives::<Redrive>()
        .refuses(&[Code::NoSuchRedrive, Code::NoSuchQueue, Code::Conflict]),
    ]
}
