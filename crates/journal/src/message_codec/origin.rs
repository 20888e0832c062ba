//! Where a buried message came from, as the values of two fields.
//!
//! ```text
//!  origin   queue id u32 | partition u16 | seq u64 | queue name bytes | published u64 | buried u64
//!           | deliveries varint | failures varint | reason u8 | text presence u8 | text bytes
//!  reason   0 too many deliveries, 1 too many failures, 2 rejected, 3 expired, 4 queue too long
//!
//!  deaths   count varint | count × death, newest first
//!  death    queue name bytes | reason u8 | flags u8 | count varint | first u64 | route if flagged
//!  reason   1 rejected, 2 expired, 3 queue too long, 4 limit
//!  flags    1 the first of all, 2 has a route
//!  route    router name bytes | count varint | count × key bytes
//! ```
//!
//! What it is not: the fields' tags, which are [`super::fields`]'s.

use super::DecodeError;
use crate::wire::{Malformed, Reader, Write};
use vocab::{BuryReason, Death, DeathReason, MessageId, Origin, PartitionId, PartitionKey, QueueId, Route, Seq};

const REASON_DELIVERIES: u8 = 0;
const REASON_FAILURES: u8 = 1;
const REASON_REJECTED: u8 = 2;
const REASON_EXPIRED: u8 = 3;
const REASON_TOO_LONG: u8 = 4;

const FIRST: u8 = 1;
const ROUTED: u8 = 2;

/// A death has at least so many bytes.
const DEATH_BYTES_MIN: usize = 12;

pub(super) fn put_origin(value: &mut Vec<u8>, origin: &Origin) {
    value.put_u32(origin.id.key.queue.0);
    value.extend_from_slice(&origin.id.key.partition.0.to_le_bytes());
    value.put_u64(origin.id.seq.0);
    value.put_bytes(origin.queue.as_bytes());
    value.put_u64(origin.published_ms);
    value.put_u64(origin.buried_ms);
    value.put_varint(u64::from(origin.deliveries));
    value.put_varint(u64::from(origin.failures));
    value.put_u8(match &origin.reason {
        BuryReason::TooManyDeliveries => REASON_DELIVERIES,
        BuryReason::TooManyFailures(_) => REASON_FAILURES,
        BuryReason::Rejected(_) => REASON_REJECTED,
        BuryReason::Expired => REASON_EXPIRED,
        BuryReason::TooLong => REASON_TOO_LONG,
    });
    let words = origin.reason.words();
    value.put_u8(u8::from(words.is_some()));
    if let Some(words) = words {
        value.put_bytes(words.as_bytes());
    }
}

/// Reads what [`put_origin`] wrote; the deaths are another field.
pub(super) fn decode_origin(reader: &mut Reader<'_>) -> Result<Origin, DecodeError> {
    let queue_id = QueueId(reader.u32("an origin's queue id")?);
    let partition = reader.take(2, "an origin's partition")?;
    let partition = PartitionId(u16::from_le_bytes([partition[0], partition[1]]));
    let seq = Seq(reader.u64("an origin's seq")?);
    Ok(Origin {
        id: MessageId::new(PartitionKey::new(queue_id, partition), seq),
        queue: reader.text("an origin's queue")?.to_owned(),
        published_ms: reader.u64("a time")?,
        buried_ms: reader.u64("a time")?,
        deliveries: reader.number("a count of deliveries")?,
        failures: reader.number("a count of failures")?,
        reason: decode_reason(reader)?,
        deaths: Vec::new(),
    })
}

fn decode_reason(reader: &mut Reader<'_>) -> Result<BuryReason, Malformed> {
    let at = reader.offset();
    let reason = reader.u8("a reason")?;
    let text = match reader.u8("a reason's text")? {
        0 => None,
        _ => Some(reader.text("a reason's text")?.to_owned()),
    };
    match reason {
        REASON_DELIVERIES => Ok(BuryReason::TooManyDeliveries),
        REASON_FAILURES => Ok(BuryReason::TooManyFailures(text)),
        REASON_REJECTED => Ok(BuryReason::Rejected(text)),
        REASON_EXPIRED => Ok(BuryReason::Expired),
        REASON_TOO_LONG => Ok(BuryReason::TooLong),
        _ => Err(Malformed { offset: at, expected: "a reason" }),
    }
}

pub(super) fn put_deaths(value: &mut Vec<u8>, deaths: &[Death]) {
    value.put_varint(deaths.len() as u64);
    for death in deaths {
        value.put_bytes(death.queue.as_bytes());
        value.put_u8(death.reason.code());
        let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
        value.put_u8(flag(death.is_first, FIRST) | flag(death.route.is_some(), ROUTED));
        value.put_varint(death.count);
        value.put_u64(death.first_ms);
        if let Some(route) = &death.route {
            value.put_bytes(route.router.as_bytes());
            value.put_varint(route.keys.len() as u64);
            route.keys.iter().for_each(|key| value.put_bytes(key.as_bytes()));
        }
    }
}

/// Reads what [`put_deaths`] wrote.
pub(super) fn decode_deaths(reader: &mut Reader<'_>) -> Result<Vec<Death>, Malformed> {
    let count: usize = reader.number("a count of deaths")?;
    let mut deaths = Vec::with_capacity(count.min(reader.remaining() / DEATH_BYTES_MIN));
    for _ in 0..count {
        deaths.push(decode_death(reader)?);
    }
    Ok(deaths)
}

fn decode_death(reader: &mut Reader<'_>) -> Result<Death, Malformed> {
    let queue = reader.text("a death's queue")?.to_owned();
    let offset = reader.offset();
    let reason = DeathReason::from_code(reader.u8("a death's reason")?);
    let reason = reason.ok_or(Malformed { offset, expected: "a death's reason" })?;
    let flags = reader.u8("a death's flags")?;
    let (count, first_ms) = (reader.varint("a count of deaths")?, reader.u64("a time")?);
    let route = if flags & ROUTED == 0 { None } else { Some(decode_route(reader)?) };
    Ok(Death { queue, reason, count, first_ms, is_first: flags & FIRST != 0, route })
}

fn decode_route(reader: &mut Reader<'_>) -> Result<Route, Malformed> {
    let router = reader.text("a router's name")?.to_owned();
    let count: usize = reader.number("a count of keys")?;
    let mut keys = Vec::with_capacity(count.min(reader.remaining() / size_of::<String>()));
    for _ in 0..count {
        keys.push(reader.text("a key")?.to_owned());
    }
    Ok(Route { router, keys })
}
