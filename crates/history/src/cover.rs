//! Which messages a stretch of history is about: a small set of partitions, each with its least and greatest seq.
//!
//! Invariant: a cover never denies a message that it was told of. What does not fit makes it wide: it denies nothing any more.

use crate::entry::{Dated, Entry, Span};
use crate::numbers::{Malformed, Reader, put_varint};
use std::collections::BTreeMap;
use vocab::{MessageId, PartitionId, PartitionKey, QueueId};

/// A set of messages, rounded up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cover {
    spans: BTreeMap<PartitionKey, Span>,
    wide: bool,
}

impl Cover {
    /// Takes in what an entry is about; keeps at most `partitions_max` apart.
    pub(crate) fn note(&mut self, dated: &Dated<'_>, partitions_max: usize) {
        let key = dated.key;
        match &dated.entry {
            Entry::Published { span, .. } => self.add(key, *span, partitions_max),
            Entry::Delivered { spans, .. } | Entry::Ended { spans, .. } => {
                for span in spans.iter() {
                    self.add(key, span, partitions_max);
                }
            }
            Entry::Became { span, to, .. } => {
                self.add(key, *span, partitions_max);
                self.add(to.key, (to.seq.0, to.seq.0 + (span.1 - span.0)), partitions_max);
            }
            Entry::QueueDeleted => self.add(key, (0, u64::MAX), partitions_max),
            Entry::Started { .. }
            | Entry::DoorEntered { .. }
            | Entry::ConsumerEntered(_)
            | Entry::ConsumerLeft { .. } => {}
        }
    }

    /// Takes in all of another cover.
    pub(crate) fn merge(&mut self, other: &Self, partitions_max: usize) {
        self.wide |= other.wide;
        for (key, span) in &other.spans {
            self.add(*key, *span, partitions_max);
        }
    }

    /// Whether anything may be known here of a message.
    pub(crate) fn may_hold(&self, id: MessageId) -> bool {
        self.wide || self.spans.get(&id.key).is_some_and(|(first, last)| (*first..=*last).contains(&id.seq.0))
    }

    pub(crate) fn is_wide(&self) -> bool {
        self.wide
    }

    pub(crate) fn len(&self) -> usize {
        self.spans.len()
    }

    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        for (key, (first, last)) in &self.spans {
            for number in [u64::from(key.queue.0), u64::from(key.partition.0), *first, last - first] {
                put_varint(out, number);
            }
        }
    }

    pub(crate) fn decode(bytes: &[u8], count: u16, wide: bool) -> Result<Self, Malformed> {
        let (mut reader, mut spans) = (Reader::new(bytes), BTreeMap::new());
        for _ in 0..count {
            let key = PartitionKey::new(QueueId(reader.small()?), PartitionId(reader.small()?));
            let first = reader.varint()?;
            spans.insert(key, (first, first.checked_add(reader.varint()?).ok_or(Malformed)?));
        }
        Ok(Self { spans, wide })
    }

    fn add(&mut self, key: PartitionKey, (first, last): Span, partitions_max: usize) {
        if let Some((least, greatest)) = self.spans.get_mut(&key) {
            *least = first.min(*least);
            *greatest = last.max(*greatest);
        } else if self.spans.len() < partitions_max {
            self.spans.insert(key, (first, last));
        } else {
            self.wide = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use vocab::{DoorCode, Seq};

    fn id(queue: u32, seq: u64) -> MessageId {
        MessageId::new(PartitionKey::new(QueueId(queue), PartitionId(0)), Seq(seq))
    }

    proptest! {
        #[test]
        fn what_was_noted_is_never_denied(noted in proptest::collection::vec((1_u32..6, 1_u64..100, 0_u64..9), 0..30)) {
            let mut cover = Cover::default();
            for (queue, first, more) in &noted {
                let entry = Entry::Published { span: (*first, first + more), door: DoorCode(0) };
                cover.note(&Dated { at_ms: 1, key: id(*queue, 1).key, entry }, 3);
            }
            let mut bytes = Vec::new();
            cover.encode(&mut bytes);
            let count = u16::try_from(cover.len()).unwrap();
            prop_assert_eq!(Cover::decode(&bytes, count, cover.is_wide()), Ok(cover.clone()));
            for (queue, first, more) in noted {
                prop_assert!(cover.may_hold(id(queue, first)) && cover.may_hold(id(queue, first + more)));
            }
        }
    }

    #[test]
    fn what_was_not_noted_is_denied_until_it_is_wide() {
        let mut cover = Cover::default();
        cover.add(id(1, 0).key, (5, 9), 2);
        assert!(!cover.may_hold(id(1, 4)) && !cover.may_hold(id(1, 10)) && !cover.may_hold(id(2, 5)));
        cover.add(id(2, 0).key, (1, 1), 2);
        assert!(!cover.is_wide());
        cover.add(id(3, 0).key, (1, 1), 2);
        assert!(cover.is_wide() && cover.may_hold(id(9, 9)));
    }
}
