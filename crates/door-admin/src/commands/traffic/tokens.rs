//! Leases as their consumers name them: text that nobody else can make up.

use crate::api::Api;
use crate::caller::Caller;
use crate::errors::{ApiError, Code};
use door::Handles;
use door::access::Permission;
use schemars::JsonSchema;
use serde::Serialize;
use vocab::LeaseToken;

/// Most leases in one request.
pub(super) const COUNT_MAX: usize = 10_000;

/// The text for `token`.
pub(super) fn write(handles: &Handles, token: &LeaseToken) -> String {
    String::from_utf8_lossy(&handles.write(token)).into_owned()
}

/// The lease that `text` names, if `caller` may settle it.
pub(super) fn read(api: &Api, caller: &Caller, handles: &Handles, text: &str) -> Result<LeaseToken, ApiError> {
    let token = handles.read(text).ok_or_else(|| {
        ApiError::bad_request("the token is none of this server's").hint("send it as `receive` gave it")
    })?;
    let queue = api.broker()?.queue_by_id(token.key.queue);
    let queue = queue.ok_or_else(|| ApiError::new(Code::NoSuchQueue, "the queue does not exist any more"))?;
    caller.check(Permission::Receive, &queue.name, &api.account_id)?;
    Ok(token)
}

/// Refused unless there are between one and so many.
pub(super) fn check_count(field: &str, count: usize) -> Result<(), ApiError> {
    if (1..=COUNT_MAX).contains(&count) {
        return Ok(());
    }
    Err(ApiError::bad_request(format!("the body, `{field}`: from 1 to {COUNT_MAX}, not {count}")))
}

/// What became of one of many.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Verdict<T> {
    /// It was done.
    Done(T),
    /// It was refused, for this reason.
    Refused {
        /// Why.
        error: ApiError,
    },
}

/// The verdict on each of `asked`, in order: those that were refused before, and those that the broker was asked about.
pub(super) fn verdicts<T, E: Into<ApiError>>(
    asked: Vec<Result<(), ApiError>>,
    answered: Vec<Result<T, E>>,
) -> Vec<Verdict<T>> {
    let mut answered = answered.into_iter();
    let verdict = |asked| match asked {
        Err(error) => Verdict::Refused { error },
        Ok(()) => match answered.next().expect("the broker gives a verdict for each") {
            Ok(done) => Verdict::Done(done),
            Err(error) => Verdict::Refused { error: error.into() },
        },
    };
    asked.into_iter().map(verdict).collect()
}
