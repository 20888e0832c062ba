//! A signature in the `Authorization` header.

use super::proof::Proof;
use super::{ALGORITHM, incomplete};
use crate::errors::{SqsError, quoted};
use std::borrow::Cow;

/// Reads the header's value.
pub(super) fn read(value: &str) -> Result<Proof<'_>, SqsError> {
    let (algorithm, parameters) = value.trim().split_once(' ').unwrap_or((value.trim(), ""));
    if algorithm != ALGORITHM {
        return Err(incomplete(format!("Unsupported AWS 'algorithm': '{}'.", quoted(algorithm))));
    }
    let (mut credential, mut signed_headers, mut signature) = (None, None, None);
    for pair in parameters.split([',', ' ']).filter(|pair| !pair.is_empty()) {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(incomplete(format!(
                "'{}' not a valid key=value pair (missing equal-sign) in Authorization header.",
                quoted(pair)
            )));
        };
        match name {
            "Credential" => credential = Some(value),
            "SignedHeaders" => signed_headers = Some(value),
            "Signature" => signature = Some(value),
            _ => {}
        }
    }
    match (credential, signed_headers, signature) {
        (Some(credential), Some(signed_headers), Some(signature)) => Ok(Proof {
            credential: Cow::Borrowed(credential),
            signed_headers: Cow::Borrowed(signed_headers),
            signature: Cow::Borrowed(signature),
            presigned: None,
        }),
        given => Err(missing(given)),
    }
}

/// Everything that is missing, in one text.
fn missing((credential, signed_headers, signature): (Option<&str>, Option<&str>, Option<&str>)) -> SqsError {
    let given = [("Credential", credential), ("Signature", signature), ("SignedHeaders", signed_headers)];
    let lacking = given.into_iter().filter(|(_, value)| value.is_none());
    let sentences: Vec<String> =
        lacking.map(|(name, _)| format!("Authorization header requires '{name}' parameter.")).collect();
    incomplete(sentences.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::errors::Code;

    #[test]
    fn commas_and_spaces_are_as_clients_like_them() {
        for value in [
            "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host;x-amz-date, Signature=00",
            "AWS4-HMAC-SHA256 Credential=a/b/c/d/e,SignedHeaders=host;x-amz-date,Signature=00",
            "AWS4-HMAC-SHA256  Signature=00,  SignedHeaders=host;x-amz-date  ,Credential=a/b/c/d/e",
        ] {
            let proof = read(value).expect("whole");
            assert_eq!((&*proof.credential, &*proof.signature), ("a/b/c/d/e", "00"), "{value}");
            assert!(proof.covers("host") && proof.covers("x-amz-date") && !proof.covers("date"), "{value}");
        }
    }

    #[test]
    fn what_lacks_is_named() {
        let check = |value: &str, parts: &[&str]| {
            let error = read(value).expect_err("incomplete");
            assert_eq!(error.code, Code::IncompleteSignature, "{value}");
            assert!(parts.iter().all(|part| error.text.contains(part)), "{value}: {}", error.text);
        };
        check(
            "AWS4-HMAC-SHA256",
            &["'Credential' parameter. ", "'Signature' parameter. ", "'SignedHeaders' parameter."],
        );
        check("AWS4-HMAC-SHA256 Credential=a, Signature=b", &["requires 'SignedHeaders' parameter."]);
        check("AWS4-HMAC-SHA256 nonsense", &["'nonsense' not a valid key=value pair"]);
        check("Basic dTpw", &["Unsupported AWS 'algorithm': 'Basic'"]);
        check("AWS4-ECDSA-P256-SHA256 Credential=a", &["AWS4-ECDSA-P256-SHA256"]);
        check("", &["Unsupported"]);
    }
}
