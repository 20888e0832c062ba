//! Entry points for fuzzing: plain functions over bytes that must never panic, whatever the bytes.

use crate::action::Action;
use crate::caller::{Origin, Signed, Source};
use crate::frame::form;
use crate::frame::payload::{Body, Payload};
use crate::frame::text::{Pairs, Text};
use crate::message_attributes::{GivenMap, checked};
use crate::native::Notes;
use crate::receipt::Receipts;
use crate::{native, policy, redrive, sending, signature, url};
use bytes::Bytes;
use door::access::User;
use std::sync::Arc;
use vocab::{LeaseEpoch, LeaseToken, PartitionId, PartitionKey, QueueId, Seq, SubscriptionId};

/// A JSON request's body, as a message to send and as a queue's attributes.
pub fn json(bytes: &[u8]) {
    let body = Body { bytes: Bytes::copy_from_slice(bytes), borrowed: false };
    read(&Payload::Json(body));
    native::read_any(bytes);
}

/// A Query request's form.
pub fn query(bytes: &[u8]) {
    if let Ok(form) = form::parse("", bytes) {
        read(&Payload::Form(form));
    }
}

/// A receipt handle or queue URL.
pub fn receipt(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(token) = Receipts::new(0).read(&text, QueueId(1)) {
        assert_eq!(&Receipts::new(0).write(&token)[..], bytes, "a handle has one spelling");
    }
    drop(url::name_in_url(&text));
    drop(redrive::check_allowance(&text));
}

/// An `Authorization` header, or the query of a signed URL.
pub fn authorization(bytes: &[u8]) {
    signature::read_any(&String::from_utf8_lossy(bytes));
}

/// A queue's policy, asked about a user and about a service.
pub fn policy(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for name in ["shop", "sns.amazonaws.com"] {
        let user = User { name: name.to_owned(), account: "1".to_owned(), keys: Vec::new(), grants: Vec::new() };
        let origin = Origin { ip: "203.0.113.7".parse().ok(), secure: true };
        let source = Source { arn: Some("arn:aws:sns:us-east-1:1:news".into()), account: None };
        let caller = Signed { user: Arc::new(user), action: Action::SendMessage, origin, source };
        policy::judge_any(&text, &caller);
    }
}

/// A receipt handle that [`receipt`] accepts.
#[must_use]
pub fn healthy_receipt() -> Vec<u8> {
    let token = LeaseToken {
        key: PartitionKey::new(QueueId(1), PartitionId(0)),
        subscription: SubscriptionId(0),
        seq: Seq(7),
        epoch: LeaseEpoch(9),
    };
    Receipts::new(0).write(&token).to_vec()
}

/// A block of notes on a message that [`json`] reads.
#[must_use]
pub fn healthy_native() -> Vec<u8> {
    let labels = vec![(0, "Number.int"), (1, "String.label")];
    let notes =
        Notes { body_md5: [1; 16], attributes_md5: Some([2; 16]), trace: Some("Root=1"), context: false, labels };
    notes.write().bytes.to_vec()
}

fn read(payload: &Payload) {
    drop(payload.parse::<sending::Given<'_>>());
    drop(payload.parse::<Pairs<'_, Text<'_>>>());
    if let Ok(attributes) = payload.parse::<GivenMap<'_>>() {
        drop(checked(&attributes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            json(&bytes);
            query(&bytes);
            receipt(&bytes);
            authorization(&bytes);
            policy(&bytes);
        }

        #[test]
        fn nothing_shaped_like_a_request_panics(text in r#"[{}\[\]":,a-zA-Z0-9.&=%+\\-]{0,200}"#) {
            json(text.as_bytes());
            query(text.as_bytes());
            receipt(text.as_bytes());
            authorization(text.as_bytes());
            policy(text.as_bytes());
        }
    }
}
