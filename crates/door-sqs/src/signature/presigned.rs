//! A signature in the URL: whoever has the URL may send this one request until it expires.

use super::proof::Proof;
use super::{ALGORITHM, incomplete};
use crate::errors::{SqsError, quoted};
use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// Longest time that a URL may hold, in seconds (AWS): a week.
const EXPIRES_SECONDS_MAX: i64 = 604_800;

/// Which parameter says that a URL is signed at all.
const MARKS: [&str; 2] = ["X-Amz-Algorithm", "X-Amz-Signature"];

/// Whether a URL's query means to carry a signature.
pub(super) fn is_signed(query: &str) -> bool {
    query.contains("X-Amz-") && MARKS.iter().any(|mark| raw(query, mark).is_some())
}

/// Reads the query's parameters. Where one is repeated, the first counts.
pub(super) fn read(query: &str) -> Result<Proof<'_>, SqsError> {
    let get = |name: &str| raw(query, name).and_then(|value| percent_decode_str(value).decode_utf8().ok());
    let names = ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"];
    let [Some(algorithm), Some(credential), Some(signature), Some(signed_headers), Some(date)] = names.map(get) else {
        let lacking = names.into_iter().filter(|name| get(name).is_none());
        let sentences = lacking.map(|name| format!("AWS query-string parameters must include '{name}'. "));
        return Err(incomplete(sentences.collect::<String>() + "Re-examine the query-string parameters."));
    };
    if algorithm != ALGORITHM {
        return Err(incomplete(format!("Unsupported AWS 'algorithm': '{}'.", quoted(&algorithm))));
    }
    Ok(Proof { credential, signed_headers, signature, presigned: Some((date, expires(get("X-Amz-Expires"))?)) })
}

fn expires(value: Option<Cow<'_, str>>) -> Result<i64, SqsError> {
    let value = value.ok_or_else(|| incomplete("AWS query-string parameters must include 'X-Amz-Expires'."))?;
    let seconds = value.parse::<i64>().map_err(|_| incomplete("X-Amz-Expires should be a number"))?;
    match seconds {
        0..=EXPIRES_SECONDS_MAX => Ok(seconds),
        ..0 => Err(incomplete("X-Amz-Expires must be non-negative")),
        _ => Err(incomplete(
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than \
             604800 seconds",
        )),
    }
}

/// A parameter as it is written.
fn raw<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::errors::Code;

    const WHOLE: &str = "Action=ListQueues&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2Fb%2Fc%2Fd%2Fe\
        &X-Amz-Date=20150830T123600Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-amz-date&X-Amz-Signature=00";

    #[test]
    fn a_signed_url_is_read() {
        assert!(is_signed(WHOLE) && !is_signed("Action=ListQueues") && !is_signed("a=X-Amz-Signature"));
        let proof = read(WHOLE).expect("whole");
        assert_eq!((&*proof.credential, &*proof.signature), ("a/b/c/d/e", "00"));
        assert!(proof.covers("x-amz-date"));
        assert_eq!(proof.presigned, Some(("20150830T123600Z".into(), 60)));
    }

    #[test]
    fn what_lacks_or_does_not_fit_is_named() {
        let check = |from: &str, to: &str, part: &str| {
            let error = read(&WHOLE.replace(from, to)).map(|_| ()).expect_err("incomplete");
            assert_eq!(error.code, Code::IncompleteSignature, "{to}");
            assert!(error.text.contains(part), "{to}: {}", error.text);
        };
        check("X-Amz-Date", "Date", "must include 'X-Amz-Date'. Re-examine");
        check("X-Amz-Credential", "Credential", "must include 'X-Amz-Credential'. ");
        check("X-Amz-Expires", "Expires", "must include 'X-Amz-Expires'");
        check("Expires=60", "Expires=604801", "less than a week");
        check("Expires=60", "Expires=-1", "non-negative");
        check("Expires=60", "Expires=soon", "should be a number");
        check("AWS4-HMAC", "AWS5-HMAC", "Unsupported AWS 'algorithm'");
    }
}
