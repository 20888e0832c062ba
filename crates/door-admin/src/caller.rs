//! Who sends a request, and what they may do with which queue.
//!
//! What it is not: the proof of it, which is [`crate::authentication`]'s.
//!
//! Queues go by the names that the store has for them: a plain name belongs to the default account, `ACCOUNT/NAME` to
//! another one.

use crate::api::Api;
use crate::errors::ApiError;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use door::access::{Permission, User};
use std::convert::Infallible;
use std::sync::Arc;

/// Who speaks.
#[derive(Clone, Debug)]
pub(crate) enum Caller {
    /// Nobody was asked; anything is allowed.
    Anyone,
    /// A user who proved it.
    User(Arc<User>),
}

/// Digits of an account's id.
const ACCOUNT_DIGITS: usize = 12;

impl Caller {
    /// The user's name; `None` where nobody was asked.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Anyone => None,
            Self::User(user) => Some(&user.name),
        }
    }

    /// Whether they may do this with the queue that is stored as `queue`.
    pub(crate) fn may(&self, permission: Permission, queue: &str, default_account: &str) -> bool {
        match self {
            Self::Anyone => true,
            Self::User(user) => {
                let (account, name) = split(queue, default_account);
                user.may(permission, account, name)
            }
        }
    }

    /// Whether they may know of the queue that is stored as `queue`.
    pub(crate) fn may_see(&self, queue: &str, default_account: &str) -> bool {
        match self {
            Self::Anyone => true,
            Self::User(user) => {
                let (account, name) = split(queue, default_account);
                user.may_see(account, name)
            }
        }
    }

    /// Whether they run the server.
    pub(crate) fn may_operate(&self) -> bool {
        match self {
            Self::Anyone => true,
            Self::User(user) => user.may_operate(),
        }
    }

    /// Refused unless they may do this with the queue that is stored as `queue`.
    pub(crate) fn check(&self, permission: Permission, queue: &str, default_account: &str) -> Result<(), ApiError> {
        if self.may(permission, queue, default_account) {
            return Ok(());
        }
        Err(ApiError::may_not(self.name().unwrap_or_default(), permission.name(), queue))
    }
}

/// The account and the name of the queue that is stored as `queue`.
fn split<'a>(queue: &'a str, default_account: &'a str) -> (&'a str, &'a str) {
    let is_account = |text: &str| text.len() == ACCOUNT_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
    queue.split_once('/').filter(|(account, _)| is_account(account)).unwrap_or((default_account, queue))
}

/// The gate has put it there before any handler runs.
impl FromRequestParts<Arc<Api>> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _api: &Arc<Api>) -> Result<Self, Infallible> {
        let caller = parts.extensions.get::<Self>().cloned();
        Ok(caller.expect("every route stands behind the gate, which finds out who asks"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use door::access::Grant;

    fn caller(queues: &str, may: &[Permission]) -> Caller {
        let grants = vec![Grant { queues: queues.to_owned(), may: may.iter().copied().collect() }];
        Caller::User(Arc::new(User { name: "shop".to_owned(), account: "1".to_owned(), keys: Vec::new(), grants }))
    }

    #[test]
    fn a_queue_of_another_account_is_granted_by_its_stored_name() {
        let check = |pattern: &str, queue: &str, expected| {
            let may = caller(pattern, &[Permission::Send]).may(Permission::Send, queue, "1");
            assert_eq!(may, expected, "{pattern} on {queue}");
        };
        check("orders", "orders", true);
        check("orders", "222222222222/orders", false);
        check("222222222222/*", "222222222222/orders", true);
        check("@shop/*", "@shop/orders", true);
        check("*", "222222222222/orders", true);
    }

    #[test]
    fn who_was_not_asked_may_do_anything() {
        assert!(Caller::Anyone.may(Permission::Manage, "orders", "1") && Caller::Anyone.may_operate());
        assert!(Caller::Anyone.check(Permission::Manage, "orders", "1").is_ok());
    }
}
