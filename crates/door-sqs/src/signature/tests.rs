//! AWS's published test suite, and requests that were changed after they were signed.
//!
//! The suite's requests are signed for `us-east-1/service` by `AKIDEXAMPLE` at 20150830T123600Z. Its cases without path normalisation
//! are left out: SQS normalises, as every service but S3. So is the URL whose token was added after signing, which here is part of what
//! a signature covers.

use super::*;
use door::access::{Key, Secret, User, Users};
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use std::sync::Arc;

const SIGNED_AT_MS: u64 = 1_440_938_160_000;

#[derive(Deserialize)]
struct Vector {
    name: String,
    header: Option<Signed>,
    query: Option<Signed>,
}

#[derive(Deserialize)]
struct Signed {
    request: String,
    canonical: String,
}

/// A request as it is written in the suite, taken apart.
#[derive(Clone)]
struct Sent {
    method: String,
    path: String,
    query: String,
    headers: HeaderMap,
    body: String,
}

impl Sent {
    fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
        let (line, rest) = head.split_once('\n').expect("headers");
        let (method, target) = line.strip_suffix(" HTTP/1.1").and_then(|l| l.split_once(' ')).expect("a request line");
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut headers = HeaderMap::new();
        // A value that goes on in the next line is one value, as HTTP servers read it.
        for line in rest.replace("\n ", " ").lines() {
            let (name, value) = line.split_once(':').expect("a header");
            let value = HeaderValue::from_str(value.trim()).expect("a value");
            headers.append(HeaderName::from_bytes(name.as_bytes()).expect("a name"), value);
        }
        let (method, path, query) = (method.to_owned(), path.to_owned(), query.to_owned());
        Self { method, path, query, headers, body: body.to_owned() }
    }

    fn head(&self) -> RequestHead<'_> {
        let Self { method, path, query, headers, body: _ } = self;
        RequestHead { method, path, query, headers, authority: None }
    }

    fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(name, HeaderValue::from_str(value).expect("a value"));
        self
    }

    fn without_header(mut self, name: &'static str) -> Self {
        self.headers.remove(name);
        self
    }

    fn checked_at(&self, verifier: &Verifier, now_ms: u64) -> Result<String, SqsError> {
        let claim = verifier.read(&self.head(), &users(), now_ms)?.expect("it is signed");
        verifier.verify(claim, self.body.as_bytes()).map(|(user, _)| user.name.clone())
    }

    fn checked(&self) -> Result<String, SqsError> {
        self.checked_at(&Verifier::new("us-east-1", "service"), SIGNED_AT_MS)
    }

    #[track_caller]
    fn refused(&self, code: Code) {
        assert_eq!(self.checked().expect_err("it was changed").code, code);
    }
}

fn users() -> Users {
    let key =
        |id: &str, secret: &str, enabled| Arc::new(Key { id: id.to_owned(), secret: Secret::new(secret), enabled });
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    let user = |name: &str, keys| User { name: name.to_owned(), account: "1".to_owned(), keys, grants: Vec::new() };
    let example = user("example", vec![key("AKIDEXAMPLE", secret, true), key("AKIDRETIRED", secret, false)]);
    Users::new([example, user("other", vec![key("AKIDOTHER", "another secret", true)])]).expect("valid users")
}

fn vectors() -> Vec<Vector> {
    serde_json::from_str(include_str!("vectors.json")).expect("the suite")
}

fn vector(name: &str) -> Vector {
    vectors().into_iter().find(|vector| vector.name == name).expect("it is in the suite")
}

fn by_header(name: &str) -> Sent {
    Sent::read(&vector(name).header.expect("signed in a header").request)
}

fn by_query(name: &str) -> Sent {
    Sent::read(&vector(name).query.expect("signed in the URL").request)
}

#[test]
fn every_published_vector_holds() {
    let mut checked = 0;
    for Vector { name, header, query } in vectors() {
        for (place, signed) in [("header", header), ("query", query)] {
            let Some(Signed { request, canonical }) = signed else { continue };
            let sent = Sent::read(&request);
            let verifier = Verifier::new("us-east-1", "service");
            let verified = sent.checked_at(&verifier, SIGNED_AT_MS);
            assert_eq!(verified.as_deref(), Ok("example"), "{name} in the {place}, canonical form\n{canonical}");
            let signed_headers = canonical.lines().rev().nth(1).expect("the signed headers");
            let ours = sent.head().canonical(signed_headers).expect("in order");
            let (head, _body_hash) = canonical.rsplit_once('\n').expect("the body's hash");
            assert_eq!(String::from_utf8_lossy(&ours), format!("{head}\n"), "{name} in the {place}");
            checked += 1;
        }
    }
    assert!(checked >= 60, "{checked}");
}

#[test]
fn a_request_that_was_changed_is_refused() {
    let post = || by_header("post-x-www-form-urlencoded");
    assert_eq!(post().checked().as_deref(), Ok("example"));
    Sent { body: "Action=DeleteQueue".to_owned(), ..post() }.refused(Code::SignatureDoesNotMatch);
    Sent { method: "GET".to_owned(), ..post() }.refused(Code::SignatureDoesNotMatch);
    Sent { path: "/other".to_owned(), ..post() }.refused(Code::SignatureDoesNotMatch);
    Sent { query: "Action=DeleteQueue".to_owned(), ..post() }.refused(Code::SignatureDoesNotMatch);
    post().with_header("host", "evil.example").refused(Code::SignatureDoesNotMatch);
    let url = || by_query("get-vanilla-query");
    assert_eq!(url().checked().as_deref(), Ok("example"));
    Sent { body: "Action=DeleteQueue".to_owned(), ..url() }.refused(Code::SignatureDoesNotMatch);
    let more = format!("{}&Action=DeleteQueue", url().query);
    Sent { query: more, ..url() }.refused(Code::SignatureDoesNotMatch);
    let longer = url().query.replace("Expires=3600", "Expires=604800");
    Sent { query: longer, ..url() }.refused(Code::SignatureDoesNotMatch);
}

#[test]
fn another_key_or_signature_is_refused() {
    let authorization = |from: &str, to: &str| {
        let sent = by_header("get-vanilla");
        let value = sent.headers["authorization"].to_str().expect("text").replace(from, to);
        sent.with_header("authorization", &value)
    };
    authorization("AKIDEXAMPLE", "AKIDNOBODY").refused(Code::InvalidClientTokenId);
    authorization("AKIDEXAMPLE", "AKIDRETIRED").refused(Code::InvalidClientTokenId);
    authorization("AKIDEXAMPLE", "AKIDOTHER").refused(Code::SignatureDoesNotMatch);
    authorization("Signature=5", "Signature=6").refused(Code::SignatureDoesNotMatch);
    authorization("Signature=", "Signature=0").refused(Code::SignatureDoesNotMatch);
    authorization("SignedHeaders=host;x-amz-date", "SignedHeaders=x-amz-date").refused(Code::SignatureDoesNotMatch);
    authorization("SignedHeaders=host;x-amz-date", "SignedHeaders=host").refused(Code::SignatureDoesNotMatch);
    authorization("Signature=", "Sig=").refused(Code::IncompleteSignature);
    authorization("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1").refused(Code::IncompleteSignature);
}

#[test]
fn what_gives_a_request_its_meaning_must_be_covered() {
    let get = || by_header("get-vanilla");
    get().without_header("x-amz-date").refused(Code::IncompleteSignature);
    get().with_header("x-amz-date", "yesterday").refused(Code::IncompleteSignature);
    get().with_header("x-amz-target", "AmazonSQS.DeleteQueue").refused(Code::SignatureDoesNotMatch);
    get().with_header("x-amz-content-sha256", "UNSIGNED-PAYLOAD").refused(Code::SignatureDoesNotMatch);
    assert_eq!(get().with_header("x-amz-user-agent", "any").checked().as_deref(), Ok("example"));
}

#[test]
fn a_signature_is_for_one_region_service_and_time() {
    let check = |verifier: Verifier, now_ms: u64, sent: Sent, expected: Result<&str, Code>| {
        assert_eq!(sent.checked_at(&verifier, now_ms).map_err(|error| error.code), expected.map(str::to_owned));
    };
    let minutes = |count: u64| count * 60_000;
    let here = || Verifier::new("us-east-1", "service");
    let get = || by_header("get-vanilla");
    check(Verifier::new("eu-west-1", "service"), SIGNED_AT_MS, get(), Err(Code::SignatureDoesNotMatch));
    check(Verifier::new("us-east-1", "sqs"), SIGNED_AT_MS, get(), Err(Code::SignatureDoesNotMatch));
    check(here(), SIGNED_AT_MS + minutes(15), get(), Ok("example"));
    check(here(), SIGNED_AT_MS + minutes(16), get(), Err(Code::SignatureDoesNotMatch));
    check(here(), SIGNED_AT_MS - minutes(16), get(), Err(Code::SignatureDoesNotMatch));
    let url = || by_query("get-vanilla");
    check(here(), SIGNED_AT_MS + minutes(60), url(), Ok("example"));
    check(here(), SIGNED_AT_MS + minutes(61), url(), Err(Code::RequestExpired));
}

#[test]
fn what_is_not_signed_is_told_apart_from_what_is_signed_badly() {
    let sent = by_header("get-vanilla").without_header("authorization");
    let verifier = Verifier::new("us-east-1", "service");
    assert!(verifier.read(&sent.head(), &users(), SIGNED_AT_MS).expect("no claim is no mistake").is_none());
    let half = Sent { query: "X-Amz-Signature=00".to_owned(), ..sent };
    half.refused(Code::IncompleteSignature);
}

#[test]
fn a_mismatch_is_explained_with_what_should_have_been_signed_and_never_with_a_secret() {
    let sent = Sent { body: "x".to_owned(), ..by_header("get-vanilla") };
    let error = sent.checked().expect_err("another body");
    let parts = ["The Canonical String for this request should have been\n'GET\n/\n\nhost:example.amazonaws.com\n"];
    assert!(parts.iter().all(|part| error.text.contains(part)), "{}", error.text);
    let secret = "wJalrXUtnFEMI";
    let claim = Verifier::new("us-east-1", "service").read(&sent.head(), &users(), SIGNED_AT_MS).expect("a claim");
    assert!(!error.text.contains(secret) && !format!("{claim:?}").contains(secret));
}
