//! A policy made ready to be asked: statements with their patterns, principals and conditions taken apart once.
//!
//! Invariant: what is not understood never lets anybody in. A statement with such a part applies where it denies and does not
//! where it allows.

use super::condition::{Condition, Facts};
use super::principal::{Principal, Reach, reach};
use crate::action::Action;
use crate::caller::{Signed, arn_of};
use door::access::glob_matches;
use serde_json::{Map, Value};

/// What a policy says to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// No.
    Denied,
    /// Yes, to the caller or to their account.
    Allowed(Reach),
    /// Nothing.
    Silent,
}

/// A request, as policies see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    /// Who asks for which action.
    pub(crate) by: &'a Signed,
    /// The queue.
    pub(crate) queue_arn: &'a str,
}

/// A queue's policy.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Document {
    statements: Vec<Statement>,
    /// What could not be understood, for the log.
    pub(super) strange: Vec<String>,
}

#[derive(Debug, PartialEq, Eq)]
struct Statement {
    denies: bool,
    /// Whether every part was understood.
    clear: bool,
    principals: Listed<Principal>,
    actions: Listed<String>,
    resources: Listed<String>,
    conditions: Vec<Condition>,
}

/// What a statement is about, or with `Not…` what it is not about.
#[derive(Debug, PartialEq, Eq)]
struct Listed<T> {
    items: Vec<T>,
    negated: bool,
}

impl Document {
    /// Takes a policy apart. Any text will do: what is no policy says nothing.
    pub(crate) fn read(text: &str) -> Self {
        let Ok(Value::Object(policy)) = serde_json::from_str(text) else { return Self::default() };
        let mut document = Self::default();
        for statement in one_or_many(policy.get("Statement")) {
            match statement.as_object().map(|statement| Statement::read(statement, &mut document.strange)) {
                Some(Some(statement)) => document.statements.push(statement),
                Some(None) | None => document.strange.push("a statement without Effect Allow or Deny".to_owned()),
            }
        }
        document
    }

    /// What it says to a request. A denial wins over everything.
    pub(crate) fn judge(&self, asked: &Asked<'_>) -> Verdict {
        let arn = arn_of(&asked.by.user);
        let facts = Facts { by: asked.by, arn: &arn };
        let mut verdict = Verdict::Silent;
        for statement in &self.statements {
            let Some(reach) = statement.applies(asked, &facts) else { continue };
            if statement.denies {
                return Verdict::Denied;
            }
            if verdict != Verdict::Allowed(Reach::Person) {
                verdict = Verdict::Allowed(reach);
            }
        }
        verdict
    }
}

impl Statement {
    fn read(statement: &Map<String, Value>, strange: &mut Vec<String>) -> Option<Self> {
        let denies = match statement.get("Effect")?.as_str()? {
            "Deny" => true,
            "Allow" => false,
            _ => return None,
        };
        let before = strange.len();
        let principals = listed(statement, "Principal", "NotPrincipal", strange, super::principal::read);
        let actions = listed(statement, "Action", "NotAction", strange, texts);
        let resources = listed(statement, "Resource", "NotResource", strange, texts);
        let conditions = super::condition::read(statement.get("Condition"), strange);
        let clear = strange.len() == before;
        Some(Self { denies, clear, principals, actions, resources, conditions })
    }

    /// Whether the statement is about this request, and how widely it names the caller.
    fn applies(&self, asked: &Asked<'_>, facts: &Facts<'_>) -> Option<Reach> {
        if !self.clear {
            return self.denies.then_some(Reach::Person);
        }
        let reach = self.reach(facts)?;
        let about = self.actions.include(|pattern| names_action(pattern, asked.by.action))
            && self.resources.include(|pattern| glob_matches(pattern, asked.queue_arn))
            && self.conditions.iter().all(|condition| condition.holds(facts));
        about.then_some(reach)
    }

    fn reach(&self, facts: &Facts<'_>) -> Option<Reach> {
        let named = self.principals.items.iter().filter_map(|principal| reach(principal, facts)).max();
        match (self.principals.negated, named) {
            (false, named) => named,
            // To name the account exempts nobody in it, as on AWS.
            (true, Some(Reach::Person)) => None,
            (true, Some(Reach::Account) | None) => Some(Reach::Person),
        }
    }
}

impl<T> Listed<T> {
    fn include(&self, matches: impl FnMut(&T) -> bool) -> bool {
        self.items.iter().any(matches) != self.negated
    }
}

/// A member in its positive or its negative form; there must be exactly one of them.
fn listed<T>(
    statement: &Map<String, Value>,
    positive: &str,
    negative: &str,
    strange: &mut Vec<String>,
    read: impl Fn(&Value) -> Option<Vec<T>>,
) -> Listed<T> {
    let (value, negated) = match (statement.get(positive), statement.get(negative)) {
        (Some(value), None) => (Some(value), false),
        (None, Some(value)) => (Some(value), true),
        (None, None) | (Some(_), Some(_)) => (None, false),
    };
    let items = value.and_then(read);
    if items.is_none() {
        strange.push(format!("{positive} or {negative}"));
    }
    Listed { items: items.unwrap_or_default(), negated }
}

/// Takes any text apart and asks it about a caller, for the fuzzer.
pub(crate) fn judge_any(text: &str, by: &Signed) {
    let arn = "arn:aws:sqs:us-east-1:000000000000:jobs";
    let document = Document::read(text);
    let verdict = document.judge(&Asked { by, queue_arn: arn });
    assert_eq!(verdict, document.judge(&Asked { by, queue_arn: arn }), "a policy says the same twice");
}

/// Whether a pattern such as `sqs:Send*` names an action. What a batch does is what its single action does.
fn names_action(pattern: &str, action: Action) -> bool {
    let pattern = pattern.to_ascii_lowercase();
    [action, action.without_batch()]
        .iter()
        .any(|action| glob_matches(&pattern, &format!("sqs:{}", action.name().to_ascii_lowercase())))
}

/// One text, or a list of texts.
pub(super) fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(items) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

/// The values of a member that is one value, a list, or not there.
pub(super) fn one_or_many(value: Option<&Value>) -> &[Value] {
    match value {
        None => &[],
        Some(Value::Array(items)) => items,
        Some(one) => std::slice::from_ref(one),
    }
}

#[cfg(test)]
mod tests;
