//! How a request proves whose it is: a name and a secret, or a secret alone.
//!
//! ```text
//!  Authorization: Basic base64(NAME:SECRET)      NAME is a user's name or the id of a key of theirs
//!  Authorization: Bearer SECRET
//! ```
//!
//! Invariants: secrets are compared in constant time and never shown. Whoever says who they are has to prove it, also where strangers
//! are welcome.

use crate::caller::Caller;
use crate::errors::ApiError;
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use door::Access;
use door::access::{User, Users};
use std::sync::Arc;

/// Whose request it is.
pub(crate) fn caller(access: &Access, headers: &HeaderMap) -> Result<Caller, ApiError> {
    let Some(users) = access.users() else { return Ok(Caller::Anyone) };
    let Some(said) = headers.get(header::AUTHORIZATION) else {
        return if access.allows_anonymous() { Ok(Caller::Anyone) } else { Err(ApiError::unauthenticated(NOT_SAID)) };
    };
    match user(&users, said.as_bytes()) {
        Some(user) => Ok(Caller::User(Arc::clone(user))),
        None => Err(ApiError::unauthenticated(NOT_PROVEN)),
    }
}

const NOT_SAID: &str = "this server asks who you are: send a user's name and secret";
const NOT_PROVEN: &str = "there is no user with this name and secret";

fn user<'a>(users: &'a Users, said: &[u8]) -> Option<&'a Arc<User>> {
    let (scheme, proof) = std::str::from_utf8(said).ok()?.split_once(' ')?;
    let proof = proof.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return users.holder(proof.as_bytes());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = STANDARD.decode(proof).ok()?;
    let colon = decoded.iter().position(|byte| *byte == b':')?;
    let (name, secret) = (std::str::from_utf8(&decoded[..colon]).ok()?, &decoded[colon + 1..]);
    users.proven(name, secret)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use door::access::{Key, Secret};

    fn access(allow_anonymous: bool) -> Access {
        let key = Arc::new(Key { id: "AKIASHOP".to_owned(), secret: Secret::new("hush:hush"), enabled: true });
        let user = User { name: "shop".to_owned(), account: "1".to_owned(), keys: vec![key], grants: Vec::new() };
        Access::new(Some(Users::new([user]).expect("one user")), allow_anonymous)
    }

    fn check(access: &Access, said: Option<&str>, expected: Option<Option<&str>>) {
        let mut headers = HeaderMap::new();
        if let Some(said) = said {
            headers.insert(header::AUTHORIZATION, HeaderValue::from_str(said).expect("plain text"));
        }
        let caller = caller(access, &headers);
        assert_eq!(caller.as_ref().ok().map(Caller::name), expected, "{said:?}");
    }

    fn basic(name_and_secret: &str) -> String {
        format!("Basic {}", STANDARD.encode(name_and_secret))
    }

    #[test]
    fn a_name_and_secret_or_the_secret_alone_prove_who_it_is() {
        let guarded = access(false);
        for said in [&basic("shop:hush:hush"), &basic("AKIASHOP:hush:hush"), "Bearer hush:hush", "bearer  hush:hush"] {
            check(&guarded, Some(said), Some(Some("shop")));
        }
        for said in [
            &basic("shop:hush"),
            &basic("other:hush:hush"),
            &basic("shop"),
            "Bearer hush",
            "Bearer",
            "Basic ?",
            "Digest x",
        ] {
            check(&guarded, Some(said), None);
        }
        check(&guarded, None, None);
    }

    #[test]
    fn strangers_come_in_where_they_are_welcome_unless_they_claim_to_be_somebody() {
        check(&access(true), None, Some(None));
        check(&access(true), Some(&basic("shop:wrong")), None);
        check(&Access::anonymous(), Some(&basic("shop:wrong")), Some(None));
    }
}
