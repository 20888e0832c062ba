//! Who is at the other end of a connection, and what they may do with which queue or exchange.
//!
//! What it is not: the proof of it, which is [`crate::authentication`]'s.

use crate::Vhost;
use crate::errors::AmqpError;
use crate::wire::ReplyCode;
use door::access::{Permission, User};
use std::sync::Arc;

/// Who speaks.
#[derive(Clone, Debug)]
pub(crate) enum Caller {
    /// Nobody was asked; anything is allowed.
    Anyone {
        /// The name that the client gave.
        name: Box<str>,
    },
    /// A user who proved it.
    User(Arc<User>),
}

impl Caller {
    /// The name that a message's `user-id` must have, if it has one.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Anyone { name } => name,
            Self::User(user) => &user.name,
        }
    }

    /// The user, where there is one.
    pub(crate) fn user(&self) -> Option<&User> {
        match self {
            Self::Anyone { .. } => None,
            Self::User(user) => Some(user),
        }
    }

    /// Refused unless the caller may do this with the queue or exchange `name`. Queues of the default virtual host are those of
    /// `account`.
    pub(crate) fn check(
        &self,
        permission: Permission,
        what: &'static str,
        name: &str,
        vhost: &Vhost,
        account: &str,
    ) -> Result<(), AmqpError> {
        let Self::User(user) = self else { return Ok(()) };
        if user.may(permission, account, &vhost.stored(name)) {
            return Ok(());
        }
        let (access, vhost, user) = (word(permission), vhost.name(), &user.name);
        let text = format!("{access} access to {what} '{name}' in vhost '{vhost}' refused for user '{user}'");
        Err(AmqpError::new(ReplyCode::AccessRefused, text))
    }
}

/// The protocol's clients know the permissions by these words.
fn word(permission: Permission) -> &'static str {
    match permission {
        Permission::Send => "write",
        Permission::Receive => "read",
        Permission::Manage => "configure",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use door::access::Grant;

    fn user(queues: &str, may: &[Permission]) -> Caller {
        let grants = vec![Grant { queues: queues.to_owned(), may: may.iter().copied().collect() }];
        Caller::User(Arc::new(User { name: "shop".to_owned(), account: "1".to_owned(), keys: Vec::new(), grants }))
    }

    #[test]
    fn what_is_not_granted_is_refused_in_the_words_of_the_protocol() {
        let (caller, vhost) = (user("orders*", &[Permission::Send]), Vhost::new("/"));
        let check = |permission, name: &str| caller.check(permission, "queue", name, &vhost, "1");
        assert_eq!(check(Permission::Send, "orders-eu"), Ok(()));
        let refused = check(Permission::Manage, "orders-eu").expect_err("it is not granted");
        assert_eq!(refused.code, ReplyCode::AccessRefused);
        let said = "ACCESS_REFUSED - configure access to queue 'orders-eu' in vhost '/' refused for user 'shop'";
        assert_eq!(refused.reply_text(), said);
        assert!(check(Permission::Send, "invoices").is_err());
    }

    #[test]
    fn virtual_hosts_and_accounts_are_name_spaces() {
        let shop = Vhost::new("shop");
        let check = |pattern, account| {
            user(pattern, &[Permission::Send]).check(Permission::Send, "queue", "orders", &shop, account).is_ok()
        };
        assert!(check("@shop/orders", "1") && !check("orders", "1"));
        assert!(check("2/@shop/orders", "2") && !check("@shop/orders", "2"));
        assert!(Caller::Anyone { name: "guest".into() }.check(Permission::Send, "queue", "x", &shop, "2").is_ok());
    }
}
