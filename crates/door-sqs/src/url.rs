//! Queue URLs, queue ARNs, and the names inside them.
//!
//! A queue URL is `http://HOST/ACCOUNT/NAME`, or `https:` where the connection is secured, with the host that the client used. Coming back, only the last part of its path
//! counts: SDKs keep URLs across restarts, ports and proxies, and some users write just the name.

use crate::errors::{Code, SqsError, quoted};

const ARN_PREFIX: &str = "arn:aws:sqs:";

/// How a client reaches the door.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// In plain text.
    #[default]
    Http,
    /// Over TLS.
    Https,
}

impl Scheme {
    fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

/// The door's names for queues.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    account_id: String,
    arn_prefix: String,
}

impl Names {
    /// Names in this region and account.
    pub(crate) fn new(region: &str, account_id: &str) -> Self {
        Self { account_id: account_id.to_owned(), arn_prefix: format!("{ARN_PREFIX}{region}:{account_id}:") }
    }

    /// The account.
    pub(crate) fn account_id(&self) -> &str {
        &self.account_id
    }

    /// The URL of the queue `name` for a client that reached this server at `host` by `scheme`.
    pub(crate) fn url(&self, scheme: Scheme, host: &str, name: &str) -> String {
        format!("{}://{host}/{}/{name}", scheme.name(), self.account_id)
    }

    /// The ARN of the queue `name`.
    pub(crate) fn arn(&self, name: &str) -> String {
        format!("{}{name}", self.arn_prefix)
    }

    /// The queue that an ARN names, if it can be one of ours. Any region will do: clients sign for any.
    pub(crate) fn name_in_arn<'a>(&self, arn: &'a str) -> Option<&'a str> {
        let mut parts = arn.strip_prefix(ARN_PREFIX)?.splitn(3, ':');
        let (_region, account, name) = (parts.next()?, parts.next()?, parts.next()?);
        (account == self.account_id && crate::names::is_valid(name)).then_some(name)
    }
}

/// The queue that a `QueueUrl` names: a full URL, a path, or the bare name.
pub(crate) fn name_in_url(url: &str) -> Result<&str, SqsError> {
    let path = match url.split_once("://") {
        Some((_scheme, rest)) => rest.split_once('/').map_or("", |(_host, path)| path),
        None => url,
    };
    let name = last_part(path);
    match crate::names::is_valid(name) {
        true => Ok(name),
        false if name.ends_with(crate::names::FIFO_SUFFIX) => Err(SqsError::no_queue()),
        false => Err(SqsError::new(
            Code::InvalidAddress,
            format!("The address {} is not valid for this endpoint.", quoted(url)),
        )),
    }
}

/// The queue that a request's path names; `None` for `/`.
pub(crate) fn name_in_path(path: &str) -> Option<&str> {
    Some(last_part(path)).filter(|name| !name.is_empty())
}

fn last_part(path: &str) -> &str {
    let path = path.strip_suffix('/').unwrap_or(path);
    path.rsplit_once('/').map_or(path, |(_parents, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, expected: &str) {
        assert_eq!(name_in_url(url), Ok(expected), "{url}");
    }

    #[test]
    fn a_queue_is_found_by_url_path_or_name() {
        check("http://localhost:9324/000000000000/jobs", "jobs");
        check("https://sqs.eu-central-1.amazonaws.com/123456789012/jobs", "jobs");
        check("http://localhost:4566/queue/us-east-1/000000000000/jobs/", "jobs");
        check("/000000000000/jobs", "jobs");
        check("000000000000/jobs", "jobs");
        check("jobs", "jobs");
    }

    #[test]
    fn what_names_no_queue_is_an_invalid_address() {
        for url in ["", "/", "http://localhost:9324", "http://localhost:9324/", "a b", "x/%41", "ü"] {
            assert_eq!(name_in_url(url).expect_err("no queue's URL").code, Code::InvalidAddress, "{url}");
        }
        assert_eq!(name_in_url("http://h/0/orders.fifo").expect_err("FIFO").code, Code::QueueDoesNotExist);
    }

    #[test]
    fn urls_and_arns_are_built_and_read() {
        let names = Names::new("us-east-1", "000000000000");
        let url = |scheme| names.url(scheme, "localhost:9324", "jobs");
        assert_eq!(url(Scheme::Http), "http://localhost:9324/000000000000/jobs");
        assert_eq!(url(Scheme::Https), "https://localhost:9324/000000000000/jobs");
        assert_eq!(names.arn("jobs"), "arn:aws:sqs:us-east-1:000000000000:jobs");
        assert_eq!(names.name_in_arn(&names.arn("jobs")), Some("jobs"));
        assert_eq!(names.name_in_arn("arn:aws:sqs:eu-west-1:000000000000:jobs"), Some("jobs"));
        assert_eq!(names.name_in_arn("arn:aws:sqs:us-east-1:111111111111:jobs"), None);
        assert_eq!(names.name_in_arn("arn:aws:sns:us-east-1:000000000000:jobs"), None);
        assert_eq!(names.name_in_arn("jobs"), None);
    }

    #[test]
    fn a_path_names_a_queue_or_none() {
        assert_eq!(name_in_path("/"), None);
        assert_eq!(name_in_path("/000000000000/jobs"), Some("jobs"));
    }
}
