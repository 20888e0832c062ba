//! Calls about the server as a whole.

mod audit;
mod users;

use crate::authorization::Need;
use crate::frame::Call;

/// All of them.
pub(super) fn calls() -> Vec<Call> {
    vec![
        Call::get("/v1/users", "list_users", "Users and what they are granted", Need::Operate, users::answer)
            .gives::<users::Users>(),
        Call::get("/v1/audit", "list_changes", "The newest changes, newest first", Need::Operate, audit::answer)
            .query::<audit::Wanted>()
            .gives::<audit::Changes>(),
    ]
}
