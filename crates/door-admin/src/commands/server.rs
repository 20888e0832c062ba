//! Calls about the server as a whole.

mod audit;
mod events;
pub(crate) mod overview;
mod store;
mod users;

use crate::authorization::Need;
use crate::frame::Call;

/// All of them.
pub(super) fn calls() -> Vec<Call> {
    vec![
        Call::get("/v1/overview", "overview", "The server and all queues at a glance", Need::User, overview::answer)
            .gives::<overview::Overview>(),
        Call::get("/v1/store", "show_store", "The store, its disk and its log", Need::User, store::answer)
            .gives::<store::Store>(),
        Call::get(
            "/v1/events",
            "stream_events",
            "The overview and chosen queues, every two seconds",
            Need::User,
            events::answer,
        )
        .query::<events::Wanted>()
        .gives_other("text/event-stream"),
        Call::get("/v1/users", "list_users", "Users and what they are granted", Need::Operate, users::answer)
            .gives::<users::Users>(),
        Call::get("/v1/audit", "list_changes", "The newest changes, newest first", Need::Operate, audit::answer)
            .query::<audit::Wanted>()
            .gives::<audit::Changes>(),
    ]
}
