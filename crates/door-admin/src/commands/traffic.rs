//! Calls by which messages come and go: a plain HTTP protocol for producers and workers.
//!
//! What it is not: recorded in the audit log, apart from what is sent. Consumers do the rest all the time, on every door.

mod extend;
mod receive;
mod send;
mod settle;
mod tokens;

use crate::authorization::Need;
use crate::errors::Code;
use crate::frame::Call;
use axum::http::Method;
use door::access::Permission;

/// All of them.
pub(super) fn calls() -> Vec<Call> {
    vec![
        Call::change(
            Method::POST,
            "/v1/queues/{queue}/messages",
            "send_messages",
            "Send one message or many; all of them or none",
            Need::May(Permission::Send),
            send::answer,
        )
        .takes::<send::Wanted>()
        .makes::<send::Sent>()
        .refuses(&[Code::QueueFull, Code::DiskFull]),
        Call::change(
            Method::POST,
            "/v1/queues/{queue}/receive",
            "receive_messages",
            "Lease messages, or wait for some",
            Need::May(Permission::Receive),
            receive::answer,
        )
        .takes::<receive::Wanted>()
        .gives::<receive::Received>()
        .refuses(&[Code::QueueFull])
        .unaudited(),
        Call::change(Method::POST, "/v1/settle", "settle_messages", "End leases", Need::Handler, settle::answer)
            .takes::<settle::Wanted>()
            .gives::<settle::Settled>()
            .unaudited(),
        Call::change(
            Method::POST,
            "/v1/extend",
            "extend_leases",
            "Push the ends of leases out",
            Need::Handler,
            extend::answer,
        )
        .takes::<extend::Wanted>()
        .gives::<extend::Extended>()
        .unaudited(),
    ]
}
