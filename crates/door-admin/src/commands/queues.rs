//! Calls about queues as such: which there are, how they behave, and their ends.

mod create;
mod delete;
mod purge;
mod show;

use crate::authorization::Need;
use crate::errors::Code;
use crate::frame::Call;
use crate::view::QueueDetail;
use axum::http::Method;
use door::access::Permission;

const MANAGE: Need = Need::May(Permission::Manage);

/// All of them.
pub(super) fn calls() -> Vec<Call> {
    vec![
        Call::change(Method::POST, "/v1/queues", "create_queue", "Make a queue", Need::Handler, create::answer)
            .takes::<create::Wanted>()
            .makes::<QueueDetail>()
            .refuses(&[Code::Exists, Code::Conflict, Code::DiskFull]),
        Call::get("/v1/queues/{queue}", "show_queue", "A queue, its settings and figures", Need::See, show::answer)
            .gives::<QueueDetail>(),
        Call::change(
            Method::DELETE,
            "/v1/queues/{queue}",
            "delete_queue",
            "Remove a queue and everything in it",
            MANAGE,
            delete::answer,
        ),
        Call::change(
            Method::POST,
            "/v1/queues/{queue}/purge",
            "purge_queue",
            "Remove a queue's messages",
            MANAGE,
            purge::answer,
        )
        .takes::<purge::Wanted>()
        .gives::<purge::Purged>(),
    ]
}
