//! The traced messages that are in a consumer's hands, or came back and wait again: what is needed to tell of their next step.
//!
//! What it is not: the leases themselves. Invariants: at most [`FOLLOWED_MAX`]; a message is forgotten with its end, whichever it is.

use super::sampling::Strand;
use engine::QueueInfo;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;
use vocab::{ConsumerId, DoorCode, MessageId, PartitionId, PartitionKey, QueueId, Seq, SpanId};

/// Messages that are followed at a time: some 20 MB of memory.
const FOLLOWED_MAX: usize = 65_536;

/// Messages by place.
#[derive(Debug, Default)]
pub(super) struct Following {
    messages: BTreeMap<MessageId, Followed>,
}

/// One of them.
#[derive(Clone, Debug)]
pub(super) struct Followed {
    pub(super) strand: Strand,
    pub(super) queue: Option<Arc<QueueInfo>>,
    pub(super) now: Now,
}

/// Where it is.
#[derive(Clone, Debug)]
pub(super) enum Now {
    /// A consumer has it.
    Held(Held),
    /// It came back.
    Back {
        /// Since when, wall time in microseconds.
        since_us: u64,
        /// The work before.
        work: SpanId,
    },
}

/// A lease.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    pub(super) since_us: u64,
    pub(super) work: SpanId,
    pub(super) wait: SpanId,
    pub(super) door: DoorCode,
    pub(super) consumer: ConsumerId,
    pub(super) deliveries: u32,
    pub(super) failures: u32,
}

impl Following {
    pub(super) fn len(&self) -> usize {
        self.messages.len()
    }

    /// Follows a message from here on; false where there is no room.
    pub(super) fn put(&mut self, at: MessageId, followed: Followed) -> bool {
        let has_room = self.messages.len() < FOLLOWED_MAX || self.messages.contains_key(&at);
        if has_room {
            self.messages.insert(at, followed);
        }
        has_room
    }

    pub(super) fn get_mut(&mut self, at: MessageId) -> Option<&mut Followed> {
        self.messages.get_mut(&at)
    }

    pub(super) fn take(&mut self, at: MessageId) -> Option<Followed> {
        self.messages.remove(&at)
    }

    /// Takes those of a partition whose seqs are in the range, however long that is.
    pub(super) fn take_range(&mut self, key: PartitionKey, seqs: &RangeInclusive<u64>) -> Vec<Followed> {
        let range = MessageId::new(key, Seq(*seqs.start()))..=MessageId::new(key, Seq(*seqs.end()));
        self.messages.extract_if(range, |_, _| true).map(|(_, followed)| followed).collect()
    }

    /// Forgets those of a queue that is gone.
    pub(super) fn forget_queue(&mut self, queue: QueueId) {
        let first = MessageId::new(PartitionKey::new(queue, PartitionId(0)), Seq(0));
        let last = MessageId::new(PartitionKey::new(queue, PartitionId(u16::MAX)), Seq(u64::MAX));
        self.messages.extract_if(first..=last, |_, _| true).for_each(drop);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vocab::TraceId;

    fn id(queue: u32, seq: u64) -> MessageId {
        MessageId::new(PartitionKey::new(QueueId(queue), PartitionId(0)), Seq(seq))
    }

    fn back(at: MessageId) -> Followed {
        let strand = Strand { trace: TraceId(1), sender: None, state: None, id: at };
        Followed { strand, queue: None, now: Now::Back { since_us: 1, work: SpanId(2) } }
    }

    #[test]
    fn a_range_takes_its_own_and_a_queue_goes_whole() {
        let mut following = Following::default();
        for (queue, seq) in [(1, 1), (1, 5), (1, 9), (2, 5), (2, 7)] {
            assert!(following.put(id(queue, seq), back(id(queue, seq))));
        }
        let taken = following.take_range(id(1, 0).key, &(2..=u64::MAX));
        assert_eq!(taken.iter().map(|followed| followed.strand.id).collect::<Vec<_>>(), [id(1, 5), id(1, 9)]);
        following.forget_queue(QueueId(2));
        assert_eq!(following.len(), 1);
        assert!(following.take(id(1, 1)).is_some());
    }

    #[test]
    fn there_is_room_for_so_many_and_always_for_one_that_is_followed() {
        let mut following = Following::default();
        for seq in 0..FOLLOWED_MAX as u64 {
            assert!(following.put(id(1, seq), back(id(1, seq))));
        }
        assert!(!following.put(id(2, 1), back(id(2, 1))));
        assert!(following.put(id(1, 3), back(id(1, 3))));
        assert_eq!(following.len(), FOLLOWED_MAX);
    }
}
