//! What a look at messages asks for, piece by piece: a text, a header.
//!
//! What it is not: which of these one call takes. Invariant: a look costs no more than one pass over what it is shown.

use memchr::memmem::Finder;
use vocab::{HeaderValue, Message};

/// A text that a body, or the words that a message was buried with, must contain: byte by byte, as it is.
#[derive(Clone, Debug)]
pub(crate) struct TextCriterion(Finder<'static>);

/// A header that must be there, with this value where one was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HeaderCriterion {
    name: String,
    value: Option<String>,
}

impl TextCriterion {
    /// Looks for `text`.
    pub(crate) fn new(text: &str) -> Self {
        Self(Finder::new(text).into_owned())
    }

    /// Whether the message has it.
    pub(crate) fn holds(&self, message: &Message) -> bool {
        let words = message.facts.origin.as_ref().and_then(|origin| origin.reason.words());
        self.0.find(&message.body).is_some() || words.is_some_and(|words| self.0.find(words.as_bytes()).is_some())
    }
}

impl HeaderCriterion {
    /// Reads `NAME` or `NAME=VALUE`; a name ends at the first `=`.
    pub(crate) fn parse(text: &str) -> Self {
        match text.split_once('=') {
            Some((name, value)) => Self { name: name.to_owned(), value: Some(value.to_owned()) },
            None => Self { name: text.to_owned(), value: None },
        }
    }

    /// Whether the message has it.
    pub(crate) fn holds(&self, message: &Message) -> bool {
        let found = message.headers.iter().find(|header| header.name == self.name);
        found.is_some_and(|header| self.value.as_ref().is_none_or(|value| is_written(&header.value, value)))
    }
}

/// Whether a value is written like this.
fn is_written(value: &HeaderValue, text: &str) -> bool {
    match value {
        HeaderValue::Text(value) | HeaderValue::Number(value) => value == text,
        HeaderValue::Bytes(value) => value == text.as_bytes(),
        HeaderValue::Bool(value) => text == if *value { "true" } else { "false" },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vocab::Header;

    #[test]
    fn a_text_is_found_anywhere_in_a_body_even_one_that_is_no_text() {
        let check = |body: &[u8], text, expected| {
            let message = Message::with_body(body.to_vec());
            assert_eq!(TextCriterion::new(text).holds(&message), expected, "{body:?} {text}");
        };
        check(b"order 4711 for Ann", "4711", true);
        check(b"order 4711 for Ann", "ann", false);
        check(b"\xff\x00<b>\xfe", "<b>", true);
        check(b"anything", "", true);
    }

    #[test]
    fn a_header_is_matched_by_name_and_by_what_its_value_looks_like() {
        let headers = [
            ("colour", HeaderValue::Text("red=1".into())),
            ("size", HeaderValue::Number("4.50".into())),
            ("raw", HeaderValue::Bytes("x".into())),
            ("gift", HeaderValue::Bool(true)),
        ];
        let headers = headers.into_iter().map(|(name, value)| Header { name: name.into(), value }).collect();
        let message = Message { headers, ..Message::default() };
        let check = |text, expected| assert_eq!(HeaderCriterion::parse(text).holds(&message), expected, "{text}");
        check("colour", true);
        check("colour=red=1", true);
        check("colour=red", false);
        check("Colour", false);
        check("size=4.50", true);
        check("size=4.5", false);
        check("raw=x", true);
        check("gift=true", true);
        check("gift=false", false);
        check("weight", false);
    }
}
