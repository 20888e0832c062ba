//! Bytes to events; drawn in [`crate::record`].

use crate::core::event::{Event, LeasedEvent, Removal, Return, ReturnedItem};
use crate::core::seqs::SeqRanges;
use crate::record::parts::{take_end, take_key, take_ranges, take_record};
use crate::record::{kind, redrive, routers};
use journal::ReplayError;
use journal::wire::{Malformed, Reader};
use vocab::{BootEpoch, ConsumerId, LeaseEpoch, QueueId, Seq, SubscriptionId};

/// Reads an engine record back.
///
/// # Errors
/// The kind belongs to a later version, or the payload is malformed.
pub fn decode(kind: u8, payload: &[u8]) -> Result<Event, ReplayError> {
    let mut reader = Reader::new(payload);
    let event = match kind {
        kind::BOOTED | kind::QUEUE_CREATED | kind::QUEUE_UPDATED | kind::QUEUE_DELETED => {
            store_event(kind, &mut reader)
        }
        kind::RESERVED..=kind::BURIED | kind::TRIMMED | kind::BURIED_TOGETHER..=kind::CARRIED => {
            messages_event(kind, &mut reader)
        }
        kind::REDRIVE_STARTED..=kind::REDRIVE_ENDED => redrive::take(kind, &mut reader),
        kind::ROUTER_CREATED..=kind::UNBOUND => routers::take(kind, &mut reader),
        _ => return Err(ReplayError::Unknown { what: format!("engine records of kind {kind}") }),
    };
    event
        .and_then(|event| if reader.is_empty() { Ok(event) } else { Err(malformed(&reader, "the end")) })
        .map_err(|error| ReplayError::Contradiction { what: format!("an engine record of kind {kind}: {error}") })
}

fn store_event(kind: u8, reader: &mut Reader<'_>) -> Result<Event, Malformed> {
    match kind {
        kind::BOOTED => Ok(Event::Booted {
            epoch: BootEpoch(reader.number("boot epoch")?),
            clean: reader.u8("clean flag")? != 0,
            at_ms: reader.varint("time")?,
        }),
        kind::QUEUE_CREATED => {
            let queue = QueueId(reader.number("queue id")?);
            let at_ms = reader.varint("time")?;
            let name = reader.text("name")?.to_owned();
            Ok(Event::QueueCreated { queue, name, settings: json(reader)?, annotations: json(reader)?, at_ms })
        }
        kind::QUEUE_UPDATED => {
            let queue = QueueId(reader.number("queue id")?);
            let at_ms = reader.varint("time")?;
            Ok(Event::QueueUpdated { queue, settings: json(reader)?, annotations: json(reader)?, at_ms })
        }
        _ => Ok(Event::QueueDeleted { queue: QueueId(reader.number("queue id")?) }),
    }
}

fn messages_event(kind: u8, reader: &mut Reader<'_>) -> Result<Event, Malformed> {
    let key = take_key(reader)?;
    match kind {
        kind::RESERVED => Ok(Event::Reserved { key, below: Seq(reader.varint("reserved seq")?) }),
        kind::BURIED => {
            let seq = Seq(reader.varint("seq")?);
            Ok(Event::Buried { key, seqs: SeqRanges::span(seq, seq) })
        }
        kind::BURIED_TOGETHER => Ok(Event::Buried { key, seqs: take_ranges(reader)? }),
        kind::CARRIED => Ok(Event::Carried { key, seqs: take_ranges(reader)? }),
        kind::DROPPED => Ok(Event::Dropped { key, seqs: take_ranges(reader)? }),
        kind::REMOVED => {
            let why = match reader.u8("reason of removal")? {
                1 => Removal::Purged,
                2 => Removal::Deleted,
                _ => Removal::Expired,
            };
            let over_below = Seq(reader.varint("retention line")?);
            Ok(Event::Removed { key, why, over_below, seqs: take_ranges(reader)? })
        }
        kind::TRIMMED => {
            let over_below = Seq(reader.varint("retention line")?);
            Ok(Event::Removed { key, why: Removal::TooLong, over_below, seqs: take_ranges(reader)? })
        }
        _ => lease_event(kind, key, reader),
    }
}

fn lease_event(kind: u8, key: vocab::PartitionKey, reader: &mut Reader<'_>) -> Result<Event, Malformed> {
    let subscription = SubscriptionId(reader.number("subscription")?);
    match kind {
        kind::LEASED => {
            let at_ms = reader.varint("time")?;
            let first_epoch = LeaseEpoch(reader.varint("first epoch")?);
            let end = take_end(reader)?;
            let seqs = take_ranges(reader)?;
            let consumer = ConsumerId::UNKNOWN;
            Ok(Event::Leased(LeasedEvent { key, subscription, seqs, first_epoch, end, at_ms, consumer }))
        }
        kind::HASTENED => Ok(Event::Hastened { key, subscription, seqs: take_ranges(reader)? }),
        kind::ACKED => Ok(Event::Acked { key, subscription, seqs: take_ranges(reader)? }),
        kind::RETURNED => {
            let why = Return::from_code(reader.u8("reason of return")?);
            let item = |reader: &mut Reader<'_>| {
                let seq = Seq(reader.varint("seq")?);
                let due_ms = reader.varint("due time")?;
                Ok(ReturnedItem { seq, due_ms, record: take_record(reader)? })
            };
            Ok(Event::Returned { key, subscription, why, items: list(reader, item)? })
        }
        kind::EXTENDED => {
            let item = |reader: &mut Reader<'_>| Ok((Seq(reader.varint("seq")?), reader.varint("deadline")?));
            Ok(Event::Extended { key, subscription, items: list(reader, item)? })
        }
        _ => {
            let seq = Seq(reader.varint("seq")?);
            let epoch = LeaseEpoch(reader.varint("epoch")?);
            let deliveries = reader.number("deliveries")?;
            Ok(Event::Transferred { key, subscription, seq, epoch, end: take_end(reader)?, deliveries })
        }
    }
}

/// A count and so many items. Whatever the count claims, no more is reserved than the input is long: the list grows with
/// what is really there.
fn list<T>(
    reader: &mut Reader<'_>,
    mut item: impl FnMut(&mut Reader<'_>) -> Result<T, Malformed>,
) -> Result<Vec<T>, Malformed> {
    let count: usize = reader.number("count")?;
    let mut items = Vec::with_capacity(count.min(reader.remaining() / size_of::<T>()));
    for _ in 0..count {
        items.push(item(reader)?);
    }
    Ok(items)
}

fn json<T: serde::de::DeserializeOwned>(reader: &mut Reader<'_>) -> Result<T, Malformed> {
    let bytes = reader.bytes("JSON")?;
    serde_json::from_slice(bytes).map_err(|_| malformed(reader, "JSON of this version"))
}

fn malformed(reader: &Reader<'_>, expected: &'static str) -> Malformed {
    Malformed { offset: reader.offset(), expected }
}
