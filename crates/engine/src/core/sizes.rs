//! How many bytes of bodies of a subscription are ready, where the queue has a limit on them.
//!
//! What it is not: kept for other queues, or for messages that were published before the limit was set: those count for none.
//!
//! Invariants: every message that was published under the limit, has a body, and is not gone has an entry. `ready_bytes` is the
//! sum of the entries of messages that are neither leased nor waiting; those on their way to a dead-letter queue are among them. An
//! entry has at least one byte, so the limit itself bounds how many are ready.

use crate::core::pages::Pages;
use crate::core::subscription::Progress;
use std::collections::BTreeMap;
use vocab::Seq;

/// The sizes of one subscription over one partition.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sizes {
    /// Bytes of body by message.
    pub of: BTreeMap<u64, u32>,
    /// Together, of those that are ready. Derived.
    pub ready_bytes: u64,
    /// Which pages a checkpoint has to store.
    pub pages: Pages,
}

impl Sizes {
    /// Whether nothing is known.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// Takes note of a message.
    pub fn note(&mut self, seq: Seq, bytes: usize, ready: bool) {
        if bytes > 0 {
            let bytes = u32::try_from(bytes).expect("a message is far smaller than 4 GiB (vocab::limits)");
            self.pages.mark(seq);
            self.of.insert(seq.0, bytes);
            self.ready_bytes += if ready { u64::from(bytes) } else { 0 };
        }
    }

    /// The message, which was ready, is not any more.
    #[inline]
    pub fn take(&mut self, seq: Seq) {
        if !self.is_empty() {
            // What put it back may be missing, where a log with holes is read.
            self.ready_bytes = self.ready_bytes.saturating_sub(self.bytes_of(seq));
        }
    }

    /// The message is ready again.
    #[inline]
    pub fn put_back(&mut self, seq: Seq) {
        if !self.is_empty() {
            self.ready_bytes += self.bytes_of(seq);
        }
    }

    /// The message, which is not ready, is gone.
    #[inline]
    pub fn forget(&mut self, seq: Seq) {
        if !self.is_empty() && self.of.remove(&seq.0).is_some() {
            self.pages.mark(seq);
        }
    }

    /// Nothing is counted any more.
    pub fn clear(&mut self) {
        if let (Some((first, _)), Some((last, _))) = (self.of.first_key_value(), self.of.last_key_value()) {
            self.pages.mark_span(*first, *last);
        }
        self.of.clear();
        self.ready_bytes = 0;
    }

    /// A message's bytes, as far as they count.
    #[must_use]
    pub fn bytes_of(&self, seq: Seq) -> u64 {
        self.of.get(&seq.0).copied().map_or(0, u64::from)
    }
}

impl Progress {
    /// Takes out the sizes of all messages in the range, which are gone; their leases and times are still there to see.
    pub fn forget_sizes(&mut self, first: u64, last: u64) {
        if self.sizes.is_empty() {
            return;
        }
        let away = |seq: &u64| self.leases.contains_key(seq) || self.waiting.contains_key(seq);
        let gone: Vec<_> = self.sizes.of.range(first..=last).map(|(seq, _)| *seq).collect();
        for seq in gone {
            let bytes = self.sizes.of.remove(&seq).map_or(0, u64::from);
            self.sizes.ready_bytes -= if away(&seq) { 0 } else { bytes };
        }
        self.sizes.pages.mark_span(first, last);
    }

    /// What [`Sizes::ready_bytes`] is by its definition.
    #[must_use]
    pub fn sum_ready_bytes(&self) -> u64 {
        let away = |seq: &u64| self.leases.contains_key(seq) || self.waiting.contains_key(seq);
        self.sizes.of.iter().filter(|(seq, _)| !away(seq)).map(|(_, bytes)| u64::from(*bytes)).sum()
    }
}
