//! Identities: what names a thing for ever, as small numbers.
//!
//! Invariants: a queue id is never reused, not even after its queue is deleted, nor is a router's; a [`Seq`] is given
//! once per partition at apply and never again, so (queue, partition, seq) names one message for ever.

use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub $inner);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    };
}

id!(
    /// One incarnation of a queue. A queue deleted and made again under its old name has a new id.
    QueueId(u32)
);
id!(
    /// A queue's independent log; most queues have just number 0.
    PartitionId(u16)
);
id!(
    /// One reader's progress over a queue; a work queue has just number 0.
    SubscriptionId(u16)
);
id!(
    /// One incarnation of a router. A router deleted and made again under its old name has a new id.
    RouterId(u32)
);
id!(
    /// One thread of execution over the state of some partitions.
    ShardId(u16)
);
id!(
    /// A message's place in its partition, from 1, strictly increasing, with gaps, never reused.
    Seq(u64)
);
id!(
    /// The connection or channel that holds session leases.
    SessionId(u64)
);
id!(
    /// One consumer of this process, from 1; 0 where it is not known who. No restart remembers it.
    ConsumerId(u32)
);
id!(
    /// How often this store has been opened; durable before anything else is written.
    BootEpoch(u32)
);
id!(
    /// Grows with every lease of a subscription, across restarts: boot epoch in the upper 24 bits,
    /// a counter in the lower 40. A greater epoch is a later lease.
    LeaseEpoch(u64)
);
id!(
    /// Number of a commit in the journal, from 1, without gaps. Position 0 is durable from the start.
    Position(u64)
);

id!(
    /// A door of this process, from 1; 0 where it is not known which, or where the broker itself acts.
    DoorCode(u8)
);

impl ConsumerId {
    /// It is not known who.
    pub const UNKNOWN: Self = Self(0);
}

impl Seq {
    /// The seq after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl Position {
    /// Before every commit; what depends on nothing depends on this.
    pub const ZERO: Self = Self(0);

    /// The commit after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

const LEASE_COUNTER_BITS: u32 = 40;

impl LeaseEpoch {
    /// The first epoch a subscription may give out after the boot `boot`.
    #[must_use]
    pub fn first_of(boot: BootEpoch) -> Self {
        Self(u64::from(boot.0) << LEASE_COUNTER_BITS)
    }

    /// The boot that gave this epoch out.
    #[must_use]
    pub fn boot(self) -> BootEpoch {
        BootEpoch((self.0 >> LEASE_COUNTER_BITS) as u32)
    }

    /// The epoch after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// Which log a seq belongs to: the address of a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PartitionKey {
    /// The queue's incarnation.
    pub queue: QueueId,
    /// The log within it.
    pub partition: PartitionId,
}

impl PartitionKey {
    /// The address of `partition` of `queue`.
    #[must_use]
    pub fn new(queue: QueueId, partition: PartitionId) -> Self {
        Self { queue, partition }
    }

    /// The shard that owns this partition. This is the only place that knows how partitions map to
    /// shards; with one shard the answer is always 0.
    #[must_use]
    pub fn shard(self, shards: u16) -> ShardId {
        let mixed = u64::from(self.queue.0).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ u64::from(self.partition.0);
        #[expect(clippy::cast_possible_truncation, reason = "a remainder of a u16")]
        ShardId((mixed % u64::from(shards.max(1))) as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_epoch_of_a_later_boot_is_greater_than_any_of_an_earlier_one() {
        let late_in_boot_one = LeaseEpoch(LeaseEpoch::first_of(BootEpoch(1)).0 + (1 << 39));
        assert!(LeaseEpoch::first_of(BootEpoch(2)) > late_in_boot_one);
        assert_eq!(late_in_boot_one.boot(), BootEpoch(1));
    }
}
