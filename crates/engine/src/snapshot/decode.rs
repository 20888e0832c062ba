//! Bytes to state; drawn in [`crate::snapshot`].

use crate::core::info::{QueueInfo, QueueTotals};
use crate::core::log::Log;
use crate::core::state::{Queue, State};
use crate::core::subscription::{Lease, Progress};
use crate::core::timers::Timer;
use crate::record::{take_end, take_record};
use crate::snapshot::VERSION;
use journal::ReplayError;
use journal::wire::{Malformed, Reader};
use roaring::RoaringTreemap;
use std::collections::BTreeMap;
use std::sync::Arc;
use vocab::{BootEpoch, LeaseEpoch, PartitionId, PartitionKey, QueueId, Seq, SubscriptionId};

/// Reads a state back.
///
/// # Errors
/// It was written by another version, or is malformed.
pub fn decode(bytes: &[u8]) -> Result<State, ReplayError> {
    let mut reader = Reader::new(bytes);
    let contradiction = |error: Malformed| ReplayError::Contradiction { what: format!("the checkpoint: {error}") };
    let version = reader.u8("version").map_err(contradiction)?;
    if version != VERSION {
        return Err(ReplayError::Unknown { what: format!("a checkpoint of version {version}") });
    }
    take_state(&mut reader).map_err(contradiction)
}

fn take_state(reader: &mut Reader<'_>) -> Result<State, Malformed> {
    let mut state = State {
        boot: BootEpoch(reader.number("boot epoch")?),
        next_queue: reader.number("next queue id")?,
        log_ms: reader.varint("log time")?,
        ..State::default()
    };
    for _ in 0..reader.varint("count of queues")? {
        let queue = take_queue(reader)?;
        set_timers(&mut state, &queue);
        state.names.insert(queue.info.name.clone(), queue.info.id);
        state.queues.insert(queue.info.id, queue);
    }
    state.reset_all_retention_timers();
    if reader.is_empty() { Ok(state) } else { Err(Malformed { offset: reader.offset(), expected: "the end" }) }
}

fn take_queue(reader: &mut Reader<'_>) -> Result<Queue, Malformed> {
    let id = QueueId(reader.number("queue id")?);
    let created_ms = reader.varint("creation time")?;
    let modified_ms = reader.varint("modification time")?;
    let revision = reader.varint("revision")?;
    let name = reader.text("name")?.to_owned();
    let settings = json(reader)?;
    let annotations = json(reader)?;
    let info = Arc::new(QueueInfo { id, name, settings, annotations, created_ms, modified_ms, revision });
    let totals = take_totals(reader)?;
    let mut logs = Vec::new();
    for _ in 0..reader.number::<u16>("count of logs")? {
        logs.push(take_log(reader)?);
    }
    let mut subscriptions = BTreeMap::new();
    for _ in 0..reader.varint("count of subscriptions")? {
        let id = SubscriptionId(reader.number("subscription id")?);
        let progress: Result<Vec<_>, _> = logs.iter().map(|_| take_progress(reader)).collect();
        subscriptions.insert(id, progress?);
    }
    Ok(Queue { info, logs, subscriptions, totals })
}

fn take_totals(reader: &mut Reader<'_>) -> Result<QueueTotals, Malformed> {
    let mut total = || reader.varint("total");
    Ok(QueueTotals {
        published: total()?,
        published_bytes: total()?,
        delivered: total()?,
        acked: total()?,
        released: total()?,
        failed: total()?,
        lease_expired: total()?,
        expired: total()?,
        buried: total()?,
        purged: total()?,
    })
}

fn take_log(reader: &mut Reader<'_>) -> Result<Log, Malformed> {
    let mut log = Log::new(BootEpoch(0));
    log.next = Seq(reader.varint("next seq")?);
    log.reserved = Seq(reader.varint("reserved seq")?);
    log.floor = Seq(reader.varint("floor")?);
    log.over_below = Seq(reader.varint("retention line")?);
    log.newest_ms = reader.varint("newest time")?;
    log.removed = take_set(reader)?;
    log.anchors = take_pairs(reader)?.into_iter().map(|(seq, ms)| (Seq(seq), ms)).collect();
    log.expiries = take_pairs(reader)?.into_iter().collect();
    let offset = reader.offset();
    let boot = |(seq, boot)| {
        Ok((Seq(seq), BootEpoch(u32::try_from(boot).map_err(|_| Malformed { offset, expected: "boot" })?)))
    };
    log.boots = take_pairs(reader)?.into_iter().map(boot).collect::<Result<_, _>>()?;
    Ok(log)
}

fn take_progress(reader: &mut Reader<'_>) -> Result<Progress, Malformed> {
    let mut progress = Progress::new(Seq(reader.varint("cursor")?), LeaseEpoch(reader.varint("next epoch")?));
    progress.open = reader.varint("count of open messages")?;
    progress.ahead = take_set(reader)?;
    progress.acked = take_set(reader)?;
    for _ in 0..reader.varint("count of returned seqs")? {
        progress.back.insert(reader.varint("seq")?);
    }
    progress.waiting = take_pairs(reader)?.into_iter().collect();
    for _ in 0..reader.varint("count of leases")? {
        let seq = reader.varint("seq")?;
        let since_ms = reader.varint("start of a lease")?;
        let end = take_end(reader)?;
        progress.leases.insert(seq, Lease { end, since_ms, record: take_record(reader)? });
    }
    for _ in 0..reader.varint("count of records")? {
        let seq = reader.varint("seq")?;
        progress.returned.insert(seq, take_record(reader)?);
    }
    Ok(progress)
}

fn take_pairs(reader: &mut Reader<'_>) -> Result<Vec<(u64, u64)>, Malformed> {
    let count: usize = reader.number("count of pairs")?;
    // A pair has at least two bytes: whatever the count claims, no more is reserved than the input can hold.
    let mut pairs = Vec::with_capacity(count.min(reader.remaining() / 2));
    for _ in 0..count {
        pairs.push((reader.varint("seq")?, reader.varint("value")?));
    }
    Ok(pairs)
}

fn take_set(reader: &mut Reader<'_>) -> Result<RoaringTreemap, Malformed> {
    let bytes = reader.bytes("set")?;
    let malformed = Malformed { offset: reader.offset(), expected: "a set in roaring's portable format" };
    RoaringTreemap::deserialize_from(bytes).map_err(|_| malformed)
}

fn json<T: serde::de::DeserializeOwned>(reader: &mut Reader<'_>) -> Result<T, Malformed> {
    let bytes = reader.bytes("JSON")?;
    serde_json::from_slice(bytes).map_err(|_| Malformed { offset: reader.offset(), expected: "JSON of this version" })
}

/// Timers are not stored: each follows from what it is for.
fn set_timers(state: &mut State, queue: &Queue) {
    for (log, partition) in queue.logs.iter().zip((0..=u16::MAX).map(PartitionId)) {
        let key = PartitionKey::new(queue.info.id, partition);
        for (seq, at_ms) in &log.expiries {
            state.timers.set(*at_ms, Timer::Expiry(key, Seq(*seq)));
        }
        for (subscription, partitions) in &queue.subscriptions {
            let progress = &partitions[usize::from(partition.0)];
            for (seq, due_ms) in &progress.waiting {
                state.timers.set(*due_ms, Timer::Due(key, *subscription, Seq(*seq)));
            }
            for (seq, lease) in &progress.leases {
                if let Some(deadline_ms) = lease.end.deadline_ms() {
                    state.timers.set(deadline_ms, Timer::LeaseEnd(key, *subscription, Seq(*seq)));
                }
            }
        }
    }
}
