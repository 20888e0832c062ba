//! The pieces that several records share; drawn in [`crate::record`].

use crate::core::event::{LeaseEnd, Record};
use crate::core::seqs::SeqRanges;
use journal::wire::{Malformed, Reader, Write};
use vocab::{LeaseEpoch, PartitionKey, QueueId, Seq, SessionId};

const REJECTED: u8 = 1;
const REASON: u8 = 2;

pub(crate) fn put_key(out: &mut Vec<u8>, key: PartitionKey) {
    out.put_varint(u64::from(key.queue.0));
    out.put_varint(u64::from(key.partition.0));
}

pub(crate) fn take_key(reader: &mut Reader<'_>) -> Result<PartitionKey, Malformed> {
    let queue = QueueId(reader.number("queue id")?);
    Ok(PartitionKey::new(queue, vocab::PartitionId(reader.number("partition id")?)))
}

pub(crate) fn put_ranges(out: &mut Vec<u8>, seqs: &SeqRanges) {
    out.put_varint(seqs.ranges().count() as u64);
    let mut end = 0_u64;
    for range in seqs.ranges() {
        out.put_varint(range.start().wrapping_sub(end));
        out.put_varint(range.end() - range.start());
        end = *range.end();
    }
}

pub(crate) fn take_ranges(reader: &mut Reader<'_>) -> Result<SeqRanges, Malformed> {
    let count: usize = reader.number("count of ranges")?;
    let mut ranges = SeqRanges::default();
    let mut end = 0_u64;
    for _ in 0..count {
        let first = end.wrapping_add(reader.varint("first seq of a range")?);
        let offset = reader.offset();
        let length = reader.varint("length of a range")?;
        end = first.checked_add(length).ok_or(Malformed { offset, expected: "a range below 2^64" })?;
        ranges.push_span(Seq(first), Seq(end));
    }
    Ok(ranges)
}

pub(crate) fn put_end(out: &mut Vec<u8>, end: LeaseEnd) {
    match end {
        LeaseEnd::Deadline(ms) => {
            out.put_u8(0);
            out.put_varint(ms);
        }
        LeaseEnd::Session(session) => {
            out.put_u8(1);
            out.put_varint(session.0);
        }
        LeaseEnd::Claim => out.put_u8(2),
    }
}

pub(crate) fn take_end(reader: &mut Reader<'_>) -> Result<LeaseEnd, Malformed> {
    let offset = reader.offset();
    match reader.u8("end of a lease")? {
        0 => Ok(LeaseEnd::Deadline(reader.varint("deadline")?)),
        1 => Ok(LeaseEnd::Session(SessionId(reader.varint("session")?))),
        2 => Ok(LeaseEnd::Claim),
        _ => Err(Malformed { offset, expected: "end of a lease, 0 to 2" }),
    }
}

pub(crate) fn put_record(out: &mut Vec<u8>, record: &Record) {
    out.put_varint(u64::from(record.deliveries));
    out.put_varint(u64::from(record.failures));
    out.put_varint(record.first_delivered_ms);
    out.put_varint(record.epoch.0);
    let rejected = if record.rejected { REJECTED } else { 0 };
    out.put_u8(rejected | if record.reason.is_some() { REASON } else { 0 });
    if let Some(reason) = &record.reason {
        out.put_bytes(reason.as_bytes());
    }
}

pub(crate) fn take_record(reader: &mut Reader<'_>) -> Result<Record, Malformed> {
    let deliveries = reader.number("deliveries")?;
    let failures = reader.number("failures")?;
    let first_delivered_ms = reader.varint("time of first delivery")?;
    let epoch = LeaseEpoch(reader.varint("lease epoch")?);
    let flags = reader.u8("flags of a record")?;
    let reason = if flags & REASON != 0 { Some(reader.text("reason")?.into()) } else { None };
    Ok(Record { deliveries, failures, first_delivered_ms, epoch, reason, rejected: flags & REJECTED != 0 })
}
