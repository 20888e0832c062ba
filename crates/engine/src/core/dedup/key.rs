//! A dedup id and its scope as a number.
//!
//! Invariant: two different ones have different keys, as far as anybody can tell: a key is half of a SHA-256, and a
//! producer who found two with the same half (2⁶⁴ tries) could only lose messages of its own making.

use sha2::{Digest, Sha256};
use vocab::{DedupPolicy, DedupScope, Message};

/// (scope, id), in 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DedupKey(pub [u8; 16]);

impl DedupKey {
    /// The key of `id` in a lane, or in the whole queue.
    #[must_use]
    pub fn new(lane: Option<&str>, id: &str) -> Self {
        let mut hasher = Sha256::new();
        if let Some(lane) = lane {
            hasher.update((lane.len() as u64 + 1).to_le_bytes());
            hasher.update(lane);
        } else {
            hasher.update(0_u64.to_le_bytes());
        }
        hasher.update(id);
        let mut key = [0; 16];
        key.copy_from_slice(&hasher.finalize()[..16]);
        Self(key)
    }

    /// The key of a message under a queue's policy; `None` for a message without an id, and for one that came from another
    /// queue: whoever published it named it there.
    #[must_use]
    pub fn of(policy: DedupPolicy, message: &Message) -> Option<Self> {
        let id = message.facts.dedup.as_deref().filter(|_| message.facts.origin.is_none() && !message.facts.moved)?;
        let lane = message.facts.lane.as_deref().filter(|_| policy.scope == DedupScope::Lane);
        Some(Self::new(lane, id))
    }

    /// A number to look it up by: any eight of its bytes are as good as a hash.
    #[must_use]
    pub fn hash(self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scope_and_id_do_not_run_into_each_other() {
        let keys = [
            DedupKey::new(None, "ab"),
            DedupKey::new(Some(""), "ab"),
            DedupKey::new(Some("a"), "b"),
            DedupKey::new(Some("ab"), ""),
        ];
        for (index, key) in keys.iter().enumerate() {
            assert!(keys[..index].iter().all(|other| other != key), "{index}");
        }
        assert_eq!(keys[2], DedupKey::new(Some("a"), "b"));
    }
}
