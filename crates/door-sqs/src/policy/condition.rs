//! Under which conditions a statement applies: the operators and keys that shared queues, topics and event rules use.
//!
//! Operators: `String…`, `Arn…`, `Bool`, `IpAddress`, `Null`, each also with `…IfExists`. Keys: [`KEYS`]. Anything else is not
//! understood, and so is a value with a variable (`${…}`) in it.
//!
//! Invariant: a key that a request has no value for fails every test but a negated one, `…IfExists` and `Null`, as on AWS.

use super::document::one_or_many;
use super::network::Network;
use crate::caller::{Signed, is_service};
use door::access::glob_matches;
use serde_json::Value;
use std::borrow::Cow;

/// Who asks, for conditions and principals.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts<'a> {
    pub(super) by: &'a Signed,
    /// The ARN of the user.
    pub(super) arn: &'a str,
}

/// One operator on one key, with its values.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Condition {
    key: Key,
    test: Test,
    negated: bool,
    if_exists: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Test {
    Equals(Vec<String>),
    EqualsIgnoringCase(Vec<String>),
    Like(Vec<String>),
    Arn(Vec<String>),
    Within(Vec<Network>),
    /// Whether the key must be missing.
    Missing(Vec<bool>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    SourceArn,
    SourceAccount,
    PrincipalArn,
    PrincipalAccount,
    PrincipalIsService,
    UserName,
    SecureTransport,
    SourceIp,
}

/// The keys that are known, in lower case: policies may write them as they like.
const KEYS: [(&str, Key); 8] = [
    ("aws:sourcearn", Key::SourceArn),
    ("aws:sourceaccount", Key::SourceAccount),
    ("aws:principalarn", Key::PrincipalArn),
    ("aws:principalaccount", Key::PrincipalAccount),
    ("aws:principalisawsservice", Key::PrincipalIsService),
    ("aws:username", Key::UserName),
    ("aws:securetransport", Key::SecureTransport),
    ("aws:sourceip", Key::SourceIp),
];

/// Reads a `Condition` member; what is not understood is told in `strange`.
pub(super) fn read(value: Option<&Value>, strange: &mut Vec<String>) -> Vec<Condition> {
    let Some(value) = value else { return Vec::new() };
    let Some(operators) = value.as_object() else {
        strange.push("Condition".to_owned());
        return Vec::new();
    };
    let mut conditions = Vec::new();
    for (operator, keys) in operators {
        let Some(keys) = keys.as_object() else {
            strange.push(format!("Condition {operator}"));
            continue;
        };
        for (key, values) in keys {
            match condition(operator, key, one_or_many(Some(values))) {
                Some(condition) => conditions.push(condition),
                None => strange.push(format!("Condition {operator} on {key}")),
            }
        }
    }
    conditions
}

fn condition(operator: &str, key: &str, values: &[Value]) -> Option<Condition> {
    let lower = key.to_ascii_lowercase();
    let (_, key) = KEYS.iter().find(|(name, _)| *name == lower)?;
    let (operator, if_exists) = match operator.strip_suffix("IfExists") {
        Some(operator) => (operator, true),
        None => (operator, false),
    };
    let values: Vec<String> = values.iter().map(text).collect::<Option<_>>()?;
    if values.iter().any(|value| value.contains("${")) {
        return None;
    }
    let networks = |values: Vec<String>| values.iter().map(|value| Network::parse(value)).collect::<Option<Vec<_>>>();
    let truths =
        |values: Vec<String>| values.iter().map(|value| value.to_ascii_lowercase().parse().ok()).collect::<Option<_>>();
    let (test, negated) = match operator {
        "StringEquals" => (Test::Equals(values), false),
        "StringNotEquals" => (Test::Equals(values), true),
        "StringEqualsIgnoreCase" | "Bool" => (Test::EqualsIgnoringCase(values), false),
        "StringNotEqualsIgnoreCase" => (Test::EqualsIgnoringCase(values), true),
        "StringLike" => (Test::Like(values), false),
        "StringNotLike" => (Test::Like(values), true),
        "ArnEquals" | "ArnLike" => (Test::Arn(values), false),
        "ArnNotEquals" | "ArnNotLike" => (Test::Arn(values), true),
        "IpAddress" => (Test::Within(networks(values)?), false),
        "NotIpAddress" => (Test::Within(networks(values)?), true),
        "Null" if !if_exists => (Test::Missing(truths(values)?), false),
        _ => return None,
    };
    Some(Condition { key: *key, test, negated, if_exists })
}

/// A value as text: policies may write truth values and numbers without quotes.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

impl Condition {
    /// Whether it holds for this caller.
    pub(super) fn holds(&self, facts: &Facts<'_>) -> bool {
        let given = self.key.value(facts);
        match (&self.test, given) {
            (Test::Missing(wanted), given) => wanted.iter().any(|missing| *missing == given.is_none()),
            (_, None) => self.if_exists || self.negated,
            (test, Some(given)) => test.passes(&given) != self.negated,
        }
    }
}

impl Test {
    fn passes(&self, given: &str) -> bool {
        match self {
            Self::Equals(values) => values.iter().any(|value| value == given),
            Self::EqualsIgnoringCase(values) => values.iter().any(|value| value.eq_ignore_ascii_case(given)),
            Self::Like(values) => values.iter().any(|value| glob_matches(value, given)),
            Self::Arn(values) => values.iter().any(|value| arn_matches(value, given)),
            Self::Within(networks) => given.parse().is_ok_and(|ip| networks.iter().any(|network| network.contains(ip))),
            Self::Missing(_) => false,
        }
    }
}

impl Key {
    fn value<'a>(self, facts: &Facts<'a>) -> Option<Cow<'a, str>> {
        let Signed { user, action: _, origin, source } = facts.by;
        let truth = |truth: bool| Some(Cow::Borrowed(if truth { "true" } else { "false" }));
        match self {
            Self::SourceArn => source.arn.as_deref().map(Cow::Borrowed),
            Self::SourceAccount => source.account.as_deref().map(Cow::Borrowed),
            Self::PrincipalArn => (!is_service(user)).then_some(Cow::Borrowed(facts.arn)),
            Self::PrincipalAccount => (!is_service(user)).then_some(Cow::Borrowed(&user.account)),
            Self::PrincipalIsService => truth(is_service(user)),
            Self::UserName => (!is_service(user)).then_some(Cow::Borrowed(&user.name)),
            Self::SecureTransport => truth(origin.secure),
            Self::SourceIp => origin.ip.map(|ip| Cow::Owned(ip.to_canonical().to_string())),
        }
    }
}

/// ARNs are compared part by part, so that a `*` does not reach beyond its own.
fn arn_matches(pattern: &str, arn: &str) -> bool {
    const PARTS: usize = 6;
    let (mut wanted, mut given) = (pattern.splitn(PARTS, ':'), arn.splitn(PARTS, ':'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if glob_matches(wanted, given) => {}
            (Some(_) | None, Some(_) | None) => return false,
        }
    }
}
