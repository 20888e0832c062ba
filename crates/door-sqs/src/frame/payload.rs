//! A request's parameters before they are read: JSON bytes or a tree of Query parameters.

use crate::errors::{Code, SqsError, quoted};
use crate::frame::form::Node;
use crate::frame::form_values::Form;
use crate::frame::text::Text;
use bytes::Bytes;
use serde::Deserialize;
use std::borrow::Cow;

/// What a request carries. Read it with [`Payload::parse`], then drop it before waiting for anything long.
#[derive(Debug)]
pub(crate) enum Payload {
    /// AWS JSON 1.0.
    Json(Body),
    /// The Query protocol.
    Form(Node),
}

/// A request's body.
#[derive(Debug, Default)]
pub(crate) struct Body {
    /// Its bytes.
    pub(crate) bytes: Bytes,
    /// Whether the bytes are a part of the connection's read buffer. Keeping a slice of that keeps all of it.
    pub(crate) borrowed: bool,
}

impl Payload {
    /// Reads the parameters as `T`. Unknown members are passed over, as on AWS.
    pub(crate) fn parse<'a, T: Deserialize<'a>>(&'a self) -> Result<T, SqsError> {
        match self {
            Self::Json(body) => {
                let bytes: &[u8] = if body.bytes.is_empty() { b"{}" } else { &body.bytes };
                // serde would take an array for a structure too.
                if bytes.trim_ascii_start().first() != Some(&b'{') {
                    return Err(malformed("it is not a JSON object"));
                }
                serde_json::from_slice(bytes).map_err(|error| malformed(&error.to_string()))
            }
            Self::Form(node) => T::deserialize(Form::root(node)).map_err(|error| malformed(&error.0)),
        }
    }

    /// `text` of this payload, to be kept. It shares the request's memory where it is most of it, so that a message
    /// never holds more than twice its size; else it is copied.
    pub(crate) fn keep(&self, text: &Text<'_>) -> Bytes {
        match (self, &text.0) {
            (Self::Json(body), Cow::Borrowed(text)) if !body.borrowed && text.len() * 2 >= body.bytes.len() => {
                body.bytes.slice_ref(text.as_bytes())
            }
            (_, text) => Bytes::copy_from_slice(text.as_bytes()),
        }
    }
}

fn malformed(text: &str) -> SqsError {
    SqsError::new(Code::MalformedInput, format!("The request cannot be read: {}", quoted(text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::text::Pairs;

    fn kept(json: &str, borrowed: bool) -> (Bytes, bool) {
        let payload = Payload::Json(Body { bytes: Bytes::copy_from_slice(json.as_bytes()), borrowed });
        let Payload::Json(body) = &payload else { unreachable!("it was just made") };
        let range = body.bytes.as_ptr_range();
        let text: Pairs<'_, Text<'_>> = payload.parse().expect("one string");
        let kept = payload.keep(&text.0[0].1);
        let shares = range.contains(&kept.as_ptr());
        (kept, shares)
    }

    #[test]
    fn a_text_that_is_most_of_its_request_shares_its_memory() {
        assert_eq!(kept(r#"{"b":"a long body"}"#, false), (Bytes::from_static(b"a long body"), true));
    }

    #[test]
    fn a_text_in_the_connections_buffer_or_with_escapes_is_copied() {
        assert!(!kept(r#"{"b":"a long body"}"#, true).1);
        assert!(!kept(r#"{"b":"a long\nbody"}"#, false).1);
        assert!(!kept(r#"{"b":            "x"}"#, false).1);
    }

    #[test]
    fn only_an_object_is_a_request() {
        let parse = |json: &'static str| {
            let payload = Payload::Json(Body { bytes: Bytes::from_static(json.as_bytes()), borrowed: false });
            payload.parse::<crate::commands::QueueOnly<'_>>().is_ok()
        };
        assert!(parse(" {}"));
        assert!(!parse(r#"["jobs"]"#) && !parse("null") && !parse("7") && !parse("{}{}"));
    }

    #[test]
    fn an_empty_body_has_no_parameters() {
        let payload = Payload::Json(Body::default());
        assert!(payload.parse::<Pairs<'_, i64>>().expect("nothing").0.is_empty());
    }
}
