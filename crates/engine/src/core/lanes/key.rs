//! A lane's name as a number.
//!
//! Invariant: messages of one lane have one key. Two lanes may share a key by chance (one in 2⁶⁴ for a pair): they are then
//! handed out as if they were one, which keeps the order of both.

use siphasher::sip::SipHasher13;
use std::hash::{BuildHasherDefault, Hasher};
use vocab::{Message, Seq};

/// A lane, by hash. It is never stored: another version may compute it in another way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LaneKey(u64);

/// Keys of hash tables: a lane's key is a hash already.
pub(super) type ByItself = BuildHasherDefault<Itself>;

#[derive(Default)]
pub(super) struct Itself(u64);

impl Hasher for Itself {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        unreachable!("a lane's key is one number, not {} bytes", bytes.len());
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

impl LaneKey {
    /// The lane of a message; one without a lane is alone in one.
    #[must_use]
    pub fn of(message: &Message, seq: Seq) -> Self {
        message.facts.lane.as_deref().map_or_else(|| Self::alone(seq), Self::named)
    }

    /// The lane of a message that has none, or whose content cannot be read.
    #[must_use]
    pub fn alone(seq: Seq) -> Self {
        Self::hash(0, &seq.0.to_le_bytes())
    }

    /// The lane of this name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self::hash(1, name.as_bytes())
    }

    fn hash(kind: u64, bytes: &[u8]) -> Self {
        let mut hasher = SipHasher13::new_with_keys(kind, 0);
        hasher.write(bytes);
        Self(hasher.finish())
    }
}
