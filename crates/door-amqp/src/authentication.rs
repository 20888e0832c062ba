//! How a connection proves whose it is: `PLAIN`, `AMQPLAIN`, `EXTERNAL`.
//!
//! ```text
//!  PLAIN      [authorize as] 0x00 user 0x00 password            (RFC 4616)
//!  AMQPLAIN   a table without its length: LOGIN S, PASSWORD S
//!  EXTERNAL   nothing: the subject of the client's TLS certificate is the user
//! ```
//!
//! A user's name or the id of a key of theirs may be given, with the key's secret. Where there are no users any name will do.

use crate::caller::Caller;
use crate::errors::AmqpError;
use crate::wire::ReplyCode;
use crate::wire::table::{Table, Value};
use door::Access;
use std::sync::Arc;

/// What a client says to prove who it is.
#[derive(Debug)]
pub(crate) struct Claim<'a> {
    pub(crate) mechanism: &'a str,
    pub(crate) response: &'a [u8],
    /// The subject of its certificate, where it proved to hold one.
    pub(crate) subject: Option<&'a str>,
}

/// The mechanisms that a connection may choose from.
pub(crate) fn mechanisms(subject: Option<&str>) -> &'static str {
    if subject.is_some() { "EXTERNAL PLAIN AMQPLAIN" } else { "PLAIN AMQPLAIN" }
}

/// Whose connection it is.
pub(crate) fn caller(access: &Access, claim: &Claim<'_>) -> Result<Caller, AmqpError> {
    let refused = || {
        let text = format!(
            "Login was refused using authentication mechanism {}. For details see the broker logfile.",
            claim.mechanism
        );
        AmqpError::new(ReplyCode::AccessRefused, text)
    };
    let (name, password) = match claim.mechanism {
        "PLAIN" => plain(claim.response).ok_or_else(refused)?,
        "AMQPLAIN" => amqplain(claim.response).ok_or_else(refused)?,
        "EXTERNAL" => (claim.subject.ok_or_else(refused)?, None),
        other => {
            let text = format!("unknown authentication mechanism '{other}'");
            return Err(AmqpError::new(ReplyCode::NotAllowed, text));
        }
    };
    let Some(users) = access.users() else { return Ok(Caller::Anyone { name: name.into() }) };
    let found = match password {
        Some(password) => users.key(name).filter(|found| found.key.secret.is(password)).map(|found| found.user),
        None => users.key(name).map(|found| found.user),
    };
    match found {
        Some(user) => Ok(Caller::User(Arc::clone(user))),
        // A stranger is one where strangers are welcome; whoever names a user has to prove it.
        None if access.allows_anonymous() && users.key(name).is_none() => Ok(Caller::Anyone { name: name.into() }),
        None => {
            tracing::warn!(user = name, mechanism = claim.mechanism, "an AMQP login was refused");
            Err(refused())
        }
    }
}

/// Whether a newer proof is good: the secret of one of the caller's keys.
pub(crate) fn proves(access: &Access, caller: &Caller, secret: &[u8]) -> bool {
    let Caller::User(user) = caller else { return true };
    // The users may have been replaced since the connection was opened.
    let users = access.users();
    let keys = users.as_ref().and_then(|users| users.key(&user.name)).map_or(user, |found| found.user);
    keys.keys.iter().any(|key| key.enabled && key.secret.is(secret))
}

/// A user and their password.
type Said<'a> = Option<(&'a str, Option<&'a [u8]>)>;

fn plain(response: &[u8]) -> Said<'_> {
    let mut parts = response.split(|byte| *byte == 0);
    let (_authorize_as, name, password) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    Some((std::str::from_utf8(name).ok()?, Some(password)))
}

fn amqplain(response: &[u8]) -> Said<'_> {
    let table = Table::parse(response).ok()?;
    let name = table.get("LOGIN")?.text()?;
    let Some(Value::Text(password)) = table.get("PASSWORD") else { return None };
    Some((name, Some(password)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::table::TableBuilder;
    use door::access::{Key, Secret, User, Users};

    fn access(allow_anonymous: bool) -> Access {
        let key = |id: &str| Arc::new(Key { id: id.to_owned(), secret: Secret::new("hush"), enabled: true });
        let keys = vec![key("shop"), key("CN=shop,O=Example")];
        let user = User { name: "shop".to_owned(), account: "1".to_owned(), keys, grants: Vec::new() };
        Access::new(Some(Users::new([user]).expect("one user")), allow_anonymous)
    }

    fn check(access: &Access, mechanism: &str, response: &[u8], expected: Option<&str>) {
        let claim = Claim { mechanism, response, subject: Some("CN=shop,O=Example") };
        let caller = caller(access, &claim);
        assert_eq!(caller.as_ref().map(Caller::name).ok(), expected, "{mechanism} {response:?}");
    }

    #[test]
    fn who_proves_it_comes_in() {
        let guarded = access(false);
        check(&guarded, "PLAIN", b"\0shop\0hush", Some("shop"));
        check(&guarded, "PLAIN", b"shop\0shop\0hush", Some("shop"));
        check(&guarded, "PLAIN", b"\0shop\0hus", None);
        check(&guarded, "PLAIN", b"\0shop\0hush\0", None);
        check(&guarded, "PLAIN", b"shop", None);
        check(&guarded, "PLAIN", b"\0guest\0guest", None);
        check(&guarded, "EXTERNAL", b"", Some("shop"));
        check(&guarded, "GSSAPI", b"", None);
        let login = |password: &[u8]| {
            TableBuilder::new().with("LOGIN", Value::Text(b"shop")).with("PASSWORD", Value::Text(password)).finish()
        };
        check(&guarded, "AMQPLAIN", &login(b"hush"), Some("shop"));
        check(&guarded, "AMQPLAIN", &login(b"loud"), None);
        check(&guarded, "AMQPLAIN", b"\xFF", None);
    }

    #[test]
    fn strangers_come_in_where_they_are_welcome_and_never_under_a_users_name() {
        check(&access(true), "PLAIN", b"\0guest\0guest", Some("guest"));
        check(&access(true), "PLAIN", b"\0shop\0wrong", None);
        check(&Access::anonymous(), "PLAIN", b"\0guest\0guest", Some("guest"));
    }
}
