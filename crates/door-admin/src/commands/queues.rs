//! Calls about queues as such: which there are, how they behave, and their ends.

mod change;
mod create;
mod delete;
mod list;
mod pause;
mod purge;
mod show;
mod targets;

pub(super) use show::detail;

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
        Call::get("/v1/queues", "list_queues", "Queues with their figures, a page at a time", Need::User, list::answer)
            .query::<list::Wanted>()
            .gives::<list::Queues>(),
        Call::change(Method::POST, "/v1/queues", "create_queue", "Make a queue", Need::Handler, create::answer)
            .takes::<create::Wanted>()
            .makes::<QueueDetail>()
            .refuses(&[Code::Exists, Code::Conflict, Code::DiskFull]),
        Call::get("/v1/queues/{queue}", "show_queue", "A queue, its settings and figures", Need::See, show::answer)
            .gives::<QueueDetail>(),
        Call::change(
            Method::PATCH,
            "/v1/queues/{queue}",
            "change_queue",
            "Change some of a queue's settings",
            MANAGE,
            change::answer,
        )
        .takes::<change::Wanted>()
        .gives::<QueueDetail>()
        .refuses(&[Code::Changed]),
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
        Call::change(
            Method::POST,
            "/v1/queues/{queue}/pause",
            "pause_queue",
            "Deliver nothing from a queue; publishes and settling go on",
            MANAGE,
            pause::pause,
        )
        .gives::<QueueDetail>(),
        Call::change(
            Method::POST,
            "/v1/queues/{queue}/resume",
            "resume_queue",
            "Deliver from a queue again",
            MANAGE,
            pause::resume,
        )
        .gives::<QueueDetail>(),
    ]
}
