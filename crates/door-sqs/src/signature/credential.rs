//! The scope of a signature: which key, for which day, region and service.

use super::{incomplete, mismatch};
use crate::errors::{SqsError, quoted};

const TERMINATOR: &str = "aws4_request";

/// `ID/YYYYMMDD/REGION/SERVICE/aws4_request`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Credential<'a> {
    /// Which key.
    pub(super) key_id: &'a str,
    /// For which day.
    pub(super) date: &'a str,
    /// For which region.
    pub(super) region: &'a str,
    /// For which service.
    pub(super) service: &'a str,
    terminator: &'a str,
    /// All but the key, as it is in the string to sign.
    pub(super) scope: &'a str,
}

impl<'a> Credential<'a> {
    /// Reads one.
    pub(super) fn read(text: &'a str) -> Result<Self, SqsError> {
        let mut parts = text.split('/');
        let mut next = || parts.next().filter(|part| !part.is_empty());
        let fields = (next(), next(), next(), next(), next());
        let (Some(key_id), Some(date), Some(region), Some(service), Some(terminator)) = fields else {
            return Err(malformed(text));
        };
        match parts.next() {
            None => Ok(Self { key_id, date, region, service, terminator, scope: &text[key_id.len() + 1..] }),
            Some(_) => Err(malformed(text)),
        }
    }

    /// Refuses a scope that is not ours, or not of the day of `moment`, at which the request was signed.
    pub(super) fn check(&self, region: &str, service: &str, moment: &str) -> Result<(), SqsError> {
        if self.terminator != TERMINATOR {
            return Err(mismatch(format!(
                "Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{}'.",
                quoted(self.terminator)
            )));
        }
        if self.service != service {
            return Err(mismatch(format!("Credential should be scoped to correct service: '{service}'. ")));
        }
        if self.region != region {
            let given = quoted(self.region);
            return Err(mismatch(format!("Credential should be scoped to a valid region, not '{given}'. ")));
        }
        let day = moment.get(..8).unwrap_or(moment);
        if self.date != day {
            return Err(mismatch(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != '{}', \
                 from '{moment}'.",
                quoted(self.date),
                day,
            )));
        }
        Ok(())
    }
}

fn malformed(text: &str) -> SqsError {
    incomplete(format!(
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{}'",
        quoted(text)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::errors::Code;

    const AT: &str = "20150830T123600Z";

    fn check(text: &str, expected: Result<(), &str>) {
        let checked = Credential::read(text).and_then(|credential| credential.check("us-east-1", "sqs", AT));
        match (checked, expected) {
            (Ok(()), Ok(())) => {}
            (Err(error), Err(part)) => assert!(error.text.contains(part), "{text}: {}", error.text),
            (checked, expected) => panic!("{text}: {checked:?}, not {expected:?}"),
        }
    }

    #[test]
    fn a_scope_must_be_ours_and_of_the_day() {
        check("AKID/20150830/us-east-1/sqs/aws4_request", Ok(()));
        check("AKID/20150830/eu-west-1/sqs/aws4_request", Err("scoped to a valid region, not 'eu-west-1'. "));
        check("AKID/20150830/us-east-1/sns/aws4_request", Err("scoped to correct service: 'sqs'. "));
        check("AKID/20150830/us-east-1/sqs/aws5_request", Err("valid terminator: 'aws4_request', not 'aws5_request'"));
        check("AKID/20150829/us-east-1/sqs/aws4_request", Err("'20150829' != '20150830', from '20150830T123600Z'"));
    }

    #[test]
    fn anything_but_five_parts_is_incomplete() {
        for bad in ["", "AKID", "AKID/20150830/us-east-1/sqs", "/20150830/us-east-1/sqs/aws4_request", "a/b/c/d/e/f"] {
            assert_eq!(Credential::read(bad).expect_err("malformed").code, Code::IncompleteSignature, "{bad}");
        }
        let read = Credential::read("AKID/20150830/us-east-1/sqs/aws4_request").expect("whole");
        assert_eq!((read.key_id, read.scope), ("AKID", "20150830/us-east-1/sqs/aws4_request"));
    }
}
