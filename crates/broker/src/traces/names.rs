//! Ids of traces and spans, made of what they tell of.
//!
//! Invariants: the same step of the same message in the same store has the same id, in every process; ids of different steps are as good
//! as random, and never zero.

use siphasher::sip128::{Hasher128, SipHasher13};
use std::hash::Hasher;
use vocab::{LeaseEpoch, MessageId, SpanId, TraceId};

/// Names what one store's messages go through.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names {
    store: u128,
}

/// Keeps steps apart in the hash.
const TRACE: u8 = 0;
const PUBLISH: u8 = 1;
const WAIT: u8 = 2;
const WORK: u8 = 3;
const BURY: u8 = 4;

impl Names {
    pub(super) fn new(store: u128) -> Self {
        Self { store }
    }

    /// The trace of a message that brings none.
    pub(super) fn trace(self, id: MessageId) -> TraceId {
        TraceId(self.hash(TRACE, id, 0).max(1))
    }

    /// Its coming; for a message that was moved by a redrive or by hand, its move here.
    pub(super) fn publish(self, id: MessageId) -> SpanId {
        self.span(PUBLISH, id, 0)
    }

    /// Its wait for this lease; `id` is where it is.
    pub(super) fn wait(self, id: MessageId, lease: LeaseEpoch) -> SpanId {
        self.span(WAIT, id, lease.0)
    }

    /// The work under this lease.
    pub(super) fn work(self, id: MessageId, lease: LeaseEpoch) -> SpanId {
        self.span(WORK, id, lease.0)
    }

    /// Its move to a dead-letter queue; `id` is where it was.
    pub(super) fn bury(self, id: MessageId) -> SpanId {
        self.span(BURY, id, 0)
    }

    fn span(self, step: u8, id: MessageId, lease: u64) -> SpanId {
        #[expect(clippy::cast_possible_truncation, reason = "half of the hash is enough for a span")]
        let low = self.hash(step, id, lease) as u64;
        SpanId(low.max(1))
    }

    fn hash(self, step: u8, id: MessageId, lease: u64) -> u128 {
        let mut hasher = SipHasher13::new_with_key(&self.store.to_be_bytes());
        hasher.write_u8(step);
        hasher.write(id.to_uuid().as_bytes());
        hasher.write_u64(lease);
        let hash = hasher.finish128();
        (u128::from(hash.h1) << 64) | u128::from(hash.h2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use vocab::{PartitionId, PartitionKey, QueueId, Seq};

    #[test]
    fn names_are_the_same_for_the_same_step_and_differ_for_any_other() {
        let id = |seq| MessageId::new(PartitionKey::new(QueueId(7), PartitionId(0)), Seq(seq));
        let all = |names: Names| {
            let of = |seq| {
                let leases = [1, 2].map(LeaseEpoch);
                let waits = leases.map(|lease| names.wait(id(seq), lease));
                let works = leases.map(|lease| names.work(id(seq), lease));
                [names.publish(id(seq)), names.bury(id(seq))].into_iter().chain(waits).chain(works)
            };
            (1..=100).flat_map(of).collect::<BTreeSet<_>>()
        };
        assert_eq!(all(Names::new(1)), all(Names::new(1)));
        assert_eq!(all(Names::new(1)).union(&all(Names::new(2))).count(), 1200);
        assert_ne!(Names::new(1).trace(id(1)), Names::new(1).trace(id(2)));
    }
}
