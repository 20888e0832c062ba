//! AWS Signature Version 4: who sent a request, proved by a key that never travels.
//!
//! ```text
//!   Authorization: AWS4-HMAC-SHA256 Credential=ID/DATE/REGION/sqs/aws4_request, SignedHeaders=…, Signature=…
//!   or in the URL: X-Amz-Algorithm, X-Amz-Credential, X-Amz-Date, X-Amz-Expires, X-Amz-SignedHeaders, X-Amz-Signature
//!
//!   head ─→ proof (what is claimed) ─→ scope, time, key ─→ canonical head ─┐
//!   body ─→ its SHA-256 ──────────────────────────────────────────────────┴─→ string to sign ─→ compare
//! ```
//!
//! The head is gone before the body is read: a [`Claim`] keeps the canonical form of it. What a signature must cover, so that
//! nobody can put another request under it: method, path, query, the host, the body, and the headers in [`MUST_BE_SIGNED`].
//!
//! What it is not: permission. It tells who asks; `authorization` decides what they may.
//!
//! Source: "Create a signed AWS API request" in the IAM user guide, and its published test suite (`vectors.json`).

mod authorization;
mod canonical;
mod claim;
mod credential;
mod hash;
mod keys;
mod presigned;
mod proof;
mod timestamp;

pub(crate) use canonical::RequestHead;
pub(crate) use claim::{Claim, Verifier};

use crate::errors::{Code, SqsError};

/// The one algorithm.
const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Headers that change what a request means: where they are sent, the signature must cover them.
const MUST_BE_SIGNED: [&str; 3] = ["x-amz-date", "x-amz-target", "x-amz-content-sha256"];

/// Something that a signature needs is missing or cannot be read.
fn incomplete(text: impl Into<std::borrow::Cow<'static, str>>) -> SqsError {
    SqsError::new(Code::IncompleteSignature, text)
}

/// The signature does not hold for this request, here, at this time.
fn mismatch(text: impl Into<std::borrow::Cow<'static, str>>) -> SqsError {
    SqsError::new(Code::SignatureDoesNotMatch, text)
}

/// Reads a proof from any text, as a header and as a URL's query, for the fuzzer.
pub(crate) fn read_any(text: &str) {
    let claims = [authorization::read(text), presigned::read(text)];
    for proof in claims.iter().flatten() {
        if let Ok(credential) = credential::Credential::read(&proof.credential) {
            drop(credential.check("us-east-1", "sqs", "19700101T000000Z"));
        }
    }
    let headers = hyper::HeaderMap::new();
    let head = RequestHead { method: "GET", path: text, query: text, headers: &headers, authority: None };
    drop(head.canonical(text));
    if let Some(moment) = timestamp::Timestamp::parse(text) {
        assert_eq!(moment.to_string(), text, "a moment has one spelling");
    }
}

#[cfg(test)]
mod tests;
