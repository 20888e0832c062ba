//! What a caller may: their own permissions, and the policy of the queue.
//!
//! ```text
//!   the queue's policy denies                                 → refused, whatever else is allowed
//!   the queue is in the caller's account
//!       a permission of the caller's covers it                → allowed
//!       the policy allows the caller by name, or everybody    → allowed
//!   the queue is in another account
//!       the action may cross accounts, the policy allows it,
//!       and a permission of the caller's reaches there        → allowed
//!   anything else                                             → refused
//! ```
//!
//! Anonymous callers, where they are let in, may do anything: their operator has said so, and no policy is asked.

use crate::action::Action;
use crate::caller::{Caller, Signed, arn_of};
use crate::door::SqsDoor;
use crate::errors::{Code, SqsError};
use crate::policy::{Asked, Reach, Verdict};
use broker::QueueInfo;
use door::access::{Permission, User};

/// What an action needs on the queue that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// This permission.
    One(Permission),
    /// Any permission: it only looks.
    Any,
}

/// What each action needs.
pub(crate) fn need(action: Action) -> Need {
    match action {
        Action::SendMessage | Action::SendMessageBatch => Need::One(Permission::Send),
        Action::ReceiveMessage
        | Action::DeleteMessage
        | Action::DeleteMessageBatch
        | Action::ChangeMessageVisibility
        | Action::ChangeMessageVisibilityBatch => Need::One(Permission::Receive),
        Action::GetQueueUrl
        | Action::ListQueues
        | Action::GetQueueAttributes
        | Action::ListDeadLetterSourceQueues
        | Action::ListQueueTags => Need::Any,
        Action::CreateQueue
        | Action::DeleteQueue
        | Action::SetQueueAttributes
        | Action::PurgeQueue
        | Action::TagQueue
        | Action::UntagQueue
        | Action::AddPermission
        | Action::RemovePermission
        | Action::StartMessageMoveTask
        | Action::CancelMessageMoveTask
        | Action::ListMessageMoveTasks => Need::One(Permission::Manage),
    }
}

/// Whether a policy can let other accounts do this (AWS: "cross-account permissions don't apply to the following actions").
fn may_cross_accounts(action: Action) -> bool {
    !matches!(
        action,
        Action::AddPermission
            | Action::CancelMessageMoveTask
            | Action::CreateQueue
            | Action::DeleteQueue
            | Action::ListMessageMoveTasks
            | Action::ListQueues
            | Action::ListQueueTags
            | Action::RemovePermission
            | Action::SetQueueAttributes
            | Action::StartMessageMoveTask
            | Action::TagQueue
            | Action::UntagQueue
    )
}

/// Why something is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denial {
    /// The policy says so.
    ByPolicy,
    /// No permission of the user's covers it.
    NotGranted,
    /// The policy of another account's queue does not allow it.
    NotShared,
}

/// Whether `user` may do this, given what the queue's policy says.
pub(crate) fn decide(
    user: &User,
    action: Action,
    (account, name): (&str, &str),
    verdict: Verdict,
) -> Result<(), Denial> {
    if verdict == Verdict::Denied {
        return Err(Denial::ByPolicy);
    }
    let granted = || match need(action) {
        Need::One(permission) => user.may(permission, account, name),
        Need::Any => user.may_see(account, name),
    };
    if user.account == account {
        return if verdict == Verdict::Allowed(Reach::Person) || granted() { Ok(()) } else { Err(Denial::NotGranted) };
    }
    match verdict {
        Verdict::Allowed(_) if may_cross_accounts(action) => {
            if granted() {
                Ok(())
            } else {
                Err(Denial::NotGranted)
            }
        }
        Verdict::Allowed(_) | Verdict::Silent | Verdict::Denied => Err(Denial::NotShared),
    }
}

impl SqsDoor {
    /// Refuses what the caller may not do with a queue that exists.
    pub(crate) fn permit(&self, caller: &Caller, queue: &QueueInfo) -> Result<(), SqsError> {
        let Caller::Signed(signed) = caller else { return Ok(()) };
        let (account, name) = self.names.split(&queue.name);
        let verdict = match self.policies.of(queue) {
            None => Verdict::Silent,
            Some(policy) => {
                let arn = self.names.arn(&queue.name);
                policy.judge(&Asked { by: signed, queue_arn: &arn })
            }
        };
        decide(&signed.user, signed.action, (account, name), verdict)
            .map_err(|denial| self.denied(signed, &queue.name, denial))
    }

    /// Refuses what the caller may not do with a queue that does not exist.
    pub(crate) fn permit_new(&self, caller: &Caller, stored: &str) -> Result<(), SqsError> {
        let Caller::Signed(signed) = caller else { return Ok(()) };
        decide(&signed.user, signed.action, self.names.split(stored), Verdict::Silent)
            .map_err(|denial| self.denied(signed, stored, denial))
    }

    /// Whether the caller may know of a queue in their own account.
    pub(crate) fn may_see(&self, caller: &Caller, stored: &str) -> bool {
        let (account, name) = self.names.split(stored);
        account == self.account_of(caller)
            && match caller {
                Caller::Anyone => true,
                Caller::Signed(signed) => signed.user.may_see(account, name),
            }
    }

    /// The account that a caller's own queues are in.
    pub(crate) fn account_of<'a>(&'a self, caller: &'a Caller) -> &'a str {
        match caller {
            Caller::Anyone => self.names.account_id(),
            Caller::Signed(signed) => &signed.user.account,
        }
    }

    fn denied(&self, signed: &Signed, stored: &str, denial: Denial) -> SqsError {
        let action = format!("sqs:{}", signed.action.without_batch().name().to_ascii_lowercase());
        let because = match denial {
            Denial::ByPolicy => "with an explicit deny in a resource-based policy".to_owned(),
            Denial::NotGranted => format!("because no identity-based policy allows the {action} action"),
            Denial::NotShared => format!("because no resource-based policy allows the {action} action"),
        };
        let (user, queue) = (arn_of(&signed.user), self.names.arn(stored));
        SqsError::new(
            Code::AccessDenied,
            format!("User: {user} is not authorized to perform: {action} on resource: {queue} {because}"),
        )
    }
}

#[cfg(test)]
mod tests;
