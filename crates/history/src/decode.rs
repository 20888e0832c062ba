//! Bytes to entries, drawn in [`crate::entry`].
//!
//! Invariants: whatever the input, nothing panics, and no more is allocated than the input's length allows.

use crate::encode::Newest;
use crate::entry::{Dated, Ending, EnteredConsumer, Entry, Lack, Passage, Remover, Span, Spans, kind};
use crate::numbers::{Malformed, Reader};
use vocab::{
    BootEpoch, ConsumerId, DeathReason, DoorCode, LeaseEpoch, MessageId, PartitionId, PartitionKey, QueueId, Seq,
};

/// The entries of a block, in order. The first one that is malformed is the last.
#[derive(Debug)]
pub(crate) struct Decoder<'a> {
    reader: Reader<'a>,
    newest: Option<Newest>,
}

impl<'a> Decoder<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { reader: Reader::new(bytes), newest: None }
    }

    fn read(&mut self) -> Result<Dated<'a>, Malformed> {
        let code = self.reader.byte()?;
        let mut newest = self.head(code)?;
        let entry = self.entry(code & kind::MASK, &mut newest)?;
        self.newest = Some(newest);
        Ok(Dated { at_ms: newest.at_ms, key: newest.key, entry })
    }

    fn head(&mut self, code: u8) -> Result<Newest, Malformed> {
        let time = self.reader.varint()?;
        if code & kind::GOES_ON == 0 {
            return Ok(Newest { at_ms: time, key: read_key(&mut self.reader)?, seq: 0, epoch: 0 });
        }
        let mut newest = self.newest.ok_or(Malformed)?;
        newest.at_ms = newest.at_ms.checked_add(time).ok_or(Malformed)?;
        if code & kind::SAME_PARTITION == 0 {
            newest.key = read_key(&mut self.reader)?;
        }
        Ok(newest)
    }

    fn entry(&mut self, code: u8, newest: &mut Newest) -> Result<Entry<'a>, Malformed> {
        let reader = &mut self.reader;
        let entry = match code {
            kind::PUBLISHED => Entry::Published { span: read_span(reader, newest)?, door: DoorCode(reader.byte()?) },
            kind::DELIVERED => {
                let (spans, count) = read_spans(reader, newest)?;
                let first_epoch = LeaseEpoch(reader.step(newest.epoch)?);
                newest.epoch = first_epoch.0.wrapping_add(count);
                Entry::Delivered { spans, first_epoch, consumer: ConsumerId(reader.small()?) }
            }
            kind::BURIED | kind::REDRIVEN => {
                let span = read_span(reader, newest)?;
                let to = MessageId::new(read_key(reader)?, Seq(reader.varint()?));
                to.seq.0.checked_add(span.1 - span.0).ok_or(Malformed)?;
                let how = match code {
                    kind::BURIED => Passage::Buried(DeathReason::from_code(reader.byte()?).ok_or(Malformed)?),
                    _ => Passage::Redriven,
                };
                Entry::Became { how, span, to }
            }
            kind::QUEUE_DELETED => Entry::QueueDeleted,
            kind::STARTED => Entry::Started { boot: BootEpoch(reader.small()?), clean: reader.byte()? != 0 },
            kind::DOOR_ENTERED => Entry::DoorEntered { code: DoorCode(reader.byte()?), name: reader.text()? },
            kind::CONSUMER_ENTERED => Entry::ConsumerEntered(EnteredConsumer {
                id: ConsumerId(reader.small()?),
                door: DoorCode(reader.byte()?),
                name: reader.text()?,
                peer: reader.text()?,
                user: reader.text()?,
            }),
            kind::CONSUMER_LEFT => Entry::ConsumerLeft { id: ConsumerId(reader.small()?) },
            ending => {
                let (spans, _count) = read_spans(reader, newest)?;
                let (how, words) = read_ending(ending, reader)?;
                Entry::Ended { how, spans, words }
            }
        };
        Ok(entry)
    }
}

impl<'a> Iterator for Decoder<'a> {
    type Item = Result<Dated<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.reader.is_empty() {
            return None;
        }
        let read = self.read();
        if read.is_err() {
            self.reader = Reader::new(&[]);
        }
        Some(read)
    }
}

fn read_ending<'a>(code: u8, reader: &mut Reader<'a>) -> Result<(Ending, &'a str), Malformed> {
    let how = match code {
        kind::ACKED => Ending::Acked,
        kind::RELEASED => Ending::Released,
        kind::LEASE_EXPIRED => Ending::LeaseExpired,
        kind::EXPIRED => Ending::Expired,
        kind::REMOVED => match reader.byte()? {
            1 => Ending::Removed(Remover::Purge),
            2 => Ending::Removed(Remover::Operator),
            _ => return Err(Malformed),
        },
        kind::DROPPED => match reader.byte()? {
            1 => Ending::Dropped(Lack::QueueTooLong),
            2 => Ending::Dropped(Lack::NoDeadLetterQueue),
            _ => return Err(Malformed),
        },
        kind::FAILED => return Ok((Ending::Failed, reader.text()?)),
        kind::REJECTED => return Ok((Ending::Rejected, reader.text()?)),
        _ => return Err(Malformed),
    };
    Ok((how, ""))
}

fn read_key(reader: &mut Reader<'_>) -> Result<PartitionKey, Malformed> {
    Ok(PartitionKey::new(QueueId(reader.small()?), PartitionId(reader.small()?)))
}

fn read_span(reader: &mut Reader<'_>, newest: &mut Newest) -> Result<Span, Malformed> {
    let first = reader.step(newest.seq)?;
    let last = first.checked_add(reader.varint()?).ok_or(Malformed)?;
    newest.seq = last;
    Ok((first, last))
}

/// Spans, and how many seqs they hold.
fn read_spans(reader: &mut Reader<'_>, newest: &mut Newest) -> Result<(Spans, u64), Malformed> {
    let mut read = || {
        let first = reader.step(newest.seq)?;
        let length = reader.varint()?;
        let last = first.checked_add(length >> 1).ok_or(Malformed)?;
        newest.seq = last;
        Ok(((first, last), length & 1 != 0))
    };
    let (first, mut another) = read()?;
    let mut count = (first.1 - first.0).wrapping_add(1);
    let mut more = Vec::new();
    while another {
        let (span, goes_on) = read()?;
        count = count.wrapping_add(span.1 - span.0).wrapping_add(1);
        more.push(span);
        another = goes_on;
    }
    Ok((Spans { first, more }, count))
}

#[cfg(test)]
mod tests;
