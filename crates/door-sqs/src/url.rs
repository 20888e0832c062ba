//! Queue URLs, queue ARNs, and the names inside them.
//!
//! A queue URL is `http://HOST/ACCOUNT/NAME`, or `https:` where the connection is secured, with the host that the client used. Coming back,
//! only the last part of its path counts, and for callers who proved their account the part before it: SDKs keep URLs across
//! restarts, ports and proxies, and some users write just the name.
//!
//! The broker knows queues by one name. Those of the default account have their plain name, so that every door sees the same queue
//! under it; those of other accounts are stored as `ACCOUNT/NAME`, which no queue of the default account can be called here.

use crate::errors::{Code, SqsError, quoted};
use std::borrow::Cow;

const ARN_PREFIX: &str = "arn:aws:sqs:";
const ACCOUNT_DIGITS: usize = 12;

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
    region_prefix: String,
}

impl Names {
    /// Names in this region and account.
    pub(crate) fn new(region: &str, account_id: &str) -> Self {
        Self { account_id: account_id.to_owned(), region_prefix: format!("{ARN_PREFIX}{region}:") }
    }

    /// The default account.
    pub(crate) fn account_id(&self) -> &str {
        &self.account_id
    }

    /// The name under which the broker has the queue `name` of `account`.
    pub(crate) fn stored<'a>(&self, account: &str, name: &'a str) -> Cow<'a, str> {
        if account == self.account_id { Cow::Borrowed(name) } else { Cow::Owned(format!("{account}/{name}")) }
    }

    /// The account and name of a queue that is stored under `stored`.
    pub(crate) fn split<'a>(&'a self, stored: &'a str) -> (&'a str, &'a str) {
        stored.split_once('/').filter(|(account, _)| is_account(account)).unwrap_or((&self.account_id, stored))
    }

    /// The URL of a stored queue for a client that reached this server at `host` by `scheme`.
    pub(crate) fn url(&self, scheme: Scheme, host: &str, stored: &str) -> String {
        let (account, name) = self.split(stored);
        format!("{}://{host}/{account}/{name}", scheme.name())
    }

    /// The ARN of a stored queue.
    pub(crate) fn arn(&self, stored: &str) -> String {
        let (account, name) = self.split(stored);
        format!("{}{account}:{name}", self.region_prefix)
    }

    /// The stored name of the queue that an ARN names, if it can be one. Any region will do: anonymous clients may use any.
    pub(crate) fn name_in_arn<'a>(&self, arn: &'a str) -> Option<Cow<'a, str>> {
        let mut parts = arn.strip_prefix(ARN_PREFIX)?.splitn(3, ':');
        let (_region, account, name) = (parts.next()?, parts.next()?, parts.next()?);
        (is_account(account) && crate::names::is_valid(name)).then(|| self.stored(account, name))
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
        false => Err(SqsError::new(
            Code::InvalidAddress,
            format!("The address {} is not valid for this endpoint.", quoted(url)),
        )),
    }
}

/// The account that a queue URL names right before the queue, if there is one.
pub(crate) fn account_in_url(url: &str) -> Option<&str> {
    let path = url.strip_suffix('/').unwrap_or(url);
    let (before, _name) = path.rsplit_once('/')?;
    Some(last_part(before)).filter(|account| is_account(account))
}

/// The queue that a request's path names, as a URL without its host; `None` for `/`.
pub(crate) fn queue_in_path(path: &str) -> Option<&str> {
    Some(path).filter(|path| !last_part(path).is_empty())
}

/// Whether `text` is an account's id: twelve digits.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == ACCOUNT_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
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
    }

    #[test]
    fn urls_and_arns_are_built_and_read() {
        let names = Names::new("us-east-1", "000000000000");
        let url = |scheme| names.url(scheme, "localhost:9324", "jobs");
        assert_eq!(url(Scheme::Http), "http://localhost:9324/000000000000/jobs");
        assert_eq!(url(Scheme::Https), "https://localhost:9324/000000000000/jobs");
        assert_eq!(names.arn("jobs"), "arn:aws:sqs:us-east-1:000000000000:jobs");
        assert_eq!(names.name_in_arn(&names.arn("jobs")).as_deref(), Some("jobs"));
        assert_eq!(names.name_in_arn("arn:aws:sqs:eu-west-1:000000000000:jobs").as_deref(), Some("jobs"));
        assert_eq!(names.name_in_arn("arn:aws:sqs:us-east-1:1:jobs"), None);
        assert_eq!(names.name_in_arn("arn:aws:sns:us-east-1:000000000000:jobs"), None);
        assert_eq!(names.name_in_arn("jobs"), None);
    }

    #[test]
    fn a_path_names_a_queue_or_none() {
        assert_eq!(queue_in_path("/"), None);
        assert_eq!(queue_in_path("/000000000000/jobs"), Some("/000000000000/jobs"));
    }

    #[test]
    fn another_accounts_queues_are_stored_under_its_id() {
        let names = Names::new("us-east-1", "000000000000");
        let stored = names.stored("111111111111", "jobs");
        assert_eq!((&*stored, &*names.stored("000000000000", "jobs")), ("111111111111/jobs", "jobs"));
        assert_eq!(names.split(&stored), ("111111111111", "jobs"));
        assert_eq!(names.split("jobs"), ("000000000000", "jobs"));
        assert_eq!(names.url(Scheme::Http, "h", &stored), "http://h/111111111111/jobs");
        assert_eq!(names.name_in_arn(&names.arn(&stored)), Some(stored));
    }

    #[test]
    fn the_account_in_a_url_is_right_before_the_name() {
        let check = |url: &str, expected| assert_eq!(account_in_url(url), expected, "{url}");
        check("http://localhost:9324/111111111111/jobs", Some("111111111111"));
        check("/111111111111/jobs/", Some("111111111111"));
        check("111111111111/jobs", Some("111111111111"));
        check("http://111111111111.example/jobs", None);
        check("http://localhost/queue/jobs", None);
        check("http://localhost/111111111111/queue/jobs", None);
        check("jobs", None);
    }
}
