//! All users, found by the id of a key, by name, or by a secret alone.

use super::user::{Key, User};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// An unchanging set of users.
#[derive(Debug, Default)]
pub struct Users {
    keys: HashMap<String, (Arc<User>, Arc<Key>)>,
    names: BTreeMap<String, Arc<User>>,
}

/// A key, and whose it is.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// The user.
    pub user: &'a Arc<User>,
    /// The key that was asked for.
    pub key: &'a Arc<Key>,
}

/// Why users cannot be told apart, or could never prove who they are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsersError {
    /// Two users have one name.
    #[error("there are two users named {0:?}")]
    SameName(String),
    /// Two keys have one id.
    #[error("the key id {0:?} is given twice")]
    SameKey(String),
    /// A user has no key.
    #[error("the user {0:?} has no key")]
    NoKey(String),
    /// A key's secret is empty.
    #[error("the secret of the key {0:?} is empty")]
    EmptySecret(String),
}

impl Users {
    /// These users.
    ///
    /// # Errors
    /// [`UsersError`] where names or key ids are not unique, or a user has nothing to prove who they are.
    pub fn new(users: impl IntoIterator<Item = User>) -> Result<Self, UsersError> {
        let (mut names, mut keys) = (BTreeMap::new(), HashMap::new());
        for user in users.into_iter().map(Arc::new) {
            if names.insert(user.name.clone(), Arc::clone(&user)).is_some() {
                return Err(UsersError::SameName(user.name.clone()));
            }
            if user.keys.is_empty() {
                return Err(UsersError::NoKey(user.name.clone()));
            }
            for key in &user.keys {
                if key.secret.is_empty() {
                    return Err(UsersError::EmptySecret(key.id.clone()));
                }
                if keys.insert(key.id.clone(), (Arc::clone(&user), Arc::clone(key))).is_some() {
                    return Err(UsersError::SameKey(key.id.clone()));
                }
            }
        }
        Ok(Self { keys, names })
    }

    /// The key with this id and its user, if it is there and enabled. One look-up, whatever the number of users.
    #[must_use]
    pub fn key(&self, id: &str) -> Option<Found<'_>> {
        let (user, key) = self.keys.get(id)?;
        key.enabled.then_some(Found { user, key })
    }

    /// Whose `secret` it is, by the id of a key or by the user's name: then any of their enabled keys will do.
    #[must_use]
    pub fn proven(&self, id_or_name: &str, secret: &[u8]) -> Option<&Arc<User>> {
        if let Some(found) = self.key(id_or_name) {
            return found.key.secret.is(secret).then_some(found.user);
        }
        let user = self.names.get(id_or_name)?;
        user.has_secret(secret).then_some(user)
    }

    /// Whose `secret` it is. Every enabled key of every user is compared, so that the time it takes tells nothing; of two users with
    /// one secret neither is found.
    #[must_use]
    pub fn holder(&self, secret: &[u8]) -> Option<&Arc<User>> {
        let mut holders = Vec::new();
        for user in self.names.values() {
            if user.has_secret(secret) {
                holders.push(user);
            }
        }
        match holders[..] {
            [one] => Some(one),
            _ => None,
        }
    }

    /// All of them, in order of name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<User>> {
        self.names.values()
    }

    /// How many keys there are, disabled ones too.
    #[must_use]
    pub fn keys_len(&self) -> usize {
        self.keys.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Secret;

    fn key(id: &str, secret: &str, enabled: bool) -> Arc<Key> {
        Arc::new(Key { id: id.to_owned(), secret: Secret::new(secret), enabled })
    }

    fn user(name: &str, keys: Vec<Arc<Key>>) -> User {
        User { name: name.to_owned(), account: "1".to_owned(), keys, grants: Vec::new() }
    }

    #[test]
    fn a_user_is_found_by_any_enabled_key() {
        let keys = vec![key("old", "a", true), key("new", "b", true), key("lost", "c", false)];
        let users = Users::new([user("shop", keys), user("audit", vec![key("other", "d", true)])]).expect("valid");
        for id in ["old", "new"] {
            let found = users.key(id).expect("it is enabled");
            assert_eq!((found.user.name.as_str(), found.key.id.as_str()), ("shop", id));
        }
        assert!(users.key("lost").is_none() && users.key("never").is_none());
        assert_eq!(users.keys_len(), 4);
    }

    #[test]
    fn a_secret_proves_who_it_is_with_a_name_or_alone() {
        let keys = vec![key("old", "a", true), key("new", "b", true), key("lost", "c", false)];
        let audit = user("audit", vec![key("other", "d", true)]);
        let twins = [user("castor", vec![key("1", "t", true)]), user("pollux", vec![key("2", "t", true)])];
        let users = Users::new([user("shop", keys), audit].into_iter().chain(twins)).expect("valid");
        let proven = |name: &str, secret: &[u8]| users.proven(name, secret).map(|user| user.name.as_str());
        assert_eq!(
            (proven("shop", b"a"), proven("shop", b"b"), proven("new", b"b")),
            (Some("shop"), Some("shop"), Some("shop"))
        );
        assert_eq!(
            (proven("shop", b"c"), proven("shop", b"d"), proven("new", b"a"), proven("nobody", b"a")),
            (None, None, None, None)
        );
        let holder = |secret: &[u8]| users.holder(secret).map(|user| user.name.as_str());
        assert_eq!(
            (holder(b"b"), holder(b"d"), holder(b"c"), holder(b"t"), holder(b"")),
            (Some("shop"), Some("audit"), None, None, None)
        );
    }

    #[test]
    fn users_that_cannot_be_told_apart_are_refused() {
        let check = |users: [User; 2], expected: UsersError| {
            assert_eq!(Users::new(users).expect_err("ambiguous"), expected);
        };
        let one = || user("shop", vec![key("a", "x", true)]);
        check([one(), user("shop", vec![key("b", "x", true)])], UsersError::SameName("shop".to_owned()));
        check([one(), user("audit", vec![key("a", "y", true)])], UsersError::SameKey("a".to_owned()));
        check([one(), user("audit", Vec::new())], UsersError::NoKey("audit".to_owned()));
        check([one(), user("audit", vec![key("b", "", true)])], UsersError::EmptySecret("b".to_owned()));
    }
}
