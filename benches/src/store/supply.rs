//! What is still to be done of an order, shared by the tasks that do it: a count, and messages made as they are asked for.
//!
//! Invariants: no more is handed out than was ordered; making a message copies no body.

use super::order::Publish;
use bytes::Bytes;
use longshore::vocab::{Facts, Message, QueueId};
use rand::Rng;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bodies are cut from so many bytes of noise, which nothing can make smaller.
const NOISE_BYTES: usize = 256 * 1024;

/// Bodies start at multiples of this, modulo what fits: a prime, so that they rarely repeat.
const STRIDE: u64 = 7919;

/// What bodies are cut from.
#[derive(Clone)]
pub struct Noise(Bytes);

impl Noise {
    /// Rolled once; clones share it.
    pub fn new(dice: &mut impl Rng) -> Self {
        let mut noise = vec![0; NOISE_BYTES];
        dice.fill_bytes(&mut noise);
        Self(noise.into())
    }

    fn body(&self, number: u64, bytes: usize) -> Bytes {
        let at = (number * STRIDE) as usize % (self.0.len() - bytes);
        self.0.slice(at..at + bytes)
    }
}

/// Messages that are still to be published, and where to.
pub struct Supply {
    queues: Vec<QueueId>,
    noise: Noise,
    bytes: usize,
    batch: u64,
    laned: bool,
    left: Left,
    batches: AtomicU64,
}

impl Supply {
    /// All that is ordered, for these queues in turn.
    pub fn new(publish: &Publish, queues: Vec<QueueId>, noise: Noise) -> Self {
        Self {
            queues,
            noise,
            bytes: publish.bytes,
            batch: publish.batch as u64,
            laned: publish.laned,
            left: Left::new(publish.messages),
            batches: AtomicU64::new(0),
        }
    }

    /// The next batch and its queue; `None` when nothing is left.
    pub fn next(&self) -> Option<(QueueId, Vec<Message>)> {
        let count = self.left.take(self.batch)?;
        let batch = self.batches.fetch_add(1, Ordering::Relaxed);
        let queue = self.queues[batch as usize % self.queues.len()];
        let first = batch * self.batch;
        let message = |number: u64| {
            let name = self.laned.then(|| format!("order-{number:012}"));
            let facts = Facts { lane: name.clone(), dedup: name, ..Facts::default() };
            Message { facts, ..Message::with_body(self.noise.body(number, self.bytes)) }
        };
        Some((queue, (first..first + count).map(message).collect()))
    }
}

/// How many are left to do.
pub struct Left(AtomicU64);

impl Left {
    /// So many.
    pub fn new(count: u64) -> Self {
        Self(AtomicU64::new(count))
    }

    /// Takes up to `most` off; `None` when nothing is left.
    pub fn take(&self, most: u64) -> Option<u64> {
        let before = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| Some(left.saturating_sub(most)));
        let taken = before.unwrap_or_else(|left| left).min(most);
        (taken > 0).then_some(taken)
    }

    /// Says that so many of what was taken were not done.
    pub fn give_back(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn what_is_given_back_can_be_taken_again() {
        let left = Left::new(10);
        assert_eq!((left.take(7), left.take(7), left.take(7)), (Some(7), Some(3), None));
        left.give_back(2);
        assert_eq!((left.take(7), left.take(7)), (Some(2), None));
    }

    #[test]
    fn queues_take_turns_until_all_messages_are_out() {
        let publish = Publish { queues: 0..2, messages: 25, bytes: 50, batch: 10, laned: false };
        let noise = Noise::new(&mut ChaCha8Rng::seed_from_u64(1));
        let supply = Supply::new(&publish, vec![QueueId(1), QueueId(2)], noise);
        let batches = std::iter::from_fn(|| supply.next()).collect::<Vec<_>>();
        let counts = batches.iter().map(|(queue, messages)| (queue.0, messages.len())).collect::<Vec<_>>();
        assert_eq!(counts, [(1, 10), (2, 10), (1, 5)]);
        assert!(batches.iter().flat_map(|(_, messages)| messages).all(|message| message.body.len() == 50));
    }
}
