//! One user: keys that prove it is them, an account that their queues are in, and what they may do with which queues.

use super::glob;
use super::permission::{Permission, Permissions};
use super::secret::Secret;
use std::sync::Arc;

/// Somebody who may use doors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// What they are called; unique among all users.
    pub name: String,
    /// The name space that their queues are in.
    pub account: String,
    /// What proves that it is them. Several, so that one can be replaced while another is still in use.
    pub keys: Vec<Arc<Key>>,
    /// What they may do. Nothing that is not granted.
    pub grants: Vec<Grant>,
}

/// An id and the secret that goes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Not secret; unique among all keys of all users.
    pub id: String,
    /// What is proved or given.
    pub secret: Secret,
    /// A key that is not enabled is as good as none.
    pub enabled: bool,
}

/// Permissions on the queues whose names match a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// A queue's name with `*` and `?`. Queues of another account are matched as `ACCOUNT/NAME`.
    pub queues: String,
    /// What is granted.
    pub may: Permissions,
}

impl User {
    /// Whether a grant lets this user do this with the queue `queue` of `account`.
    #[must_use]
    pub fn may(&self, permission: Permission, account: &str, queue: &str) -> bool {
        self.granted(account, queue, |may| may.include(permission))
    }

    /// Whether any grant has to do with the queue `queue` of `account`, so that the user may know of it.
    #[must_use]
    pub fn may_see(&self, account: &str, queue: &str) -> bool {
        self.granted(account, queue, |may| !may.is_empty())
    }

    /// Whether this user may do anything with every queue there is or will be: who runs the server, not one application of it.
    #[must_use]
    pub fn may_operate(&self) -> bool {
        self.grants.iter().any(|grant| grant.queues == "*" && grant.may.include(Permission::Manage))
    }

    /// Whether `secret` belongs to one of their enabled keys; all of them are compared.
    #[must_use]
    pub(super) fn has_secret(&self, secret: &[u8]) -> bool {
        self.keys.iter().fold(false, |found, key| found | (key.secret.is(secret) & key.enabled))
    }

    fn granted(&self, account: &str, queue: &str, enough: impl Fn(Permissions) -> bool) -> bool {
        let mut grants = self.grants.iter().filter(|grant| enough(grant.may));
        if account == self.account {
            grants.any(|grant| glob::matches(&grant.queues, queue))
        } else {
            let foreign = format!("{account}/{queue}");
            grants.any(|grant| glob::matches(&grant.queues, &foreign))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(grants: &[(&str, &[Permission])]) -> User {
        let grant = |&(queues, may): &(&str, &[Permission])| Grant {
            queues: queues.to_owned(),
            may: may.iter().copied().collect(),
        };
        User {
            name: "shop".to_owned(),
            account: "1".to_owned(),
            keys: Vec::new(),
            grants: grants.iter().map(grant).collect(),
        }
    }

    #[test]
    fn grants_add_up_and_nothing_else_is_allowed() {
        let shop = user(&[("orders-*", &[Permission::Send]), ("orders-eu", &[Permission::Receive])]);
        assert!(shop.may(Permission::Send, "1", "orders-us") && !shop.may(Permission::Receive, "1", "orders-us"));
        assert!(shop.may(Permission::Send, "1", "orders-eu") && shop.may(Permission::Receive, "1", "orders-eu"));
        assert!(!shop.may(Permission::Manage, "1", "orders-eu") && !shop.may(Permission::Send, "1", "jobs"));
        assert!(shop.may_see("1", "orders-us") && !shop.may_see("1", "jobs"));
    }

    #[test]
    fn another_accounts_queues_need_a_pattern_that_reaches_there() {
        let shop = user(&[("jobs", &[Permission::Send])]);
        assert!(shop.may(Permission::Send, "1", "jobs") && !shop.may(Permission::Send, "2", "jobs"));
        let wide = user(&[("2/jobs", &[Permission::Send]), ("3/*", &[Permission::Send])]);
        assert!(wide.may(Permission::Send, "2", "jobs") && wide.may(Permission::Send, "3", "anything"));
        assert!(!wide.may(Permission::Send, "1", "jobs"));
        assert!(user(&[("*", &[Permission::Send])]).may(Permission::Send, "2", "jobs"));
    }

    #[test]
    fn who_manages_every_queue_operates_the_server() {
        let may = |grants: &[(&str, &[Permission])]| user(grants).may_operate();
        assert!(may(&[("a", &[Permission::Send]), ("*", &[Permission::Manage])]));
        assert!(!may(&[("*", &[Permission::Send, Permission::Receive]), ("?*", &[Permission::Manage])]));
    }

    #[test]
    fn a_grant_of_nothing_shows_nothing() {
        assert!(!user(&[("*", &[])]).may_see("1", "jobs"));
    }
}
