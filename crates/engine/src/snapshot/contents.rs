//! The contents of pages, from bytes; drawn in [`crate::snapshot`].

use super::sets::take_set;
use crate::core::dedup::{Dedup, DedupKey};
use crate::core::info::{QueueInfo, QueueTotals};
use crate::core::levels::Levels;
use crate::core::log::Log;
use crate::core::pages::{SEQS_PER_PAGE, first_seq};
use crate::core::redrive::Redrives;
use crate::core::sizes::Sizes;
use crate::core::state::{Queue, Unsaved};
use crate::core::subscription::{Lease, Progress};
use crate::record::{take_end, take_record};
use journal::wire::{Malformed, Reader};
use roaring::RoaringTreemap;
use std::collections::BTreeMap;
use std::sync::Arc;
use vocab::mutant::{self, Mutant};
use vocab::{BootEpoch, ConsumerId, LeaseEpoch, QueueId, Seq, SubscriptionId};

pub(super) fn take_info(reader: &mut Reader<'_>, id: QueueId) -> Result<QueueInfo, Malformed> {
    let created_ms = reader.varint("creation time")?;
    let modified_ms = reader.varint("modification time")?;
    let revision = reader.varint("revision")?;
    let name = reader.text("name")?.to_owned();
    let (settings, annotations) = (json(reader)?, json(reader)?);
    Ok(QueueInfo { id, name, settings, annotations, created_ms, modified_ms, revision })
}

fn json<T: serde::de::DeserializeOwned>(reader: &mut Reader<'_>) -> Result<T, Malformed> {
    let bytes = reader.bytes("JSON")?;
    serde_json::from_slice(bytes).map_err(|_| Malformed { offset: reader.offset(), expected: "JSON of this version" })
}

pub(super) fn take_counts(reader: &mut Reader<'_>, info: QueueInfo) -> Result<Queue, Malformed> {
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
    let unsaved = Unsaved { info: false, counts: false, drops: false, new: false };
    let redrives = Redrives::default();
    Ok(Queue {
        info: Arc::new(info),
        logs,
        subscriptions,
        totals,
        redrives,
        drops_stored: false,
        unsaved,
        service: None,
    })
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
        // Stored with the redrives.
        redriven: 0,
        // Stored by itself.
        dropped: 0,
    })
}

fn take_log(reader: &mut Reader<'_>) -> Result<Log, Malformed> {
    let mut log = Log::new(BootEpoch(0));
    log.next = Seq(reader.varint("next seq")?);
    log.reserved = Seq(reader.varint("reserved seq")?);
    log.floor = Seq(reader.varint("floor")?);
    log.over_below = Seq(reader.varint("retention line")?);
    log.newest_ms = reader.varint("newest time")?;
    log.anchors = take_pairs(reader)?.into_iter().map(|(seq, ms)| (Seq(seq), ms)).collect();
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

pub(super) fn take_log_page(reader: &mut Reader<'_>, page: u64, log: &mut Log) -> Result<(), Malformed> {
    take_set(reader, page, &mut log.removed)?;
    take_map(reader, page, &mut log.expiries, |reader| reader.varint("expiry"))
}

pub(super) fn take_dedup_page(reader: &mut Reader<'_>, page: u64, dedup: &mut Dedup) -> Result<(), Malformed> {
    for _ in 0..reader.varint("count of dedup ids")? {
        let offset = reader.offset();
        let seq = Seq(take_seq(reader, page)?);
        if seq <= dedup.last() {
            return Err(Malformed { offset, expected: "places in order" });
        }
        let at_ms = reader.varint("time of a dedup id")?;
        let key = reader.take(16, "key of a dedup id")?.try_into().expect("sixteen bytes were taken");
        if !mutant::active(Mutant::ForgetDedupIds) {
            dedup.insert(DedupKey(key), seq, at_ms);
        }
    }
    Ok(())
}

pub(super) fn take_progress_page(reader: &mut Reader<'_>, page: u64, progress: &mut Progress) -> Result<(), Malformed> {
    take_set(reader, page, &mut progress.acked)?;
    take_set(reader, page, &mut progress.ahead)?;
    for _ in 0..reader.varint("count of returned seqs")? {
        progress.back.insert(take_seq(reader, page)?);
    }
    take_map(reader, page, &mut progress.waiting, |reader| reader.varint("due time"))?;
    take_map(reader, page, &mut progress.leases, |reader| {
        let since_ms = reader.varint("start of a lease")?;
        let end = take_end(reader)?;
        Ok(Lease { end, since_ms, consumer: ConsumerId::UNKNOWN, record: take_record(reader)? })
    })?;
    take_map(reader, page, &mut progress.returned, take_record)
}

pub(super) fn take_levels_page(reader: &mut Reader<'_>, page: u64, levels: &mut Levels) -> Result<(), Malformed> {
    for _ in 0..reader.varint("count of levels")? {
        let level = reader.u8("level")?;
        let mut ready = RoaringTreemap::new();
        take_set(reader, page, &mut ready)?;
        *levels.ready.entry(level).or_default() |= ready;
    }
    take_map(reader, page, &mut levels.away, |reader| reader.u8("level"))
}

pub(super) fn take_sizes_page(reader: &mut Reader<'_>, page: u64, sizes: &mut Sizes) -> Result<(), Malformed> {
    take_map(reader, page, &mut sizes.of, |reader| reader.number("size of a body"))
}

fn take_map<T>(
    reader: &mut Reader<'_>,
    page: u64,
    map: &mut BTreeMap<u64, T>,
    take: impl Fn(&mut Reader<'_>) -> Result<T, Malformed>,
) -> Result<(), Malformed> {
    for _ in 0..reader.varint("count of entries")? {
        let seq = take_seq(reader, page)?;
        map.insert(seq, take(reader)?);
    }
    Ok(())
}

fn take_seq(reader: &mut Reader<'_>, page: u64) -> Result<u64, Malformed> {
    let offset = reader.offset();
    match reader.varint("place")? {
        place if place < SEQS_PER_PAGE => Ok(first_seq(page) + place),
        _ => Err(Malformed { offset, expected: "a place in its page" }),
    }
}
