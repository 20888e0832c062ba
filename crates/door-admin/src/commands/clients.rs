//! Calls about those at the other end: who is connected, and who takes messages from which queue.

pub(crate) mod connections;
pub(crate) mod consumers;

use crate::authorization::Need;
use crate::errors::Code;
use crate::frame::Call;

/// All of them.
pub(super) fn calls() -> Vec<Call> {
    vec![
        Call::get(
            "/v1/connections",
            "list_connections",
            "Open connections of all doors, by number",
            Need::Operate,
            connections::answer,
        )
        .query::<connections::Wanted>()
        .gives::<connections::Page>(),
        Call::get(
            "/v1/consumers",
            "list_consumers",
            "Who takes messages from which queue, and what they hold",
            Need::User,
            consumers::answer,
        )
        .query::<consumers::Wanted>()
        .gives::<consumers::Page>()
        .refuses(&[Code::NoSuchQueue]),
    ]
}

/// Most entries in one answer.
const LIMIT_MAX: usize = 1000;

/// So many entries where nothing is said.
fn limit() -> usize {
    100
}
