//! A changed copy of a message, to be sent on its way again.
//!
//! Invariants: what is not named stays as it was; a door's own properties stay only where they cannot contradict what was
//! changed.

use bytes::Bytes;
use door::native;
use vocab::{Header, HeaderValue, Message};

/// What is to be different.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Edit {
    /// The body.
    pub(crate) body: Option<Bytes>,
    /// Headers to set, or to take away, in order.
    pub(crate) headers: Vec<(String, Option<HeaderValue>)>,
}

impl Edit {
    /// The copy.
    pub(crate) fn of(&self, message: &Message) -> Message {
        let mut edited = message.clone();
        if let Some(body) = &self.body {
            edited.body = body.clone();
        }
        for (name, value) in &self.headers {
            set(&mut edited.headers, name, value.as_ref());
        }
        let changed = native::Changed { body: edited.body != message.body, headers: edited.headers != message.headers };
        edited.native = edited.native.filter(|native| native::survives(native.door, changed));
        edited
    }
}

/// Sets a header where it was, or at the end; `None` takes it away.
fn set(headers: &mut Vec<Header>, name: &str, value: Option<&HeaderValue>) {
    let place = headers.iter().position(|header| header.name == name);
    match (place, value) {
        (Some(place), Some(value)) => headers[place].value = value.clone(),
        (Some(place), None) => drop(headers.remove(place)),
        (None, Some(value)) => headers.push(Header { name: name.to_owned(), value: value.clone() }),
        (None, None) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vocab::{Facts, Native};

    fn text(value: &str) -> HeaderValue {
        HeaderValue::Text(value.to_owned())
    }

    fn message(door: u8) -> Message {
        let header = |name: &str, value| Header { name: name.to_owned(), value };
        Message {
            headers: vec![header("tenant", text("7")), header("retries", HeaderValue::Number("3".to_owned()))],
            facts: Facts { lane: Some("lane".to_owned()), priority: 4, ..Facts::default() },
            native: Some(Native { door, bytes: "its own".into() }),
            ..Message::with_body("broken")
        }
    }

    #[test]
    fn what_is_not_named_stays() {
        let edit = Edit { body: Some("mended".into()), ..Edit::default() };
        let edited = edit.of(&message(native::AMQP));
        assert_eq!(edited, Message { body: "mended".into(), ..message(native::AMQP) });
        assert_eq!(Edit::default().of(&message(native::SQS)), message(native::SQS));
    }

    #[test]
    fn headers_are_set_in_place_added_and_taken_away() {
        let headers =
            vec![("retries".into(), None), ("tenant".into(), Some(text("8"))), ("mended".into(), Some(text("yes")))];
        let edited = Edit { body: None, headers }.of(&message(native::SQS));
        let shown: Vec<_> = edited.headers.iter().map(|header| (&*header.name, &header.value)).collect();
        assert_eq!(shown, [("tenant", &text("8")), ("mended", &text("yes"))]);
        assert_eq!((edited.body, edited.facts), (message(0).body, message(0).facts));
    }

    #[test]
    fn what_a_door_knows_of_the_old_body_goes_with_it() {
        let edit = Edit { body: Some("mended".into()), ..Edit::default() };
        assert_eq!(edit.of(&message(native::SQS)).native, None);
        assert_eq!(edit.of(&message(99)).native, None);
        let same = Edit { body: Some("broken".into()), ..Edit::default() };
        assert_eq!(same.of(&message(99)).native, message(99).native);
    }
}
