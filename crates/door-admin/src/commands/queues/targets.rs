//! Where a queue may set messages aside: in a queue that exists, and that the caller may send to.

use crate::api::Api;
use crate::caller::Caller;
use crate::errors::ApiError;
use door::access::Permission;
use vocab::QueueSettings;

/// Refused unless the dead-letter queue that `settings` name can be used.
pub(super) fn check(api: &Api, caller: &Caller, settings: &QueueSettings) -> Result<(), ApiError> {
    let Some(target) = settings.bury.as_ref().and_then(|bury| bury.queue()) else { return Ok(()) };
    caller.check(Permission::Send, target, &api.account_id)?;
    if api.broker()?.queue(target).is_none() {
        let message = format!("the body, `settings.bury.dead_letter`: there is no queue `{target}`");
        return Err(ApiError::bad_request(message).hint("make that queue first"));
    }
    Ok(())
}
