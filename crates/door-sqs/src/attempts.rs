//! Receives of FIFO queues that can be repeated: a client that lost the answer asks again with the same
//! `ReceiveRequestAttemptId` and is given the same messages under the same handles, with their timeout started anew.
//!
//! What it is not: stored. An attempt is forgotten after five minutes, after a restart, and when there are too many; its
//! repeat is then an ordinary receive, and the messages come back when their timeout ends, as they would on AWS.
//! Invariant: attempts and the messages that they keep in memory are bounded.

use crate::limits::{ATTEMPT_BYTES_MAX, ATTEMPT_WINDOW_MS, ATTEMPTS_MAX};
use broker::Delivery;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use vocab::QueueId;

/// A queue and the id that its client chose.
type Name = (QueueId, String);

/// The attempts of all queues.
#[derive(Debug, Default)]
pub(crate) struct Attempts(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    by_name: HashMap<Name, Attempt>,
    /// Oldest first. An attempt that was made anew is in it twice; only its newer place counts.
    order: VecDeque<(Name, u64)>,
    bytes: usize,
    /// The number of the newest place.
    places: u64,
}

#[derive(Debug)]
struct Attempt {
    deliveries: Arc<[Delivery]>,
    at_ms: u64,
    place: u64,
}

impl Attempts {
    /// What the attempt of this name was answered, if that may be answered again at `now_ms`.
    pub(crate) fn answered(&self, queue: QueueId, id: &str, now_ms: u64) -> Option<Arc<[Delivery]>> {
        let kept = self.lock();
        let attempt = kept.by_name.get(&(queue, id.to_owned()))?;
        (now_ms < attempt.at_ms + ATTEMPT_WINDOW_MS).then(|| Arc::clone(&attempt.deliveries))
    }

    /// Keeps the answer of an attempt; an empty one need not be kept.
    pub(crate) fn keep(&self, queue: QueueId, id: &str, deliveries: &[Delivery], now_ms: u64) {
        if deliveries.is_empty() {
            return;
        }
        let mut kept = self.lock();
        let name = (queue, id.to_owned());
        kept.forget(&name);
        kept.places += 1;
        let place = kept.places;
        kept.bytes += bytes(deliveries);
        kept.order.push_back((name.clone(), place));
        kept.by_name.insert(name, Attempt { deliveries: deliveries.into(), at_ms: now_ms, place });
        kept.shrink(now_ms);
    }

    /// Forgets an attempt whose messages were settled.
    pub(crate) fn forget(&self, queue: QueueId, id: &str) {
        self.lock().forget(&(queue, id.to_owned()));
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        // Nothing here panics half-way through a change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn forget(&mut self, name: &Name) {
        if let Some(attempt) = self.by_name.remove(name) {
            self.bytes -= bytes(&attempt.deliveries);
        }
    }

    /// Lets go of what is over its window or too much.
    fn shrink(&mut self, now_ms: u64) {
        while let Some((name, place)) = self.order.front() {
            let attempt = self.by_name.get(name).filter(|attempt| attempt.place == *place);
            let over = |attempt: &Attempt| attempt.at_ms + ATTEMPT_WINDOW_MS <= now_ms;
            let full = self.by_name.len() > ATTEMPTS_MAX || self.bytes > ATTEMPT_BYTES_MAX;
            if attempt.is_some_and(|attempt| !full && !over(attempt)) {
                return;
            }
            let (known, name) = (attempt.is_some(), name.clone());
            self.order.pop_front();
            if known {
                self.forget(&name);
            }
        }
    }
}

fn bytes(deliveries: &[Delivery]) -> usize {
    deliveries.iter().map(|delivery| delivery.message.weight()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use broker::Leased;
    use vocab::{LeaseEpoch, LeaseToken, Message, MessageId, PartitionId, PartitionKey, Seq, SubscriptionId};

    const QUEUE: QueueId = QueueId(1);

    fn delivery(seq: u64, bytes: usize) -> Delivery {
        let key = PartitionKey::new(QUEUE, PartitionId(0));
        let token = LeaseToken { key, subscription: SubscriptionId(0), seq: Seq(seq), epoch: LeaseEpoch(1) };
        let lease =
            Leased { token, deliveries: 1, failures: 0, first_delivered_ms: 0, deadline_ms: None, ready_left: 0 };
        let message = Arc::new(Message::with_body(vec![0; bytes]));
        Delivery { id: MessageId::new(key, Seq(seq)), lease, message }
    }

    #[test]
    fn an_answer_is_given_again_within_the_window_and_not_after() {
        let attempts = Attempts::default();
        attempts.keep(QUEUE, "a", &[delivery(1, 10)], 1_000);
        let seqs = |now_ms| Some(attempts.answered(QUEUE, "a", now_ms)?[0].lease.token.seq.0);
        assert_eq!((seqs(1_000), seqs(300_999), seqs(301_000)), (Some(1), Some(1), None));
        assert!(attempts.answered(QueueId(2), "a", 1_000).is_none(), "another queue's attempt");
        attempts.forget(QUEUE, "a");
        assert_eq!(seqs(1_000), None);
    }

    #[test]
    fn attempts_and_their_bytes_are_bounded() {
        let attempts = Attempts::default();
        for number in 0..2 * ATTEMPTS_MAX {
            attempts.keep(QUEUE, &number.to_string(), &[delivery(1, 10)], 1_000);
        }
        assert!(attempts.answered(QUEUE, "0", 1_000).is_none());
        assert_eq!(attempts.lock().by_name.len(), ATTEMPTS_MAX);
        for number in 0..40 {
            attempts.keep(QUEUE, &format!("large {number}"), &[delivery(1, 1024 * 1024)], 1_000);
        }
        let kept = attempts.lock();
        assert!(kept.bytes <= ATTEMPT_BYTES_MAX && kept.order.len() == kept.by_name.len(), "{}", kept.bytes);
    }

    #[test]
    fn an_attempt_made_anew_is_kept_once() {
        let attempts = Attempts::default();
        for seq in 1..=3 {
            attempts.keep(QUEUE, "a", &[delivery(seq, 10)], seq * 1_000);
        }
        assert_eq!(attempts.answered(QUEUE, "a", 3_000).expect("kept")[0].lease.token.seq, Seq(3));
        attempts.keep(QUEUE, "b", &[delivery(9, 10)], 301_000);
        let kept = attempts.lock();
        assert_eq!((kept.by_name.len(), kept.order.len()), (2, 2), "the places of older answers are gone");
    }
}
