//! The users in force, shared by all doors and replaced while they serve.
//!
//! Invariant: reading takes no lock and never waits for a replacement.

use super::users::Users;
use arc_swap::ArcSwapOption;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Who may come in. Cheap to clone; clones share the users.
#[derive(Clone)]
pub struct Access {
    shared: Arc<Shared>,
}

struct Shared {
    /// Whether there are users, so that an anonymous door pays for one plain load and no more.
    guarded: AtomicBool,
    users: ArcSwapOption<Users>,
    allow_anonymous: bool,
}

impl Access {
    /// Anybody may do anything, and nobody is asked who they are.
    #[must_use]
    pub fn anonymous() -> Self {
        Self::new(None, true)
    }

    /// These users. Those who do not say who they are may do anything if `allow_anonymous`, or if there are no users at all.
    #[must_use]
    pub fn new(users: Option<Users>, allow_anonymous: bool) -> Self {
        let guarded = AtomicBool::new(users.is_some());
        let users = ArcSwapOption::from(users.map(Arc::new));
        Self { shared: Arc::new(Shared { guarded, users, allow_anonymous }) }
    }

    /// The users in force; `None` where there are none, and nobody needs to be asked.
    #[must_use]
    pub fn users(&self) -> Option<Arc<Users>> {
        let guarded = self.shared.guarded.load(Ordering::Acquire);
        if guarded { self.shared.users.load_full() } else { None }
    }

    /// Whether a request without proof of who sends it is welcome although there are users.
    #[must_use]
    pub fn allows_anonymous(&self) -> bool {
        self.shared.allow_anonymous
    }

    /// Puts other users in force. Requests that have begun go on under those they began with.
    pub fn replace(&self, users: Users) {
        self.shared.users.store(Some(Arc::new(users)));
        self.shared.guarded.store(true, Ordering::Release);
    }
}

impl Default for Access {
    fn default() -> Self {
        Self::anonymous()
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.users().map(|users| users.keys_len());
        f.debug_struct("Access").field("keys", &keys).field("allow_anonymous", &self.shared.allow_anonymous).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Key, Secret, User};

    fn users(id: &str) -> Users {
        let key = Arc::new(Key { id: id.to_owned(), secret: Secret::new("hush"), enabled: true });
        let user = User { name: "shop".to_owned(), account: "1".to_owned(), keys: vec![key], grants: Vec::new() };
        Users::new([user]).expect("one user")
    }

    #[test]
    fn users_are_replaced_for_every_clone_and_kept_for_who_began() {
        let access = Access::new(Some(users("a")), false);
        let clone = access.clone();
        let begun = clone.users().expect("there are users");
        access.replace(users("b"));
        assert!(begun.key("a").is_some());
        let after = clone.users().expect("there are users");
        assert!(after.key("a").is_none() && after.key("b").is_some());
        assert!(!format!("{access:?} {after:?}").contains("hush"));
    }

    #[test]
    fn without_users_nobody_is_asked_until_there_are_some() {
        let access = Access::anonymous();
        assert!(access.users().is_none() && Access::default().allows_anonymous());
        access.replace(users("a"));
        assert!(access.users().is_some());
    }
}
