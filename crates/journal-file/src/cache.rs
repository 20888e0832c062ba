//! Messages in memory: pinned until durable, then kept as long as a cap allows, the oldest going first.
//!
//! What it is not: where a message lies on disk (the index) and whether it lives (whoever forgets it).
//! Invariants: the cap bounds what is durable and kept, pinned messages come on top; per partition, messages are kept in
//! the order they were pinned, which is also the order they become durable and go; a message is found under its seq from
//! pinning to forgetting or going.

use journal::commit::MessageRun;
use std::collections::{BTreeMap, VecDeque};
use std::ops::RangeInclusive;
use std::sync::Arc;
use vocab::{Message, PartitionKey, Seq};

/// Places of forgotten messages that are not worth closing up.
const FORGOTTEN_MIN: usize = 1024;

/// Messages in memory.
#[derive(Debug)]
pub(crate) struct Cache {
    bytes_max: usize,
    /// Of durable messages that are kept.
    bytes: usize,
    /// Durable messages that are kept.
    kept: usize,
    /// Durable messages, oldest first, with those forgotten since.
    order: VecDeque<PartitionKey>,
    partitions: BTreeMap<PartitionKey, Partition>,
}

#[derive(Debug, Default)]
struct Partition {
    /// Sorted by seq; `None` where it was forgotten. The first `durable` are in `order`.
    messages: VecDeque<(Seq, Option<Arc<Message>>)>,
    durable: usize,
    /// Messages here that are neither durable nor forgotten.
    pinned: u64,
}

impl Cache {
    pub(crate) fn new(bytes_max: usize) -> Self {
        Self { bytes_max, bytes: 0, kept: 0, order: VecDeque::new(), partitions: BTreeMap::new() }
    }

    /// Bytes of durable messages that are kept.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Takes messages that are not durable yet. Their seqs are greater than all before them in their partition.
    pub(crate) fn pin(&mut self, key: PartitionKey, first: Seq, messages: &[Arc<Message>]) {
        let partition = self.partitions.entry(key).or_default();
        for (seq, message) in (first.0..).zip(messages) {
            partition.messages.push_back((Seq(seq), Some(Arc::clone(message))));
        }
        partition.pinned += messages.len() as u64;
    }

    /// Messages with consecutive seqs became durable: they are no longer pinned, and the oldest make room for them. Tells
    /// `living` which of them, counted from the first, were not forgotten meanwhile.
    pub(crate) fn unpin(&mut self, run: &MessageRun, mut living: impl FnMut(u32)) {
        let partition = self.partitions.get_mut(&run.key).expect("what becomes durable was pinned");
        for number in 0..run.count {
            let (seq, message) = &partition.messages[partition.durable];
            assert_eq!(seq.0, run.first.0 + u64::from(number), "messages become durable in the order they were pinned");
            if let Some(message) = message {
                self.bytes += message.weight();
                self.kept += 1;
                partition.pinned -= 1;
                living(number);
            }
            partition.durable += 1;
            self.order.push_back(run.key);
        }
        self.shrink();
    }

    pub(crate) fn get(&self, key: PartitionKey, seq: Seq) -> Option<&Arc<Message>> {
        let partition = self.partitions.get(&key)?;
        let at = partition.find(seq).ok()?;
        partition.messages[at].1.as_ref()
    }

    /// How many messages of a partition are pinned.
    pub(crate) fn pinned(&self, key: PartitionKey) -> u64 {
        self.partitions.get(&key).map_or(0, |partition| partition.pinned)
    }

    pub(crate) fn forget(&mut self, key: PartitionKey, seqs: RangeInclusive<Seq>) {
        let Some(partition) = self.partitions.get_mut(&key) else { return };
        let start = partition.find(*seqs.start()).unwrap_or_else(|at| at);
        for at in start..partition.messages.len() {
            let (seq, message) = &mut partition.messages[at];
            if *seq > *seqs.end() {
                break;
            }
            match message.take() {
                Some(message) if at < partition.durable => {
                    self.bytes -= message.weight();
                    self.kept -= 1;
                }
                Some(_pinned) => partition.pinned -= 1,
                None => {}
            }
        }
        self.shrink();
    }

    /// Lets the oldest go while there is too much, be it bytes or places of the forgotten.
    fn shrink(&mut self) {
        while self.bytes > self.bytes_max || self.order.len() > 2 * self.kept + FORGOTTEN_MIN {
            let Some(key) = self.order.pop_front() else { return };
            let partition = self.partitions.get_mut(&key).expect("what is in order has a partition");
            let (_, message) = partition.messages.pop_front().expect("what is in order has a place");
            partition.durable -= 1;
            if let Some(message) = message {
                self.bytes -= message.weight();
                self.kept -= 1;
            }
            if partition.messages.is_empty() {
                self.partitions.remove(&key);
            }
        }
    }
}

impl Partition {
    fn find(&self, seq: Seq) -> Result<usize, usize> {
        let (Some((first, _)), Some((last, _))) = (self.messages.front(), self.messages.back()) else { return Err(0) };
        if seq < *first {
            return Err(0);
        }
        if seq > *last {
            return Err(self.messages.len());
        }
        let guess = usize::try_from(seq.0 - first.0).unwrap_or(usize::MAX).min(self.messages.len() - 1);
        if self.messages[guess].0 == seq {
            return Ok(guess);
        }
        self.messages.binary_search_by_key(&seq, |(seq, _)| *seq)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vocab::{PartitionId, QueueId};

    fn key(queue: u32) -> PartitionKey {
        PartitionKey::new(QueueId(queue), PartitionId(0))
    }

    fn message() -> Arc<Message> {
        Arc::new(Message::with_body(vec![0; 1000]))
    }

    fn unpin(cache: &mut Cache, queue: u32, first: u64, count: u32) -> Vec<u32> {
        let mut living = Vec::new();
        cache.unpin(&MessageRun { key: key(queue), first: Seq(first), count }, |number| living.push(number));
        living
    }

    fn put(cache: &mut Cache, queue: u32, seq: u64) {
        cache.pin(key(queue), Seq(seq), &[message()]);
        assert_eq!(unpin(cache, queue, seq, 1), [0]);
    }

    #[test]
    fn the_oldest_go_first_whatever_their_partition() {
        let mut cache = Cache::new(3 * message().weight());
        for (queue, seq) in [(1, 1), (2, 1), (1, 2), (2, 2), (2, 3)] {
            put(&mut cache, queue, seq);
        }
        let there =
            [(1, 1), (2, 1), (1, 2), (2, 2), (2, 3)].map(|(queue, seq)| cache.get(key(queue), Seq(seq)).is_some());
        assert_eq!(there, [false, false, true, true, true]);
        assert_eq!(cache.bytes(), 3 * message().weight());
    }

    #[test]
    fn pinned_messages_stay_whatever_the_cap() {
        let mut cache = Cache::new(0);
        cache.pin(key(1), Seq(1), &vec![message(); 10]);
        assert!((1..=10).all(|seq| cache.get(key(1), Seq(seq)).is_some()));
        assert_eq!((cache.pinned(key(1)), cache.bytes()), (10, 0));
        assert_eq!(unpin(&mut cache, 1, 1, 1), [0]);
        assert!(cache.get(key(1), Seq(1)).is_none());
        assert_eq!(cache.pinned(key(1)), 9);
    }

    #[test]
    fn a_message_forgotten_while_pinned_does_not_live_when_it_becomes_durable() {
        let mut cache = Cache::new(usize::MAX);
        cache.pin(key(1), Seq(1), &[message(), message()]);
        cache.forget(key(1), Seq(1)..=Seq(1));
        assert_eq!(cache.pinned(key(1)), 1);
        assert_eq!(unpin(&mut cache, 1, 1, 2), [1]);
    }

    #[test]
    fn a_queue_that_is_kept_up_with_leaves_nothing_behind_even_beside_an_old_message() {
        let mut cache = Cache::new(usize::MAX);
        put(&mut cache, 1, 1);
        for seq in 1..50_000 {
            put(&mut cache, 2, seq);
            cache.forget(key(2), Seq(seq)..=Seq(seq));
        }
        assert!(cache.order.len() <= FORGOTTEN_MIN + 2);
        assert!(cache.bytes() <= message().weight());
    }
}
