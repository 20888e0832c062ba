//! A message as every layer sees it: body, typed neutral headers, facts, an optional native block.
//!
//! What it is not: no state (ready, leased…) and no counters live here; those belong to the engine's
//! subscription. A message never changes once published, so it is shared by reference.

use crate::message_id::MessageId;
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
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// Its name, as the producer wrote it.
    pub name: String,
    /// Its value.
    pub value: HeaderValue,
}

/// A header's value, in the types that all protocols can say.
#[derive(Clone, Debug, PartialEq)]
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
    /// Who sent it, as the door knows them.
    pub sender: Option<String>,
    /// Where it was before it was buried; set by the engine.
    pub origin: Option<Box<Origin>>,
}

/// Where a buried message came from and why it left.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// The id it had, and that doors keep showing.
    pub id: MessageId,
    /// The name of the queue it left.
    pub queue: String,
    /// When it was first published.
    pub published_ms: u64,
    /// When it was buried.
    pub buried_ms: u64,
    /// How often it had been delivered.
    pub deliveries: u32,
    /// How often it had failed.
    pub failures: u32,
    /// Why it left.
    pub reason: BuryReason,
}

/// Why a message was set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuryReason {
    /// The queue's limit on deliveries was reached.
    TooManyDeliveries,
    /// The queue's limit on failures was reached; with the last failure's text, where one was given.
    TooManyFailures(Option<String>),
    /// A consumer asked for it, in its own words.
    Rejected(Option<String>),
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

    /// About how many bytes it holds in memory and on disk, for caps and backpressure.
    #[must_use]
    pub fn weight(&self) -> usize {
        let headers: usize = self.headers.iter().map(|h| h.name.len() + h.value.weight() + 16).sum();
        let native = self.native.as_ref().map_or(0, |n| n.bytes.len());
        let texts = self.facts.lane.as_ref().map_or(0, String::len) + self.facts.sender.as_ref().map_or(0, String::len);
        self.body.len() + headers + native + texts + 64
    }
}

impl HeaderValue {
    /// Bytes of the value itself.
    #[must_use]
    pub fn weight(&self) -> usize {
        match self {
            Self::Text(text) | Self::Number(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
            Self::Bool(_) => 1,
        }
    }
}
