//! What a request says about who signed it, wherever it says so.

use super::timestamp::Timestamp;
use super::{MUST_BE_SIGNED, RequestHead, incomplete, mismatch};
use crate::errors::{Code, SqsError};
use std::borrow::Cow;

/// How far a client's clock may be off, in seconds, either way (AWS).
const SKEW_SECONDS: i64 = 15 * 60;

/// The claims of a signed request. Nothing of it is true yet.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Proof<'a> {
    /// `ID/DATE/REGION/SERVICE/aws4_request`.
    pub(super) credential: Cow<'a, str>,
    /// Names of headers, with semicolons between them.
    pub(super) signed_headers: Cow<'a, str>,
    /// 64 hexadecimal digits.
    pub(super) signature: Cow<'a, str>,
    /// Where it was in the URL: when it was signed, and for how many seconds it holds.
    pub(super) presigned: Option<(Cow<'a, str>, i64)>,
}

impl Proof<'_> {
    /// Whether the signature covers the header of this name, in lower case.
    pub(super) fn covers(&self, name: &str) -> bool {
        self.signed_headers.split(';').any(|signed| signed.eq_ignore_ascii_case(name))
    }

    /// Refuses a signature that leaves out what gives a request its meaning.
    pub(super) fn check_coverage(&self, head: &RequestHead<'_>) -> Result<(), SqsError> {
        if !self.covers("host") {
            return Err(mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."));
        }
        match MUST_BE_SIGNED.into_iter().find(|name| head.has(name) && !self.covers(name)) {
            None => Ok(()),
            Some(name) => Err(mismatch(format!("'{name}' must be a 'SignedHeader' in the AWS Authorization."))),
        }
    }

    /// When it was signed, as it is written.
    pub(super) fn signed_at<'b>(&'b self, head: &'b RequestHead<'_>) -> Result<(&'b str, Timestamp), SqsError> {
        let text = match &self.presigned {
            Some((text, _seconds)) => text,
            None => head.header("x-amz-date").ok_or_else(|| {
                incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
            })?,
        };
        let moment = Timestamp::parse(text)
            .ok_or_else(|| incomplete("Date must be in ISO-8601 'basic format', as YYYYMMDD'T'HHMMSS'Z'."))?;
        Ok((text, moment))
    }

    /// Refuses what was signed too long ago, or in the future.
    pub(super) fn check_time(&self, signed_at: Timestamp, now: Timestamp) -> Result<(), SqsError> {
        let (latest, earliest) = (now.plus(SKEW_SECONDS), now.plus(-SKEW_SECONDS));
        if signed_at > latest {
            return Err(mismatch(format!(
                "Signature not yet current: {signed_at} is still later than {latest} ({now} + 15 min.)"
            )));
        }
        match self.presigned {
            Some((_, seconds)) if signed_at.plus(seconds) < now => {
                Err(SqsError::new(Code::RequestExpired, "Request has expired."))
            }
            None if signed_at < earliest => Err(mismatch(format!(
                "Signature expired: {signed_at} is now earlier than {earliest} ({now} - 15 min.)"
            ))),
            Some(_) | None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(presigned_for: Option<i64>, seconds_ago: i64, expected: Option<(Code, &str)>) {
        let now = Timestamp(1_440_938_160);
        let proof = Proof {
            credential: "".into(),
            signed_headers: "host".into(),
            signature: "".into(),
            presigned: presigned_for.map(|seconds| ("".into(), seconds)),
        };
        let found = proof.check_time(now.plus(-seconds_ago), now).err();
        match (&found, expected) {
            (None, None) => {}
            (Some(error), Some((code, part))) => assert!(error.code == code && error.text.contains(part), "{error:?}"),
            _ => panic!("{presigned_for:?}, {seconds_ago} s ago: {found:?}, not {expected:?}"),
        }
    }

    #[test]
    fn a_clock_may_be_off_by_a_quarter_of_an_hour() {
        check(None, 0, None);
        check(None, 900, None);
        check(None, -900, None);
        let early =
            "Signature expired: 20150830T122059Z is now earlier than 20150830T122100Z (20150830T123600Z - 15 min.)";
        check(None, 901, Some((Code::SignatureDoesNotMatch, early)));
        let late = "Signature not yet current: 20150830T125101Z is still later than 20150830T125100Z (20150830T123600Z + 15 min.)";
        check(None, -901, Some((Code::SignatureDoesNotMatch, late)));
    }

    #[test]
    fn a_presigned_url_holds_as_long_as_it_says() {
        check(Some(60), 60, None);
        check(Some(60), 61, Some((Code::RequestExpired, "Request has expired.")));
        check(Some(604_800), 604_800, None);
        check(Some(60), -900, None);
        check(Some(60), -901, Some((Code::SignatureDoesNotMatch, "not yet current")));
    }
}
