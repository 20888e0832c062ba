//! Entries to bytes, drawn in [`crate::entry`]. The side that the shard pays for: no allocation beside the buffer it appends to.

use crate::entry::{Ending, EnteredConsumer, Lack, Passage, Remover, Span, TEXT_BYTES_MAX, kind};
use crate::numbers::{put_step, put_text, put_varint};
use std::ops::RangeInclusive;
use vocab::{BootEpoch, ConsumerId, DoorCode, LeaseEpoch, MessageId, PartitionKey, Seq};

/// Most spans of one entry; more become several entries, so that none grows without bound.
const SPANS_PER_ENTRY: usize = 1024;

/// What the next entry may go on from.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Newest {
    pub(crate) at_ms: u64,
    pub(crate) key: PartitionKey,
    pub(crate) seq: u64,
    pub(crate) epoch: u64,
}

/// Appends entries to a buffer; knows what the newest one was.
#[derive(Debug, Default)]
pub(crate) struct Encoder {
    newest: Option<Newest>,
    /// Entries since the encoder was made.
    pub(crate) entries: u64,
}

impl Encoder {
    /// The next entry will go on from nothing: what is written from there on can be read alone.
    pub(crate) fn cut(&mut self) {
        self.newest = None;
    }

    pub(crate) fn published(&mut self, out: &mut Vec<u8>, at_ms: u64, key: PartitionKey, span: Span, door: DoorCode) {
        self.head(out, kind::PUBLISHED, at_ms, key);
        self.span(out, span);
        out.push(door.0);
    }

    pub(crate) fn delivered(
        &mut self,
        out: &mut Vec<u8>,
        at_ms: u64,
        key: PartitionKey,
        spans: impl Iterator<Item = RangeInclusive<u64>>,
        first_epoch: LeaseEpoch,
        consumer: ConsumerId,
    ) {
        let mut epoch = first_epoch;
        self.in_entries(out, spans, |encoder, out, part| {
            encoder.head(out, kind::DELIVERED, at_ms, key);
            let count = encoder.spans(out, part);
            let newest = encoder.newest_mut();
            put_step(out, newest.epoch, epoch.0);
            epoch = LeaseEpoch(epoch.0.wrapping_add(count));
            newest.epoch = epoch.0;
            put_varint(out, u64::from(consumer.0));
        });
    }

    pub(crate) fn ended(
        &mut self,
        out: &mut Vec<u8>,
        at_ms: u64,
        key: PartitionKey,
        how: Ending,
        spans: impl Iterator<Item = RangeInclusive<u64>>,
        words: &str,
    ) {
        let (kind, why) = ending_code(how);
        self.in_entries(out, spans, |encoder, out, part| {
            encoder.head(out, kind, at_ms, key);
            encoder.spans(out, part);
            match how {
                Ending::Removed(_) | Ending::Dropped(_) => out.push(why),
                Ending::Failed | Ending::Rejected => put_text(out, cut_text(words)),
                Ending::Acked | Ending::Released | Ending::LeaseExpired | Ending::Expired => {}
            }
        });
    }

    pub(crate) fn became(
        &mut self,
        out: &mut Vec<u8>,
        at_ms: u64,
        key: PartitionKey,
        how: Passage,
        span: Span,
        to: MessageId,
    ) {
        let kind = match how {
            Passage::Buried(_) => kind::BURIED,
            Passage::Redriven => kind::REDRIVEN,
        };
        self.head(out, kind, at_ms, key);
        self.span(out, span);
        put_key(out, to.key);
        put_varint(out, to.seq.0);
        if let Passage::Buried(why) = how {
            out.push(why.code());
        }
    }

    pub(crate) fn queue_deleted(&mut self, out: &mut Vec<u8>, at_ms: u64, key: PartitionKey) {
        self.head(out, kind::QUEUE_DELETED, at_ms, key);
    }

    pub(crate) fn started(&mut self, out: &mut Vec<u8>, at_ms: u64, boot: BootEpoch, clean: bool) {
        self.head(out, kind::STARTED, at_ms, PartitionKey::default());
        put_varint(out, u64::from(boot.0));
        out.push(u8::from(clean));
    }

    pub(crate) fn door_entered(&mut self, out: &mut Vec<u8>, at_ms: u64, code: DoorCode, name: &str) {
        self.head(out, kind::DOOR_ENTERED, at_ms, PartitionKey::default());
        out.push(code.0);
        put_text(out, cut_text(name));
    }

    pub(crate) fn consumer_entered(&mut self, out: &mut Vec<u8>, at_ms: u64, consumer: EnteredConsumer<'_>) {
        self.head(out, kind::CONSUMER_ENTERED, at_ms, PartitionKey::default());
        put_varint(out, u64::from(consumer.id.0));
        out.push(consumer.door.0);
        for text in [consumer.name, consumer.peer, consumer.user] {
            put_text(out, cut_text(text));
        }
    }

    pub(crate) fn consumer_left(&mut self, out: &mut Vec<u8>, at_ms: u64, id: ConsumerId) {
        self.head(out, kind::CONSUMER_LEFT, at_ms, PartitionKey::default());
        put_varint(out, u64::from(id.0));
    }

    fn head(&mut self, out: &mut Vec<u8>, kind: u8, at_ms: u64, key: PartitionKey) {
        self.entries += 1;
        let Some(newest) = &mut self.newest else {
            out.push(kind);
            put_varint(out, at_ms);
            put_key(out, key);
            self.newest = Some(Newest { at_ms, key, seq: 0, epoch: 0 });
            return;
        };
        let passed_ms = at_ms.saturating_sub(newest.at_ms);
        if newest.key == key {
            out.push(kind | kind::GOES_ON | kind::SAME_PARTITION);
            put_varint(out, passed_ms);
        } else {
            out.push(kind | kind::GOES_ON);
            put_varint(out, passed_ms);
            put_key(out, key);
            newest.key = key;
        }
        newest.at_ms += passed_ms;
    }

    fn span(&mut self, out: &mut Vec<u8>, (first, last): Span) {
        let newest = self.newest_mut();
        put_step(out, newest.seq, first);
        put_varint(out, last - first);
        newest.seq = last;
    }

    /// Writes spans; says how many seqs they hold.
    fn spans(&mut self, out: &mut Vec<u8>, spans: &mut dyn Iterator<Item = (RangeInclusive<u64>, bool)>) -> u64 {
        let newest = self.newest_mut();
        let mut count = 0;
        for (span, another) in spans {
            let (first, last) = (*span.start(), *span.end());
            put_step(out, newest.seq, first);
            put_varint(out, ((last - first) << 1) | u64::from(another));
            newest.seq = last;
            count += last - first + 1;
        }
        count
    }

    /// Has entries written of at most [`SPANS_PER_ENTRY`] spans each; none where there is no span.
    fn in_entries(
        &mut self,
        out: &mut Vec<u8>,
        spans: impl Iterator<Item = RangeInclusive<u64>>,
        mut write: impl FnMut(&mut Self, &mut Vec<u8>, &mut dyn Iterator<Item = (RangeInclusive<u64>, bool)>),
    ) {
        let mut spans = spans.peekable();
        while spans.peek().is_some() {
            let mut left = SPANS_PER_ENTRY;
            let mut part = std::iter::from_fn(|| {
                left = left.checked_sub(1)?;
                let span = spans.next()?;
                Some((span, left > 0 && spans.peek().is_some()))
            });
            write(self, out, &mut part);
        }
    }

    fn newest_mut(&mut self) -> &mut Newest {
        self.newest.as_mut().expect("an entry's head comes before its fields")
    }
}

fn put_key(out: &mut Vec<u8>, key: PartitionKey) {
    put_varint(out, u64::from(key.queue.0));
    put_varint(out, u64::from(key.partition.0));
}

/// The kind of an ending, and what it says beyond that.
fn ending_code(how: Ending) -> (u8, u8) {
    match how {
        Ending::Acked => (kind::ACKED, 0),
        Ending::Released => (kind::RELEASED, 0),
        Ending::LeaseExpired => (kind::LEASE_EXPIRED, 0),
        Ending::Expired => (kind::EXPIRED, 0),
        Ending::Failed => (kind::FAILED, 0),
        Ending::Rejected => (kind::REJECTED, 0),
        Ending::Removed(Remover::Purge) => (kind::REMOVED, 1),
        Ending::Removed(Remover::Operator) => (kind::REMOVED, 2),
        Ending::Dropped(Lack::QueueTooLong) => (kind::DROPPED, 1),
        Ending::Dropped(Lack::NoDeadLetterQueue) => (kind::DROPPED, 2),
    }
}

/// As much of a text as an entry keeps, whole characters.
fn cut_text(text: &str) -> &str {
    &text[..text.floor_char_boundary(TEXT_BYTES_MAX)]
}

/// A span of `count` messages from `first` on.
pub(crate) fn span_of(first: Seq, count: u64) -> Span {
    (first.0, first.0 + (count - 1))
}
