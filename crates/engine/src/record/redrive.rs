//! The records of redrives, both ways; drawn in [`crate::record`].

use crate::core::event::{Event, MovedEvent, RedriveStartedEvent};
use crate::core::redrive::{Outcome, RedriveId, RedriveTarget, Trouble};
use crate::record::kind;
use crate::record::parts::{put_key, put_ranges, take_key, take_ranges};
use journal::wire::{Malformed, Reader, Write};
use std::num::NonZeroU32;
use vocab::{QueueId, Seq};

pub(super) fn put_started(out: &mut Vec<u8>, event: &RedriveStartedEvent) -> (u8, QueueId) {
    put_id(out, event.id);
    out.put_varint(event.at_ms);
    out.put_varint(event.to_move);
    out.put_varint(event.end.0);
    put_target(out, event.per_second, event.target.as_ref());
    (kind::REDRIVE_STARTED, event.id.source)
}

pub(super) fn put_moved(out: &mut Vec<u8>, event: &MovedEvent) -> (u8, QueueId) {
    put_key(out, event.key);
    for number in [u64::from(event.number), event.position.0, event.next_ms, event.failed] {
        out.put_varint(number);
    }
    out.put_u8(event.trouble.map_or(0, Trouble::code));
    put_ranges(out, &event.seqs);
    (kind::MOVED, event.key.queue)
}

pub(super) fn put_ended(out: &mut Vec<u8>, id: RedriveId, outcome: Outcome, at_ms: u64) -> (u8, QueueId) {
    put_id(out, id);
    out.put_varint(at_ms);
    out.put_u8(outcome.code());
    (kind::REDRIVE_ENDED, id.source)
}

pub(super) fn take(kind: u8, reader: &mut Reader<'_>) -> Result<Event, Malformed> {
    match kind {
        kind::REDRIVE_STARTED => {
            let (id, at_ms) = (take_id(reader)?, reader.varint("time")?);
            let (to_move, end) = (reader.varint("count to move")?, Seq(reader.varint("end")?));
            let (per_second, target) = take_target(reader)?;
            Ok(Event::RedriveStarted(RedriveStartedEvent { id, target, per_second, to_move, end, at_ms }))
        }
        kind::MOVED => {
            let (key, number) = (take_key(reader)?, reader.number("redrive")?);
            let (position, next_ms) = (Seq(reader.varint("position")?), reader.varint("time")?);
            let (failed, trouble) = (reader.varint("failed")?, take_trouble(reader)?);
            let seqs = take_ranges(reader)?;
            Ok(Event::Moved(MovedEvent { key, number, seqs, position, next_ms, failed, trouble }))
        }
        _ => {
            let (id, at_ms, offset) = (take_id(reader)?, reader.varint("time")?, reader.offset());
            let outcome = take_outcome(reader)?.ok_or(Malformed { offset, expected: "an outcome" })?;
            Ok(Event::RedriveEnded { id, outcome, at_ms })
        }
    }
}

/// A rate and a target, 0 for none of each.
pub(crate) fn put_target(out: &mut Vec<u8>, per_second: Option<NonZeroU32>, target: Option<&RedriveTarget>) {
    out.put_varint(u64::from(per_second.map_or(0, NonZeroU32::get)));
    out.put_varint(target.map_or(0, |target| u64::from(target.queue.0)));
    if let Some(target) = target {
        out.put_bytes(target.name.as_bytes());
    }
}

/// Reads what [`put_target`] wrote.
pub(crate) fn take_target(reader: &mut Reader<'_>) -> Result<(Option<NonZeroU32>, Option<RedriveTarget>), Malformed> {
    let per_second = NonZeroU32::new(reader.number("rate")?);
    let target = match QueueId(reader.number("target queue")?) {
        QueueId(0) => None,
        queue => Some(RedriveTarget { queue, name: reader.text("target's name")?.to_owned() }),
    };
    Ok((per_second, target))
}

/// Reads why a message could not be moved; 0 for none.
pub(crate) fn take_trouble(reader: &mut Reader<'_>) -> Result<Option<Trouble>, Malformed> {
    let offset = reader.offset();
    match reader.u8("trouble")? {
        0 => Ok(None),
        code => Trouble::from_code(code).map(Some).ok_or(Malformed { offset, expected: "trouble, 0 to 4" }),
    }
}

/// Reads how a redrive ended; 0 for not yet.
pub(crate) fn take_outcome(reader: &mut Reader<'_>) -> Result<Option<Outcome>, Malformed> {
    let offset = reader.offset();
    match reader.u8("outcome")? {
        0 => Ok(None),
        code => Outcome::from_code(code).map(Some).ok_or(Malformed { offset, expected: "outcome, 0 to 3" }),
    }
}

fn put_id(out: &mut Vec<u8>, id: RedriveId) {
    out.put_varint(u64::from(id.source.0));
    out.put_varint(u64::from(id.number));
}

fn take_id(reader: &mut Reader<'_>) -> Result<RedriveId, Malformed> {
    Ok(RedriveId { source: QueueId(reader.number("queue id")?), number: reader.number("redrive")? })
}
