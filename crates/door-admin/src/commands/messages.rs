//! Calls about messages: looking at them, what became of them, sending one on, an operator's hand on one.

mod explain;
mod intervene;
mod list;
mod redrive;
mod show;
mod tail;

use crate::authorization::Need;
use crate::errors::Code;
use crate::frame::Call;
use crate::messages::explanation::Explanation;
use crate::messages::life::Place;
use axum::http::Method;
use door::access::Permission;

/// All of them.
pub(super) fn calls() -> Vec<Call> {
    let receive = Need::May(Permission::Receive);
    let calls = vec![
        Call::get(
            "/v1/queues/{queue}/messages",
            "list_messages",
            "Look through a queue's messages; none is leased",
            receive,
            list::answer,
        )
        .query::<list::Search>()
        .gives::<list::Page>(),
        Call::get(
            "/v1/queues/{queue}/tail",
            "tail_queue",
            "Messages as they come to a queue, as server-sent events; none is leased",
            receive,
            tail::answer,
        )
        .gives_other("text/event-stream"),
        Call::get("/v1/messages/{id}", "show_message", "One message, whole, and its life", receive, show::answer)
            .gives::<show::Shown>()
            .refuses(&[Code::NoSuchMessage]),
        Call::get(
            "/v1/messages/{id}/explain",
            "explain_message",
            "Why a message is not delivered, or what became of it",
            receive,
            explain::answer,
        )
        .gives::<Explanation>(),
        Call::change(
            Method::POST,
            "/v1/messages/{id}/redrive",
            "redrive_message",
            "Send one message back, or elsewhere, as it is or changed",
            Need::Handler,
            redrive::answer,
        )
        .takes::<redrive::Wish>()
        .gives::<Place>()
        .refuses(&[Code::NoSuchMessage, Code::NoSuchQueue, Code::Conflict, Code::TooLarge, Code::DiskFull]),
    ];
    calls.into_iter().chain(interventions()).collect()
}

/// An operator's hand on one message.
fn interventions() -> Vec<Call> {
    let manage = Need::May(Permission::Manage);
    vec![
        Call::change(
            Method::DELETE,
            "/v1/messages/{id}",
            "delete_message",
            "Remove one message, whoever holds it",
            manage,
            intervene::delete,
        )
        .refuses(&[Code::NoSuchMessage, Code::Conflict]),
        Call::change(
            Method::POST,
            "/v1/messages/{id}/release",
            "release_message",
            "End one message's lease or delay, so that it can be received",
            manage,
            intervene::release,
        )
        .refuses(&[Code::NoSuchMessage, Code::Conflict]),
        Call::change(
            Method::POST,
            "/v1/messages/{id}/bury",
            "bury_message",
            "Set one message aside, as if its consumer had rejected it",
            manage,
            intervene::bury,
        )
        .takes::<intervene::Wish>()
        .refuses(&[Code::NoSuchMessage, Code::Conflict]),
    ]
}
