//! Queue policies: edited here by `AddPermission` and `RemovePermission`, and asked through [`Policies`] by `authorization`.
//!
//! ```text
//!   document   statements, taken apart once        principal   whom a statement names
//!   compiled   the documents in use                condition   under which conditions it applies, with network
//! ```
//!
//! What they are not: checked when they are set. AWS refuses what it does not understand; here it is kept and shown, lets nobody in, and
//! the log says so.

mod compiled;
mod condition;
mod document;
mod network;
mod principal;

pub(crate) use compiled::Policies;
pub(crate) use document::{Asked, Verdict, judge_any};
pub(crate) use principal::Reach;

use crate::action::Action;
use crate::errors::{Code, SqsError, quoted};
use crate::limits::{LABEL_CHARACTERS_MAX, PERMISSION_ACTIONS_MAX, PERMISSION_STATEMENTS_MAX};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

const ACCOUNT_DIGITS: usize = 12;

/// A policy, with the members that are edited; the rest stays as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Policy {
    #[serde(rename = "Version")]
    version: String,
    #[serde(rename = "Id", default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(rename = "Statement", default)]
    statements: Vec<Value>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// A permission that is to be added.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Permission<'a> {
    pub(crate) label: &'a str,
    pub(crate) accounts: &'a [&'a str],
    pub(crate) actions: &'a [&'a str],
    pub(crate) queue_arn: &'a str,
}

impl Policy {
    /// The policy that `text` holds; the one that AWS begins with where there is none, or none with a version.
    pub(crate) fn read(text: Option<&str>, queue_arn: &str) -> Self {
        text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_else(|| Self {
            version: "2008-10-17".to_owned(),
            id: Some(format!("{queue_arn}/SQSDefaultPolicy")),
            statements: Vec::new(),
            rest: Map::new(),
        })
    }

    /// The text to keep; empty when no statement is left.
    pub(crate) fn write(&self) -> String {
        if self.statements.is_empty() {
            return String::new();
        }
        serde_json::to_string(self).expect("texts and JSON values are JSON")
    }

    /// Adds a statement.
    pub(crate) fn add(&mut self, permission: &Permission<'_>) -> Result<(), SqsError> {
        permission.check()?;
        let Permission { label, accounts, actions, queue_arn } = *permission;
        if self.position(label).is_some() {
            return Err(SqsError::invalid_value(label, "Label", "Already exists."));
        }
        if self.statements.len() >= PERMISSION_STATEMENTS_MAX {
            let text = format!("A policy can have at most {PERMISSION_STATEMENTS_MAX} statements.");
            return Err(SqsError::new(Code::OverLimit, text));
        }
        let principals = accounts.iter().map(|account| format!("arn:aws:iam::{account}:root"));
        self.statements.push(json!({
            "Sid": label,
            "Effect": "Allow",
            "Principal": { "AWS": one_or_many(principals.collect()) },
            "Action": one_or_many(actions.iter().map(|action| format!("SQS:{action}")).collect()),
            "Resource": queue_arn,
        }));
        Ok(())
    }

    /// Takes a statement away.
    pub(crate) fn remove(&mut self, label: &str) -> Result<(), SqsError> {
        let found = self.position(label);
        let position = found.ok_or_else(|| SqsError::invalid_value(label, "Label", "can't find label."))?;
        self.statements.remove(position);
        Ok(())
    }

    fn position(&self, label: &str) -> Option<usize> {
        self.statements.iter().position(|statement| statement.get("Sid").and_then(Value::as_str) == Some(label))
    }
}

impl Permission<'_> {
    fn check(&self) -> Result<(), SqsError> {
        if !crate::names::has_letters(self.label, LABEL_CHARACTERS_MAX) {
            let reason = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length";
            return Err(SqsError::invalid_value(self.label, "Label", reason));
        }
        let is_account = |id: &&str| id.len() == ACCOUNT_DIGITS && id.bytes().all(|byte| byte.is_ascii_digit());
        if self.accounts.is_empty() || !self.accounts.iter().all(is_account) {
            let accounts = format!("[{}]", self.accounts.join(", "));
            return Err(SqsError::invalid_value(accounts, "PrincipalId", "Unable to verify."));
        }
        if self.actions.is_empty() {
            return Err(SqsError::missing("Actions"));
        }
        if self.actions.len() > PERMISSION_ACTIONS_MAX {
            let (count, max) = (self.actions.len(), PERMISSION_ACTIONS_MAX);
            return Err(SqsError::new(
                Code::OverLimit,
                format!("{count} Actions were found, maximum allowed is {max}."),
            ));
        }
        match self.actions.iter().find(|action| **action != "*" && Action::named(action).is_none()) {
            None => Ok(()),
            Some(unknown) => Err(SqsError::invalid_value(
                format!("SQS:{}", quoted(unknown)),
                "ActionName",
                "Please refer to the appropriate WSDL for a list of valid actions.",
            )),
        }
    }
}

/// A single text stands alone in a policy, several in a list.
fn one_or_many(mut texts: Vec<String>) -> Value {
    if texts.len() == 1 { Value::String(texts.swap_remove(0)) } else { json!(texts) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:sqs:us-east-1:000000000000:jobs";

    fn permission<'a>(label: &'a str, accounts: &'a [&'a str], actions: &'a [&'a str]) -> Permission<'a> {
        Permission { label, accounts, actions, queue_arn: ARN }
    }

    #[test]
    fn a_permission_is_written_as_aws_writes_it() {
        let mut policy = Policy::read(None, ARN);
        policy.add(&permission("share", &["111111111111"], &["SendMessage"])).expect("valid");
        let text = policy.write();
        let expected = json!({
            "Version": "2008-10-17",
            "Id": format!("{ARN}/SQSDefaultPolicy"),
            "Statement": [{
                "Sid": "share", "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111111111111:root" },
                "Action": "SQS:SendMessage", "Resource": ARN,
            }],
        });
        assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON"), expected);
        let mut again = Policy::read(Some(&text), ARN);
        assert_eq!(again, policy);
        again.remove("share").expect("it is there");
        assert_eq!(again.write(), "");
    }

    #[test]
    fn members_that_are_not_understood_stay() {
        let text = r#"{"Version":"2012-10-17","Statement":[{"Sid":"a"}],"Extra":1}"#;
        let mut policy = Policy::read(Some(text), ARN);
        policy.add(&permission("b", &["111111111111", "222222222222"], &["*"])).expect("valid");
        policy.remove("a").expect("it is there");
        let value: Value = serde_json::from_str(&policy.write()).expect("JSON");
        assert_eq!((&value["Extra"], &value["Statement"][0]["Sid"]), (&json!(1), &json!("b")));
        assert_eq!(value["Statement"][0]["Principal"]["AWS"].as_array().map(Vec::len), Some(2));
    }

    #[test]
    fn what_aws_refuses_is_refused() {
        let mut policy = Policy::read(None, ARN);
        let one = &["111111111111"][..];
        policy.add(&permission("a", one, &["SendMessage"])).expect("valid");
        let mut code = |permission: Permission<'_>| policy.add(&permission).expect_err("invalid").code;
        assert_eq!(code(permission("a", one, &["SendMessage"])), Code::InvalidParameterValue);
        assert_eq!(code(permission("b c", one, &["SendMessage"])), Code::InvalidParameterValue);
        assert_eq!(code(permission("b", &[], &["SendMessage"])), Code::InvalidParameterValue);
        assert_eq!(code(permission("b", &["1"], &["SendMessage"])), Code::InvalidParameterValue);
        assert_eq!(code(permission("b", one, &[])), Code::MissingParameter);
        assert_eq!(code(permission("b", one, &["Fly"])), Code::InvalidParameterValue);
        assert_eq!(code(permission("b", one, &["*"; 8])), Code::OverLimit);
        assert!(policy.remove("z").is_err());
    }
}
