//! What policies say, as tables: one row is one policy, one caller, one verdict.

use super::*;
use crate::caller::{Origin, Source};
use door::access::User;
use serde_json::json;
use std::sync::Arc;

const ARN: &str = "arn:aws:sqs:us-east-1:000000000000:jobs";
const TOPIC: &str = "arn:aws:sns:us-east-1:000000000000:news";

/// Somebody who asks: user `shop` of account 111111111111, sending from 203.0.113.7 in the clear.
fn somebody() -> Signed {
    let user =
        User { name: "shop".to_owned(), account: "111111111111".to_owned(), keys: Vec::new(), grants: Vec::new() };
    let origin = Origin { ip: Some("203.0.113.7".parse().expect("an address")), secure: false };
    Signed { user: Arc::new(user), action: Action::SendMessage, origin, source: Source::default() }
}

fn named(name: &str) -> Signed {
    let user = User { name: name.to_owned(), ..User::clone(&somebody().user) };
    Signed { user: Arc::new(user), ..somebody() }
}

/// The notification service, on behalf of a topic.
fn service(topic: &str) -> Signed {
    let source = Source { arn: Some(topic.into()), account: Some("000000000000".into()) };
    Signed { source, ..named("sns.amazonaws.com") }
}

fn judged(statements: &Value, by: &Signed) -> Verdict {
    let policy = json!({ "Version": "2012-10-17", "Statement": statements });
    Document::read(&policy.to_string()).judge(&Asked { by, queue_arn: ARN })
}

/// A statement that allows sending to everybody, with some members replaced; `null` takes one away.
fn statement(changes: &Value) -> Value {
    let mut statement = json!({ "Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": ARN });
    let members = statement.as_object_mut().expect("an object");
    for (name, value) in changes.as_object().expect("an object") {
        members.remove(name);
        if !value.is_null() {
            members.insert(name.clone(), value.clone());
        }
    }
    statement
}

#[track_caller]
fn check(changes: &Value, by: &Signed, expected: bool) {
    let allows = judged(&statement(changes), by);
    assert_eq!(matches!(allows, Verdict::Allowed(_)), expected, "{changes} allows");
    let mut denial = statement(changes);
    denial["Effect"] = json!("Deny");
    assert_eq!(judged(&denial, by) == Verdict::Denied, expected, "{changes} denies");
}

#[test]
fn principals_name_everybody_accounts_users_and_services() {
    let check = |principal: Value, expected: Option<Reach>| {
        let verdict = judged(&statement(&json!({ "Principal": principal })), &somebody());
        assert_eq!(verdict, expected.map_or(Verdict::Silent, Verdict::Allowed), "{principal}");
    };
    check(json!("*"), Some(Reach::Person));
    check(json!({ "AWS": "*" }), Some(Reach::Person));
    check(json!({ "AWS": "111111111111" }), Some(Reach::Account));
    check(json!({ "AWS": "arn:aws:iam::111111111111:root" }), Some(Reach::Account));
    check(json!({ "AWS": ["222222222222", "arn:aws:iam::111111111111:user/shop"] }), Some(Reach::Person));
    check(json!({ "AWS": ["222222222222", "arn:aws:iam::111111111111:user/other"] }), None);
    check(json!({ "AWS": "arn:aws:iam::222222222222:user/shop" }), None);
    check(json!({ "AWS": "arn:aws:iam::111111111111:user/*" }), None);
    check(json!({ "Service": "sns.amazonaws.com" }), None);
    check(json!({ "Service": "sns.amazonaws.com", "AWS": "111111111111" }), Some(Reach::Account));
    check(json!({ "Federated": "accounts.example" }), None);
}

#[test]
fn a_service_is_named_as_a_service_only() {
    let check = |principal: Value, expected: bool| {
        let verdict = judged(&statement(&json!({ "Principal": principal })), &service(TOPIC));
        assert_eq!(verdict != Verdict::Silent, expected, "{principal}");
    };
    check(json!({ "Service": "sns.amazonaws.com" }), true);
    check(json!({ "Service": ["events.amazonaws.com", "sns.amazonaws.com"] }), true);
    check(json!({ "Service": "events.amazonaws.com" }), false);
    check(json!({ "AWS": "111111111111" }), false);
    check(json!("*"), true);
}

#[test]
fn everybody_but_some_is_everybody_else() {
    let but = |principal: Value| json!({ "Principal": null, "NotPrincipal": principal });
    check(&but(json!({ "AWS": "arn:aws:iam::111111111111:user/shop" })), &somebody(), false);
    check(&but(json!({ "AWS": "arn:aws:iam::111111111111:user/shop" })), &named("other"), true);
    check(&but(json!({ "AWS": "222222222222" })), &somebody(), true);
    check(&but(json!({ "AWS": "111111111111" })), &somebody(), true);
    check(&but(json!({ "Service": "sns.amazonaws.com" })), &service(TOPIC), false);
}

#[test]
fn actions_and_resources_have_wildcards_and_opposites() {
    let sending = |changes: Value, expected| check(&changes, &somebody(), expected);
    for action in ["sqs:SendMessage", "SQS:sendmessage", "sqs:*", "*", "sqs:Send*", "SQS:SendMessageBatch"] {
        // A batch is named by its single action; a single one is not named by its batch.
        sending(json!({ "Action": action }), action != "SQS:SendMessageBatch");
        let batch = Signed { action: Action::SendMessageBatch, ..somebody() };
        check(&json!({ "Action": action }), &batch, true);
    }
    sending(json!({ "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage"] }), false);
    sending(json!({ "Action": null, "NotAction": "sqs:ReceiveMessage" }), true);
    sending(json!({ "Action": null, "NotAction": ["sqs:Send*"] }), false);
    sending(json!({ "Resource": "*" }), true);
    sending(json!({ "Resource": "arn:aws:sqs:*:000000000000:j?bs" }), true);
    sending(json!({ "Resource": "arn:aws:sqs:us-east-1:000000000000:JOBS" }), false);
    sending(json!({ "Resource": null, "NotResource": "arn:aws:sqs:us-east-1:000000000000:other" }), true);
    sending(json!({ "Resource": null, "NotResource": ARN }), false);
}

#[test]
fn conditions_hold_together_and_values_one_of_them() {
    let by_service = |condition: Value, expected| {
        check(&json!({ "Condition": condition }), &service(TOPIC), expected);
    };
    by_service(json!({ "ArnEquals": { "aws:SourceArn": TOPIC } }), true);
    by_service(json!({ "ArnLike": { "AWS:sourcearn": "arn:aws:sns:*:000000000000:*" } }), true);
    by_service(json!({ "ArnLike": { "aws:SourceArn": "arn:aws:sns:*" } }), false);
    by_service(json!({ "StringLike": { "aws:SourceArn": "arn:aws:sns:*" } }), true);
    by_service(json!({ "StringEquals": { "aws:SourceArn": ["x", TOPIC] } }), true);
    by_service(json!({ "StringNotEquals": { "aws:SourceArn": ["x", TOPIC] } }), false);
    by_service(json!({ "ArnNotLike": { "aws:SourceArn": "arn:aws:s3:::*" } }), true);
    by_service(json!({ "StringEquals": { "aws:SourceAccount": "000000000000" } }), true);
    by_service(json!({ "StringEquals": { "aws:SourceAccount": "000000000000", "aws:SourceArn": "x" } }), false);
    by_service(json!({ "ArnEquals": { "aws:SourceArn": TOPIC }, "Bool": { "aws:SecureTransport": true } }), false);
    by_service(json!({ "Bool": { "aws:PrincipalIsAWSService": "true" } }), true);
}

#[test]
fn a_person_is_known_by_arn_account_name_and_address() {
    let by_person = |condition: Value, expected| check(&json!({ "Condition": condition }), &somebody(), expected);
    by_person(json!({ "ArnEquals": { "aws:PrincipalArn": "arn:aws:iam::111111111111:user/shop" } }), true);
    by_person(json!({ "ArnLike": { "aws:PrincipalArn": "arn:aws:iam::*:user/sh*" } }), true);
    by_person(json!({ "StringEquals": { "aws:PrincipalAccount": "111111111111" } }), true);
    by_person(json!({ "StringEqualsIgnoreCase": { "aws:username": "SHOP" } }), true);
    by_person(json!({ "StringNotEqualsIgnoreCase": { "aws:username": "SHOP" } }), false);
    by_person(json!({ "Bool": { "aws:SecureTransport": "false" } }), true);
    by_person(json!({ "Bool": { "aws:SecureTransport": "true" } }), false);
    by_person(json!({ "IpAddress": { "aws:SourceIp": ["192.0.2.0/24", "203.0.113.0/24"] } }), true);
    by_person(json!({ "NotIpAddress": { "aws:SourceIp": "203.0.113.0/24" } }), false);
    // What a request has no value for.
    by_person(json!({ "ArnEquals": { "aws:SourceArn": TOPIC } }), false);
    by_person(json!({ "ArnNotEquals": { "aws:SourceArn": TOPIC } }), true);
    by_person(json!({ "ArnEqualsIfExists": { "aws:SourceArn": TOPIC } }), true);
    by_person(json!({ "Null": { "aws:SourceArn": "true" } }), true);
    by_person(json!({ "Null": { "aws:SourceArn": "false" } }), false);
}

#[test]
fn what_is_not_understood_denies_and_does_not_allow() {
    for changes in [
        json!({ "Condition": { "NumericLessThan": { "aws:MultiFactorAuthAge": "3600" } } }),
        json!({ "Condition": { "StringEquals": { "aws:SourceVpce": "vpce-1" } } }),
        json!({ "Condition": { "IpAddress": { "aws:SourceIp": "everywhere" } } }),
        json!({ "Condition": { "StringEquals": { "aws:username": "${aws:username}" } } }),
        json!({ "Condition": "never" }),
        json!({ "Principal": "shop" }),
        json!({ "Principal": null }),
        json!({ "Action": null }),
        json!({ "Resource": null }),
        json!({ "NotAction": "sqs:ReceiveMessage" }),
        json!({ "Action": 7 }),
    ] {
        let allow = statement(&changes);
        let deny = statement(&json!({ "Effect": "Deny" }));
        let mut deny_strangely = deny.clone();
        for (name, value) in changes.as_object().expect("an object") {
            deny_strangely[name] = value.clone();
        }
        assert_eq!(judged(&allow, &somebody()), Verdict::Silent, "{changes}");
        assert_eq!(judged(&deny_strangely, &somebody()), Verdict::Denied, "{changes}");
        assert!(!Document::read(&json!({ "Statement": allow }).to_string()).strange.is_empty(), "{changes}");
    }
    for text in ["", "x", "[]", "{}", r#"{"Statement":[7,{"Effect":"Perhaps"}]}"#] {
        assert_eq!(Document::read(text).judge(&Asked { by: &somebody(), queue_arn: ARN }), Verdict::Silent, "{text}");
    }
}

#[test]
fn a_denial_wins_wherever_it_stands() {
    let (allow, deny) = (statement(&json!({})), statement(&json!({ "Effect": "Deny" })));
    assert_eq!(judged(&json!([allow, deny]), &somebody()), Verdict::Denied);
    assert_eq!(judged(&json!([deny, allow]), &somebody()), Verdict::Denied);
    let elsewhere = statement(&json!({ "Effect": "Deny", "Action": "sqs:ReceiveMessage" }));
    assert_eq!(judged(&json!([elsewhere, allow]), &somebody()), Verdict::Allowed(Reach::Person));
}
