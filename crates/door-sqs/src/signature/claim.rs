//! From a signed head to a user: what can be refused early is, the rest is kept until the body is there.

use super::hash::{Hash, from_hex, hex, sha256, sign};
use super::keys::SigningKeys;
use super::proof::Proof;
use super::timestamp::Timestamp;
use super::{ALGORITHM, RequestHead, authorization, mismatch, presigned};
use crate::caller::{Source, is_service};
use crate::errors::{Code, SqsError};
use door::access::{Key, User, Users};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use subtle::ConstantTimeEq;

/// Greatest canonical request that a mismatch is explained with, in bytes: real ones have about 500.
const EXPLAINED_BYTES_MAX: usize = 4_096;

/// Checks signatures for one region.
pub(crate) struct Verifier {
    keys: SigningKeys,
}

/// A signed request that waits for its body. It names an enabled key, is for this region and service, and timely; whether the
/// signature holds is still open.
pub(crate) struct Claim {
    user: Arc<User>,
    key: Arc<Key>,
    /// The canonical form up to the body's hash.
    canonical: Vec<u8>,
    /// The string to sign up to the canonical form's hash: algorithm, time, scope, a line each.
    to_sign: Vec<u8>,
    /// The day within the scope.
    date: String,
    content_sha256: Option<Box<str>>,
    source: Source,
    signature: Hash,
}

impl Verifier {
    /// For signatures made for this service in this region.
    pub(crate) fn new(region: &str, service: &'static str) -> Self {
        Self { keys: SigningKeys::new(region, service) }
    }

    /// What a request's head claims; `None` where it is not signed at all.
    pub(crate) fn read(&self, head: &RequestHead<'_>, users: &Users, now_ms: u64) -> Result<Option<Claim>, SqsError> {
        let proof = match head.header("authorization") {
            Some(value) => authorization::read(value)?,
            None if presigned::is_signed(head.query) => presigned::read(head.query)?,
            None => return Ok(None),
        };
        self.claim(&proof, head, users, now_ms).map(Some)
    }

    fn claim(&self, proof: &Proof<'_>, head: &RequestHead<'_>, users: &Users, now_ms: u64) -> Result<Claim, SqsError> {
        let credential = super::credential::Credential::read(&proof.credential)?;
        let (written, signed_at) = proof.signed_at(head)?;
        credential.check(self.keys.region(), self.keys.service(), written)?;
        proof.check_time(signed_at, Timestamp::of_ms(now_ms))?;
        proof.check_coverage(head)?;
        let found = users.key(credential.key_id).ok_or_else(unknown_key)?;
        let signature = from_hex(&proof.signature).ok_or_else(|| mismatch(NO_MATCH))?;
        let canonical = head.canonical(&proof.signed_headers).ok_or_else(|| mismatch(NO_MATCH))?;
        Ok(Claim {
            user: Arc::clone(found.user),
            key: Arc::clone(found.key),
            canonical,
            to_sign: [ALGORITHM, "\n", written, "\n", credential.scope, "\n"].concat().into_bytes(),
            date: credential.date.to_owned(),
            content_sha256: head.header("x-amz-content-sha256").map(Box::from),
            source: source(found.user, proof, head),
            signature,
        })
    }

    /// Who sent the request, now that its body is there, and on whose behalf.
    pub(crate) fn verify(&self, mut claim: Claim, body: &[u8]) -> Result<(Arc<User>, Source), SqsError> {
        let body_hash = hex(&sha256(body));
        claim.canonical.extend_from_slice(&body_hash);
        let mut to_sign = std::mem::take(&mut claim.to_sign);
        to_sign.extend_from_slice(&hex(&sha256(&claim.canonical)));
        let expected = sign(&self.keys.get(&claim.key, &claim.date), &to_sign);
        let matches = bool::from(expected.ct_eq(&claim.signature));
        let body_matches = claim.content_sha256.as_ref().is_none_or(|given| given.as_bytes() == body_hash);
        if matches && body_matches {
            Ok((claim.user, claim.source))
        } else {
            Err(mismatch(explanation(&claim.canonical, &to_sign)))
        }
    }
}

const NO_MATCH: &str = "The request signature we calculated does not match the signature you provided. Check your AWS \
     Secret Access Key and signing method. Consult the service documentation for details.";

/// AWS's text, with what should have been signed. All of it came from the client.
fn explanation(canonical: &[u8], to_sign: &[u8]) -> Cow<'static, str> {
    if canonical.len() > EXPLAINED_BYTES_MAX {
        return Cow::Borrowed(NO_MATCH);
    }
    let (canonical, to_sign) = (String::from_utf8_lossy(canonical), String::from_utf8_lossy(to_sign));
    Cow::Owned(format!(
        "{NO_MATCH}\n\nThe Canonical String for this request should have been\n'{canonical}'\n\nThe String-to-Sign should \
         have been\n'{to_sign}'\n"
    ))
}

/// On whose behalf a service says that it asks, where its signature covers that.
fn source(user: &User, proof: &Proof<'_>, head: &RequestHead<'_>) -> Source {
    let signed = |name| head.header(name).filter(|_| proof.covers(name)).map(Box::from);
    match is_service(user) {
        true => Source { arn: signed("x-amz-source-arn"), account: signed("x-amz-source-account") },
        false => Source::default(),
    }
}

fn unknown_key() -> SqsError {
    SqsError::new(Code::InvalidClientTokenId, "The security token included in the request is invalid.")
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim").field("user", &self.user.name).field("key", &self.key.id).finish_non_exhaustive()
    }
}
