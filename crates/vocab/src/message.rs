//! A message as every layer sees it: body, typed neutral headers, facts, an optional native block.
//!
//! What it is not: no state (ready, leased…) and no counters live here; those belong to the engine's
//! subscription. A message never changes once published, so it is shared by reference.

use crate::origin::Origin;
use bytes::Bytes;

/// One message. Sizes are bytes; times are milliseconds of log time since the Unix epoch.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Message {
    /// What the producer sent, untouched.
    pub body: Bytes,
    /// Neutral headers in the producer's order; names are unique.
    pub headers: Vec<Header>,
    /// What the engine acts on.
    pub facts: Facts,
    /// A door's own properties, opaque to everyone else, so that they come back bit for bit.
    pub native: Option<Native>,
}

/// One header.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    /// Its name, as the producer wrote it.
    pub name: String,
    /// Its value.
    pub value: HeaderValue,
}

/// A header's value, in the types that all protocols can say.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum HeaderValue {
    /// UTF-8 text.
    Text(String),
    /// A number as its producer wrote it: no precision is lost on the way.
    Number(String),
    /// Bytes.
    Bytes(Bytes),
    /// True or false.
    Bool(bool),
}

/// What the engine knows of a message beyond its body.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Facts {
    /// When it was published (log time). Set by the engine, whatever a door puts here.
    pub published_ms: u64,
    /// Not handed out before this time; `None` takes the queue's default delay.
    pub due_ms: Option<u64>,
    /// Gone at this time, read or not; `None` leaves only the queue's retention.
    pub expires_ms: Option<u64>,
    /// Ordering key: messages of one lane are handed out in order where the queue asks for it.
    pub lane: Option<String>,
    /// The producer's name for it: published again under the same one it is taken for the same, where the queue asks for it.
    pub dedup: Option<String>,
    /// It was moved here from another queue: its dedup id tells of it, and claims nothing. Set by the engine.
    pub moved: bool,
    /// It goes before messages of a lower one, where the queue knows priorities.
    pub priority: u8,
    /// Who sent it, as the door knows them.
    pub sender: Option<String>,
    /// Through which router it was published; `None` when it was published to its queue by name.
    pub route: Option<Box<Route>>,
    /// Where it was before it was buried; set by the engine.
    pub origin: Option<Box<Origin>>,
}

/// The way that a message was published.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Route {
    /// The router's name.
    pub router: String,
    /// The keys it was published with.
    pub keys: Vec<String>,
}

/// Properties that only the door that wrote them understands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Native {
    /// Which door wrote it (each door has its own constant).
    pub door: u8,
    /// The door's own encoding.
    pub bytes: Bytes,
}

impl Message {
    /// A message with this body and nothing else.
    #[must_use]
    pub fn with_body(body: impl Into<Bytes>) -> Self {
        Self { body: body.into(), ..Self::default() }
    }

    /// Its body and headers together, in bytes: what a queue's limit on messages counts.
    #[must_use]
    pub fn headed_bytes(&self) -> u64 {
        let headers: usize = self.headers.iter().map(|header| header.name.len() + header.value.content_bytes()).sum();
        (self.body.len() + headers) as u64
    }

    /// About how many bytes it takes when written down: what limits on commits and batches count.
    #[must_use]
    pub fn content_bytes(&self) -> usize {
        let headers: usize = self.headers.iter().map(|h| h.name.len() + h.value.content_bytes() + 16).sum();
        let native = self.native.as_ref().map_or(0, |native| native.bytes.len());
        self.body.len() + headers + native + self.facts.text_bytes() + 64
    }

    /// About how many bytes of memory it takes behind an [`Arc`](std::sync::Arc), allocators' rounding included: what caps on
    /// memory count.
    #[must_use]
    pub fn weight(&self) -> usize {
        let headers: usize = self.headers.iter().map(Header::weight).sum();
        let native = self.native.as_ref().map_or(0, |native| shared(native.bytes.len()));
        let facts = &self.facts;
        let texts = [&facts.lane, &facts.dedup, &facts.sender].into_iter().flatten().map(|text| allocated(text.len()));
        let route = facts.route.as_ref().map_or(0, |route| route.weight());
        let origin = facts
            .origin
            .as_ref()
            .map_or(0, |origin| allocated(size_of::<Origin>() + origin.text_bytes()) + allocated(origin.list_bytes()));
        allocated(ARC_BYTES + size_of::<Self>())
            + shared(self.body.len())
            + allocated(self.headers.len() * size_of::<Header>())
            + headers
            + native
            + texts.sum::<usize>()
            + route
            + origin
    }
}

impl Header {
    /// Bytes of memory beyond its own place in the list.
    fn weight(&self) -> usize {
        let value = match &self.value {
            HeaderValue::Text(text) | HeaderValue::Number(text) => allocated(text.len()),
            HeaderValue::Bytes(bytes) => shared(bytes.len()),
            HeaderValue::Bool(_) => 0,
        };
        allocated(self.name.len()) + value
    }
}

impl HeaderValue {
    /// Bytes of the value itself.
    #[must_use]
    pub fn content_bytes(&self) -> usize {
        match self {
            Self::Text(text) | Self::Number(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
            Self::Bool(_) => 1,
        }
    }
}

impl Facts {
    fn text_bytes(&self) -> usize {
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let texts = text(&self.lane) + text(&self.dedup) + text(&self.sender);
        let route = self.route.as_ref().map_or(0, |route| route.text_bytes());
        texts + route + self.origin.as_ref().map_or(0, |origin| origin.text_bytes())
    }
}

impl Route {
    pub(crate) fn text_bytes(&self) -> usize {
        self.router.len() + self.keys.iter().map(|key| key.len() + 2).sum::<usize>()
    }

    /// Bytes of memory behind its box, the box included.
    fn weight(&self) -> usize {
        let keys: usize = self.keys.iter().map(|key| allocated(key.len())).sum();
        let list = allocated(self.keys.len() * size_of::<String>());
        allocated(size_of::<Self>()) + allocated(self.router.len()) + list + keys
    }
}

/// The two counters of an [`Arc`](std::sync::Arc).
const ARC_BYTES: usize = 2 * size_of::<usize>();

/// What [`Bytes`] keeps beside the bytes once they are shared: where they begin, their capacity, a counter.
const BYTES_SHARED: usize = 3 * size_of::<usize>();

/// Memory of bytes that are shared by reference.
fn shared(len: usize) -> usize {
    if len == 0 { 0 } else { allocated(len) + allocated(BYTES_SHARED) }
}

/// Memory of one allocation: allocators serve sizes in steps of about an eighth, and of 16 bytes at least.
fn allocated(bytes: usize) -> usize {
    bytes.next_multiple_of((bytes.next_power_of_two() / 8).max(16))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BuryReason, Death, DeathReason, MessageId};

    #[test]
    fn a_small_message_weighs_its_allocations_and_not_its_body_alone() {
        let check = |message: &Message, expected: usize| assert_eq!(message.weight(), expected, "{message:?}");
        let plain = Message::with_body(vec![0; 100]);
        let itself = allocated(ARC_BYTES + size_of::<Message>());
        check(&Message::default(), itself);
        check(&plain, itself + 112 + 32);
        let header = Header { name: "colour".into(), value: HeaderValue::Bytes(vec![0; 20].into()) };
        let native = Some(Native { door: 1, bytes: vec![0; 300].into() });
        let list = allocated(size_of::<Header>());
        check(&Message { headers: vec![header], native, ..plain }, itself + 144 + list + 16 + 32 + 32 + 320 + 32);
    }

    #[test]
    fn what_is_written_is_the_content_and_little_more() {
        let origin = Origin {
            id: MessageId::new(crate::PartitionKey::new(crate::QueueId(1), crate::PartitionId(0)), crate::Seq(1)),
            queue: "orders".into(),
            published_ms: 1,
            buried_ms: 2,
            deliveries: 3,
            failures: 4,
            reason: BuryReason::Rejected(Some("no such customer".into())),
            deaths: vec![Death {
                queue: "orders".into(),
                reason: DeathReason::Rejected,
                count: 1,
                first_ms: 2,
                is_first: true,
                route: None,
            }],
        };
        let route = Some(Box::new(Route { router: "events".into(), keys: vec!["order.paid".into()] }));
        let facts = Facts { lane: Some("lane".into()), route, origin: Some(Box::new(origin)), ..Facts::default() };
        let message = Message { facts, ..Message::with_body("body") };
        assert_eq!(message.content_bytes(), 4 + 4 + (6 + 10 + 2) + 6 + 16 + (6 + 16) + 64);
    }

    #[test]
    fn allocations_come_in_steps_of_an_eighth() {
        for (bytes, expected) in [(0, 0), (1, 16), (100, 112), (208, 224), (1000, 1024), (65_537, 81_920)] {
            assert_eq!(allocated(bytes), expected, "{bytes} bytes");
        }
    }
}
