//! The path of a question: its parts and its query, encoded.
//!
//! Invariant: a queue's name is one part of a path, whatever is in it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt::{self, Display};

/// Everything but what RFC 3986 calls unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A path below the server's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    text: String,
    has_query: bool,
}

impl Path {
    /// A fixed path: `/v1/queues`.
    pub(crate) fn new(fixed: &'static str) -> Self {
        Self { text: fixed.to_owned(), has_query: false }
    }

    /// The messages and the like of one queue: `/v1/queues/NAME` and what follows.
    pub(crate) fn queue(name: &str) -> Self {
        Self::new("/v1/queues").part(name)
    }

    /// One message: `/v1/messages/ID` and what follows.
    pub(crate) fn message(id: &str) -> Self {
        Self::new("/v1/messages").part(id)
    }

    /// One more part, whose characters mean themselves.
    pub(crate) fn part(mut self, part: &str) -> Self {
        self.text.push('/');
        self.text.extend(utf8_percent_encode(part, RESERVED));
        self
    }

    /// One more argument of the query.
    pub(crate) fn with(mut self, name: &'static str, value: impl Display) -> Self {
        self.text.push(if self.has_query { '&' } else { '?' });
        self.has_query = true;
        self.text.push_str(name);
        self.text.push('=');
        self.text.extend(utf8_percent_encode(&value.to_string(), RESERVED));
        self
    }

    /// One more argument, if there is one.
    pub(crate) fn with_some(self, name: &'static str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }
}

impl Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_mean_themselves() {
        let path = Path::queue("a/b@c ö?").part("messages").with("text", "x&y=1").with_some("lane", Some("k"));
        let path = path.with_some("id", None::<&str>);
        assert_eq!(path.to_string(), "/v1/queues/a%2Fb%40c%20%C3%B6%3F/messages?text=x%26y%3D1&lane=k");
    }
}
