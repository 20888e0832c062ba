//! Events to bytes; drawn in [`crate::record`].

use crate::core::event::{Event, LeaseEnd, LeasedEvent, Removal};
use crate::record::parts::{put_end, put_key, put_ranges, put_record};
use crate::record::{kind, redrive, routers};
use journal::wire::Write;
use vocab::QueueId;

/// Writes the event's payload to `out`; says its kind and queue. `None` for events that are no engine record: messages,
/// which are the journal's own kind, and leases of a session, which are not journaled.
pub fn encode(event: &Event, out: &mut Vec<u8>) -> Option<(u8, QueueId)> {
    match event {
        Event::Booted { epoch, clean, at_ms } => {
            out.put_varint(u64::from(epoch.0));
            out.put_u8(u8::from(*clean));
            out.put_varint(*at_ms);
            Some((kind::BOOTED, QueueId(0)))
        }
        Event::QueueCreated { queue, name, settings, annotations, at_ms } => {
            out.put_varint(u64::from(queue.0));
            out.put_varint(*at_ms);
            out.put_bytes(name.as_bytes());
            out.put_bytes(&json(settings));
            out.put_bytes(&json(annotations));
            Some((kind::QUEUE_CREATED, *queue))
        }
        Event::QueueUpdated { queue, settings, annotations, at_ms } => {
            out.put_varint(u64::from(queue.0));
            out.put_varint(*at_ms);
            out.put_bytes(&json(settings));
            out.put_bytes(&json(annotations));
            Some((kind::QUEUE_UPDATED, *queue))
        }
        Event::QueueDeleted { queue } => {
            out.put_varint(u64::from(queue.0));
            Some((kind::QUEUE_DELETED, *queue))
        }
        Event::Published { .. } => None,
        Event::Leased(LeasedEvent { end: LeaseEnd::Session(_), .. }) => None,
        Event::Leased(leased) => {
            put_key(out, leased.key);
            out.put_varint(u64::from(leased.subscription.0));
            out.put_varint(leased.at_ms);
            out.put_varint(leased.first_epoch.0);
            put_end(out, leased.end);
            put_ranges(out, &leased.seqs);
            Some((kind::LEASED, leased.key.queue))
        }
        Event::Reserved { .. }
        | Event::Acked { .. }
        | Event::Returned { .. }
        | Event::Extended { .. }
        | Event::Transferred { .. }
        | Event::Removed { .. }
        | Event::Buried { .. }
        | Event::Hastened { .. }
        | Event::Carried { .. }
        | Event::Dropped { .. } => Some(encode_messages_event(event, out)),
        Event::RouterCreated { .. } | Event::RouterDeleted { .. } | Event::Bound(_) | Event::Unbound(_) => {
            Some((routers::put(event, out), QueueId(0)))
        }
        Event::RedriveStarted(started) => Some(redrive::put_started(out, started)),
        Event::Moved(moved) => Some(redrive::put_moved(out, moved)),
        Event::RedriveEnded { id, outcome, at_ms } => Some(redrive::put_ended(out, *id, *outcome, *at_ms)),
    }
}

fn encode_messages_event(event: &Event, out: &mut Vec<u8>) -> (u8, QueueId) {
    match event {
        Event::Reserved { key, below } => {
            put_key(out, *key);
            out.put_varint(below.0);
            (kind::RESERVED, key.queue)
        }
        Event::Acked { key, subscription, seqs } => {
            put_key(out, *key);
            out.put_varint(u64::from(subscription.0));
            put_ranges(out, seqs);
            (kind::ACKED, key.queue)
        }
        Event::Returned { key, subscription, why, items } => {
            put_key(out, *key);
            out.put_varint(u64::from(subscription.0));
            out.put_u8(why.code());
            out.put_varint(items.len() as u64);
            for item in items {
                out.put_varint(item.seq.0);
                out.put_varint(item.due_ms);
                put_record(out, &item.record);
            }
            (kind::RETURNED, key.queue)
        }
        Event::Extended { key, subscription, items } => {
            put_key(out, *key);
            out.put_varint(u64::from(subscription.0));
            out.put_varint(items.len() as u64);
            for (seq, deadline_ms) in items {
                out.put_varint(seq.0);
                out.put_varint(*deadline_ms);
            }
            (kind::EXTENDED, key.queue)
        }
        Event::Transferred { key, subscription, seq, epoch, end, deliveries } => {
            put_key(out, *key);
            out.put_varint(u64::from(subscription.0));
            out.put_varint(seq.0);
            out.put_varint(epoch.0);
            out.put_varint(u64::from(*deliveries));
            put_end(out, *end);
            (kind::TRANSFERRED, key.queue)
        }
        Event::Hastened { key, subscription, seqs } => {
            put_key(out, *key);
            out.put_varint(u64::from(subscription.0));
            put_ranges(out, seqs);
            (kind::HASTENED, key.queue)
        }
        other => encode_departure(other, out),
    }
}

fn encode_departure(event: &Event, out: &mut Vec<u8>) -> (u8, QueueId) {
    match event {
        Event::Removed { key, seqs, why, over_below } => {
            put_key(out, *key);
            let kind = put_removal(out, *why);
            out.put_varint(over_below.0);
            put_ranges(out, seqs);
            (kind, key.queue)
        }
        Event::Buried { key, seqs } => {
            put_key(out, *key);
            if let (1, Some(seq)) = (seqs.count(), seqs.max()) {
                out.put_varint(seq.0);
                return (kind::BURIED, key.queue);
            }
            put_ranges(out, seqs);
            (kind::BURIED_TOGETHER, key.queue)
        }
        Event::Dropped { key, seqs } => {
            put_key(out, *key);
            put_ranges(out, seqs);
            (kind::DROPPED, key.queue)
        }
        Event::Carried { key, seqs } => {
            put_key(out, *key);
            put_ranges(out, seqs);
            (kind::CARRIED, key.queue)
        }
        other => unreachable!("encode() keeps {other:?} for itself"),
    }
}

/// Writes why messages left, unless the record's kind says it. Says that kind.
fn put_removal(out: &mut Vec<u8>, why: Removal) -> u8 {
    let code = match why {
        Removal::Expired => 0,
        Removal::Purged => 1,
        Removal::Deleted => 2,
        Removal::TooLong => return kind::TRIMMED,
    };
    out.put_u8(code);
    kind::REMOVED
}

fn json<T: serde::Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("settings and annotations are plain data with text keys")
}
