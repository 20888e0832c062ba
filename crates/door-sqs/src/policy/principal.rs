//! Whom a statement names: everybody, an account, a user, a service.

use super::condition::Facts;
use super::document::texts;
use crate::caller::is_service;
use serde_json::Value;

/// How widely a caller was named. An account that is named may use the queue, but who in it may is for that account to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    /// With all of their account.
    Account,
    /// By themselves, or with everybody.
    Person,
}

/// One principal.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Principal {
    /// `*`
    Everybody,
    /// An account's id, or `arn:aws:iam::ID:root`.
    Account(String),
    /// Any other ARN.
    Arn(String),
    /// A service's name, as `sns.amazonaws.com`.
    Service(String),
    /// A kind of caller that there is none of here: federated and canonical users.
    Nobody,
}

/// Reads `"*"` or `{"AWS": …, "Service": …}`.
pub(super) fn read(value: &Value) -> Option<Vec<Principal>> {
    match value {
        Value::String(text) if text == "*" => Some(vec![Principal::Everybody]),
        Value::Object(kinds) => {
            let mut principals = Vec::new();
            for (kind, names) in kinds {
                principals.extend(texts(names)?.into_iter().map(|name| principal(kind, name)));
            }
            Some(principals)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
    }
}

fn principal(kind: &str, name: String) -> Principal {
    match kind {
        "AWS" if name == "*" => Principal::Everybody,
        "AWS" => match account_in(&name) {
            Some(account) => Principal::Account(account.to_owned()),
            None => Principal::Arn(name),
        },
        "Service" if name == "*" => Principal::Nobody,
        "Service" => Principal::Service(name),
        _ => Principal::Nobody,
    }
}

/// The account that is named as a whole.
fn account_in(name: &str) -> Option<&str> {
    if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(name);
    }
    let (_partition, rest) = name.strip_prefix("arn:")?.split_once(":iam::")?;
    rest.strip_suffix(":root")
}

/// How widely `principal` names the caller; `None` where it does not.
pub(super) fn reach(principal: &Principal, facts: &Facts<'_>) -> Option<Reach> {
    let user = &facts.by.user;
    match principal {
        Principal::Everybody => Some(Reach::Person),
        Principal::Account(account) => (!is_service(user) && *account == user.account).then_some(Reach::Account),
        Principal::Arn(arn) => (!is_service(user) && arn == facts.arn).then_some(Reach::Person),
        Principal::Service(name) => (is_service(user) && *name == user.name).then_some(Reach::Person),
        Principal::Nobody => None,
    }
}
