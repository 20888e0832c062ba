//! Deliveries of a channel that wait for their acknowledgement, by delivery tag.
//!
//! Invariant: tags are given in order from 1 and never again on the channel, also to deliveries that need no acknowledgement.

use std::collections::VecDeque;
use vocab::LeaseToken;

/// One delivery in a consumer's hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// The lease behind it.
    pub(crate) token: LeaseToken,
    /// The number of the consumer on this channel that it went to; `None` for a `basic.get`.
    pub(crate) consumer: Option<u32>,
    /// When it was delivered, on the machine's monotonic clock, in milliseconds.
    pub(crate) since_ms: u64,
}

/// A tag that no delivery waits under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UnknownTag(pub(crate) u64);

/// The deliveries, oldest first.
#[derive(Debug)]
pub(crate) struct Unacked {
    /// The tag of the first place.
    first: u64,
    places: VecDeque<Option<Held>>,
    count: u32,
}

impl Unacked {
    /// None yet.
    pub(crate) fn new() -> Self {
        Self { first: 1, places: VecDeque::new(), count: 0 }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// The tag of another delivery that is to be acknowledged.
    pub(crate) fn hold(&mut self, held: Held) -> u64 {
        self.count += 1;
        self.places.push_back(Some(held));
        self.first + self.places.len() as u64 - 1
    }

    /// The tag of another delivery that nobody will acknowledge.
    pub(crate) fn pass(&mut self) -> u64 {
        self.places.push_back(None);
        let tag = self.first + self.places.len() as u64 - 1;
        self.forget_settled();
        tag
    }

    /// Takes the delivery under `tag`; with `multiple` all up to it, or just all for tag 0. In the order of delivery, with their tags.
    pub(crate) fn take(&mut self, tag: u64, multiple: bool) -> Result<Vec<(u64, Held)>, UnknownTag> {
        let end = self.first + self.places.len() as u64;
        if multiple && tag == 0 {
            return Ok(self.take_all());
        }
        if tag < self.first || tag >= end {
            return Err(UnknownTag(tag));
        }
        let index = usize::try_from(tag - self.first).expect("it is below the length of a list");
        let taken: Vec<_> = if multiple {
            let tags = self.first..;
            self.first = tag + 1;
            tags.zip(self.places.drain(..=index)).filter_map(|(tag, held)| Some((tag, held?))).collect()
        } else {
            vec![(tag, self.places[index].take().ok_or(UnknownTag(tag))?)]
        };
        self.count -= u32::try_from(taken.len()).expect("no more than are counted");
        self.forget_settled();
        Ok(taken)
    }

    /// Takes all of them, in the order of delivery, with their tags.
    pub(crate) fn take_all(&mut self) -> Vec<(u64, Held)> {
        let tags = self.first..;
        self.first += self.places.len() as u64;
        self.count = 0;
        tags.zip(self.places.drain(..)).filter_map(|(tag, held)| Some((tag, held?))).collect()
    }

    /// Puts deliveries back under the tags that they had.
    pub(crate) fn put_back(&mut self, taken: impl IntoIterator<Item = (u64, Held)>) {
        for (tag, held) in taken {
            while tag < self.first {
                self.places.push_front(None);
                self.first -= 1;
            }
            let index = usize::try_from(tag - self.first).expect("it was below the length of a list");
            self.places[index] = Some(held);
            self.count += 1;
        }
        self.forget_settled();
    }

    /// The one that has waited longest.
    pub(crate) fn oldest(&self) -> Option<&Held> {
        // The first place is never empty: `forget_settled`.
        self.places.front()?.as_ref()
    }

    fn forget_settled(&mut self) {
        while let Some(None) = self.places.front() {
            self.places.pop_front();
            self.first += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vocab::{LeaseEpoch, PartitionId, PartitionKey, QueueId, Seq, SubscriptionId};

    fn held(seq: u64) -> Held {
        let key = PartitionKey::new(QueueId(1), PartitionId(0));
        let token = LeaseToken { key, subscription: SubscriptionId(0), seq: Seq(seq), epoch: LeaseEpoch(seq) };
        Held { token, consumer: None, since_ms: seq }
    }

    fn with(count: u64) -> Unacked {
        let mut unacked = Unacked::new();
        for seq in 1..=count {
            assert_eq!(unacked.hold(held(seq)), seq);
        }
        unacked
    }

    fn check_taken(unacked: &mut Unacked, tag: u64, multiple: bool, expected: Result<&[u64], UnknownTag>) {
        let taken = unacked.take(tag, multiple);
        let seqs = taken.as_ref().map(|taken| taken.iter().map(|(_, held)| held.token.seq.0).collect::<Vec<_>>());
        assert_eq!(seqs.map_err(|error| *error), expected.map(<[u64]>::to_vec), "tag {tag}, multiple {multiple}");
    }

    #[test]
    fn each_tag_is_taken_once() {
        let mut unacked = with(5);
        check_taken(&mut unacked, 2, false, Ok(&[2]));
        check_taken(&mut unacked, 2, false, Err(UnknownTag(2)));
        check_taken(&mut unacked, 3, true, Ok(&[1, 3]));
        check_taken(&mut unacked, 1, false, Err(UnknownTag(1)));
        check_taken(&mut unacked, 3, true, Err(UnknownTag(3)));
        assert_eq!((unacked.count(), unacked.oldest().map(|held| held.since_ms)), (2, Some(4)));
        check_taken(&mut unacked, 6, true, Err(UnknownTag(6)));
        check_taken(&mut unacked, 0, false, Err(UnknownTag(0)));
        check_taken(&mut unacked, 0, true, Ok(&[4, 5]));
        check_taken(&mut unacked, 0, true, Ok(&[]));
        assert_eq!((unacked.count(), unacked.oldest()), (0, None));
        assert_eq!(unacked.hold(held(6)), 6);
    }

    #[test]
    fn what_is_put_back_waits_under_its_old_tags() {
        let mut unacked = with(4);
        let (two, three) = (unacked.take(2, false).expect("it waits"), unacked.take(3, true).expect("they wait"));
        unacked.put_back(two);
        unacked.put_back(three);
        assert_eq!(unacked.count(), 4);
        check_taken(&mut unacked, 4, true, Ok(&[1, 2, 3, 4]));
    }

    #[test]
    fn deliveries_that_nobody_acknowledges_have_tags_and_take_no_memory() {
        let mut unacked = Unacked::new();
        assert_eq!((unacked.pass(), unacked.pass(), unacked.hold(held(3)), unacked.pass()), (1, 2, 3, 4));
        check_taken(&mut unacked, 2, false, Err(UnknownTag(2)));
        check_taken(&mut unacked, 4, true, Ok(&[3]));
        assert!(unacked.places.is_empty());
        assert_eq!(unacked.pass(), 5);
        assert!(unacked.places.is_empty());
    }
}
