//! Routers in neutral words: what kinds there are, how one behaves, what binds it to its targets.
//!
//! What it is not: matching and the table of routers, which are the engine's; a door's own arguments, which are kept beside
//! a binding as opaque bytes.
//!
//! Invariant: a binding is its own identity. Two that differ in anything, and be it the annotations, are two bindings; they
//! may lead the same message to the same target, which gets it once.

use crate::ids::{QueueId, RouterId};
use crate::message::{Header, HeaderValue};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// Which of its bindings a router follows for a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RouterKind {
    /// Those with exactly a key of the message.
    Direct,
    /// All.
    Fanout,
    /// Those whose key, as a pattern, fits a key of the message. Keys are words with dots between them; `*` in a
    /// pattern stands for one word, `#` for any number of words, none included. The empty key has no words.
    Pattern,
    /// Those whose criteria the message's headers meet; a binding without criteria is met by every message.
    Headers,
}

impl RouterKind {
    /// Its number on disk.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Direct => 1,
            Self::Fanout => 2,
            Self::Pattern => 3,
            Self::Headers => 4,
        }
    }

    /// The one with this number.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        [Self::Direct, Self::Fanout, Self::Pattern, Self::Headers].into_iter().find(|kind| kind.code() == code)
    }
}

/// How a router behaves.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouterSettings {
    /// Name of the router that takes what matches no binding of this one. While none has that name such messages go nowhere.
    #[serde(default)]
    pub alternate: Option<String>,
    /// Only other routers lead messages into it. Doors refuse to publish to it; the engine only remembers.
    #[serde(default)]
    pub internal: bool,
    /// Gone at the next start, with its bindings.
    #[serde(default)]
    pub transient: bool,
    /// Goes with its last binding, once it had one.
    #[serde(default)]
    pub auto_delete: bool,
}

/// Where a binding leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// Into a queue.
    Queue(QueueId),
    /// On to another router.
    Router(RouterId),
}

/// One way out of a router.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Binding {
    /// Out of this router.
    pub source: RouterId,
    /// To there.
    pub target: Target,
    /// For messages with this key, or whose key fits this pattern.
    pub key: String,
    /// For messages with these headers, where the router goes by headers.
    pub criteria: Option<HeaderMatch>,
    /// A door's own arguments, opaque to everyone else.
    pub annotations: Bytes,
}

/// What a message's headers must be like.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct HeaderMatch {
    /// One of the wanted headers is enough; otherwise all must be there. Of none wanted, all are there and not one is.
    pub any: bool,
    /// Names, and the values they must have; `None` where any value will do.
    pub wanted: Vec<(String, Option<HeaderValue>)>,
}

impl Binding {
    /// A binding by key alone.
    #[must_use]
    pub fn new(source: RouterId, target: Target, key: impl Into<String>) -> Self {
        Self { source, target, key: key.into(), criteria: None, annotations: Bytes::new() }
    }

    /// About how many bytes it takes when written down.
    #[must_use]
    pub fn content_bytes(&self) -> usize {
        let criteria = self.criteria.as_ref().map_or(0, HeaderMatch::content_bytes);
        self.key.len() + criteria + self.annotations.len()
    }
}

impl HeaderMatch {
    /// Whether a message with these headers meets it.
    #[must_use]
    pub fn is_met_by(&self, headers: &[Header]) -> bool {
        let is_there = |(name, value): &(String, Option<HeaderValue>)| {
            headers
                .iter()
                .any(|header| header.name == *name && value.as_ref().is_none_or(|value| header.value == *value))
        };
        if self.any { self.wanted.iter().any(is_there) } else { self.wanted.iter().all(is_there) }
    }

    fn content_bytes(&self) -> usize {
        let value = |value: &Option<HeaderValue>| value.as_ref().map_or(0, HeaderValue::content_bytes);
        self.wanted.iter().map(|(name, wanted)| name.len() + value(wanted) + 16).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_keep_their_numbers() {
        for (code, kind) in
            (1..).zip([RouterKind::Direct, RouterKind::Fanout, RouterKind::Pattern, RouterKind::Headers])
        {
            assert_eq!((kind.code(), RouterKind::from_code(code)), (code, Some(kind)));
        }
        assert_eq!((RouterKind::from_code(0), RouterKind::from_code(5)), (None, None));
    }

    #[test]
    fn criteria_ask_for_all_or_for_one_and_for_values_or_presence() {
        let text = |text: &str| HeaderValue::Text(text.to_owned());
        let headers = [("colour", "red"), ("size", "4")]
            .map(|(name, value)| Header { name: name.to_owned(), value: text(value) });
        let check = |any: bool, wanted: &[(&str, Option<&str>)], expected: bool| {
            let wanted = wanted.iter().map(|(name, value)| ((*name).to_owned(), value.map(text))).collect();
            assert_eq!(HeaderMatch { any, wanted }.is_met_by(&headers), expected);
        };
        check(false, &[("colour", Some("red")), ("size", None)], true);
        check(false, &[("colour", Some("red")), ("weight", None)], false);
        check(false, &[("colour", Some("blue"))], false);
        check(true, &[("colour", Some("blue")), ("size", Some("4"))], true);
        check(true, &[("weight", None)], false);
        check(false, &[], true);
        check(true, &[], false);
    }
}
