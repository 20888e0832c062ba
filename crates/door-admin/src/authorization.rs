//! What a call needs its caller to be allowed: one word for each call, checked before its handler runs.
//!
//! Invariant: a call that touches a queue which its path does not name says [`Need::Handler`], and its handler asks
//! [`Caller::check`] about each queue; no other call decides for itself.

use crate::api::Api;
use crate::caller::Caller;
use crate::errors::ApiError;
use door::access::Permission;
use vocab::MessageId;

/// What the caller must be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing, not even to be known.
    Nothing,
    /// To be a user, whichever. What is shown is what they may know of.
    User,
    /// To know of the queue that the path names.
    See,
    /// This, with the queue that the path names, or whose message it names.
    May(Permission),
    /// What the handler finds out.
    Handler,
    /// To run the server: to manage every queue.
    Operate,
}

/// What a path names, as far as rights go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Named {
    /// A queue, decoded.
    pub(crate) queue: Option<String>,
    /// A message's or another thing's id.
    pub(crate) id: Option<String>,
}

impl Named {
    /// The queue that is named, also by one of its messages; `None` where that is none that exists.
    pub(crate) fn queue(&self, api: &Api) -> Option<String> {
        if let Some(queue) = &self.queue {
            return Some(queue.clone());
        }
        let id: MessageId = self.id.as_ref()?.parse().ok()?;
        api.broker().ok()?.queue_by_id(id.key.queue).map(|info| info.name.clone())
    }
}

/// Refused unless `caller` may.
pub(crate) fn check(api: &Api, need: Need, caller: &Caller, named: &Named) -> Result<(), ApiError> {
    match need {
        Need::Nothing | Need::User | Need::Handler => Ok(()),
        Need::Operate if caller.may_operate() => Ok(()),
        Need::Operate => Err(ApiError::may_not(caller.name().unwrap_or_default(), "manage", "*")),
        Need::See => match named.queue(api) {
            Some(queue) if caller.may_see(&queue, &api.account_id) => Ok(()),
            Some(queue) => Err(ApiError::may_not(caller.name().unwrap_or_default(), "see", &queue)),
            None => unnamed(caller),
        },
        Need::May(permission) => match named.queue(api) {
            Some(queue) => caller.check(permission, &queue, &api.account_id),
            None => unnamed(caller),
        },
    }
}

/// The path leads to no queue. The handler says so to whoever may know of all queues; nobody else learns which ones there are.
fn unnamed(caller: &Caller) -> Result<(), ApiError> {
    if caller.may_operate() { Ok(()) } else { Err(ApiError::may_not(caller.name().unwrap_or_default(), "see", "?")) }
}
