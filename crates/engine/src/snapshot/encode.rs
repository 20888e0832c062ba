//! State to pages; drawn in [`crate::snapshot`].

use super::key::key_of;
use super::redrives::put_redrives;
use super::routers::{mark_routers, take_routers};
use super::sets::put_set;
use crate::core::dedup::Dedup;
use crate::core::info::QueueInfo;
use crate::core::levels::Levels;
use crate::core::log::Log;
use crate::core::pages::{PageId, Pages, SEQS_PER_PAGE, first_seq};
use crate::core::sizes::Sizes;
use crate::core::state::{Queue, State};
use crate::core::subscription::Progress;
use crate::record::{put_end, put_record};
use crate::snapshot::VERSION;
use journal::PageChange;
use journal::wire::Write;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use vocab::{PartitionId, PartitionKey, Seq, SubscriptionId};

/// Writes down what changed since the last call, or since the state was read.
pub fn take_changed(state: &mut State) -> Vec<PageChange> {
    let mut out: Vec<PageChange> = state.gone.drain(..).map(|page| (key_of(page), None)).collect();
    out.push((key_of(PageId::Globals), Some(globals(state))));
    for queue in state.queues.values_mut().filter(|queue| queue.unsaved.info || queue.unsaved.counts) {
        take_queue(&mut out, queue);
    }
    take_routers(&mut out, &mut state.routers);
    out
}

/// Writes everything down, changed or not.
pub fn take_everything(state: &mut State) -> Vec<PageChange> {
    for queue in state.queues.values_mut() {
        (queue.unsaved.info, queue.unsaved.counts) = (true, true);
        queue.redrives.unsaved |= queue.redrives.stored;
        queue.unsaved.drops |= queue.drops_stored;
        let of_logs = queue.logs.iter_mut().flat_map(|log| [&mut log.pages, &mut log.dedup.pages]);
        let of_readers = queue
            .subscriptions
            .values_mut()
            .flatten()
            .flat_map(|progress| [&mut progress.pages, &mut progress.levels.pages, &mut progress.sizes.pages]);
        of_logs.chain(of_readers).for_each(Pages::mark_stored);
    }
    mark_routers(&mut state.routers);
    take_changed(state)
}

fn take_queue(out: &mut Vec<PageChange>, queue: &mut Queue) {
    let id = queue.info.id;
    queue.unsaved.new = false;
    if std::mem::take(&mut queue.unsaved.info) {
        out.push((key_of(PageId::Info(id)), Some(info(&queue.info))));
    }
    if !std::mem::take(&mut queue.unsaved.counts) {
        return;
    }
    out.push((key_of(PageId::Counts(id)), Some(counts(queue))));
    for (log, partition) in queue.logs.iter_mut().zip((0..=u16::MAX).map(PartitionId)) {
        let key = PartitionKey::new(id, partition);
        let mut pages = std::mem::take(&mut log.pages);
        let changes = pages.take(log.floor, |page| log_page(log, page));
        log.pages = pages;
        out.extend(changes.into_iter().map(|(page, content)| (key_of(PageId::Log(key, page)), content)));
        let mut pages = std::mem::take(&mut log.dedup.pages);
        let changes = pages.take(log.dedup.floor(), |page| dedup_page(&log.dedup, page));
        log.dedup.pages = pages;
        out.extend(changes.into_iter().map(|(page, content)| (key_of(PageId::Dedup(key, page)), content)));
        for (subscription, progress) in &mut queue.subscriptions {
            let progress = &mut progress[usize::from(partition.0)];
            take_reader(out, key, *subscription, log.floor, progress);
        }
    }
    if std::mem::take(&mut queue.redrives.unsaved) {
        queue.redrives.stored = true;
        out.push((key_of(PageId::Redrives(id)), Some(put_redrives(&queue.redrives, queue.totals.redriven))));
    }
    if std::mem::take(&mut queue.unsaved.drops) {
        queue.drops_stored = true;
        let mut dropped = Vec::new();
        dropped.put_varint(queue.totals.dropped);
        out.push((key_of(PageId::Drops(id)), Some(dropped)));
    }
}

/// The pages of one subscription over a log with this floor.
fn take_reader(
    out: &mut Vec<PageChange>,
    key: PartitionKey,
    subscription: SubscriptionId,
    floor: Seq,
    progress: &mut Progress,
) {
    let mut pages = std::mem::take(&mut progress.pages);
    let changes = pages.take(floor, |page| progress_page(progress, page));
    progress.pages = pages;
    let mut give = |changes: Vec<(u64, Option<Vec<u8>>)>, id: fn(PartitionKey, SubscriptionId, u64) -> PageId| {
        out.extend(changes.into_iter().map(|(page, content)| (key_of(id(key, subscription, page)), content)));
    };
    give(changes, PageId::Progress);
    let mut pages = std::mem::take(&mut progress.levels.pages);
    give(pages.take(floor, |page| levels_page(&progress.levels, page)), PageId::Levels);
    progress.levels.pages = pages;
    let mut pages = std::mem::take(&mut progress.sizes.pages);
    give(pages.take(floor, |page| sizes_page(&progress.sizes, page)), PageId::Sizes);
    progress.sizes.pages = pages;
}

fn globals(state: &State) -> Vec<u8> {
    let mut out = vec![VERSION];
    out.put_varint(u64::from(state.boot.0));
    out.put_varint(u64::from(state.next_queue));
    out.put_varint(state.log_ms);
    out
}

fn info(info: &QueueInfo) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    for number in [info.created_ms, info.modified_ms, info.revision] {
        out.put_varint(number);
    }
    out.put_bytes(info.name.as_bytes());
    out.put_bytes(&serde_json::to_vec(&info.settings).expect("settings are plain data"));
    out.put_bytes(&serde_json::to_vec(&info.annotations).expect("annotations are a map of text"));
    out
}

fn counts(queue: &Queue) -> Vec<u8> {
    let mut out = Vec::with_capacity(128);
    let t = &queue.totals;
    for total in [
        t.published,
        t.published_bytes,
        t.delivered,
        t.acked,
        t.released,
        t.failed,
        t.lease_expired,
        t.expired,
        t.buried,
        t.purged,
    ] {
        out.put_varint(total);
    }
    out.put_varint(queue.logs.len() as u64);
    for log in &queue.logs {
        put_log(&mut out, log);
    }
    out.put_varint(queue.subscriptions.len() as u64);
    for (id, partitions) in &queue.subscriptions {
        out.put_varint(u64::from(id.0));
        for progress in partitions {
            for number in [progress.cursor.0, progress.next_epoch.0, progress.open] {
                out.put_varint(number);
            }
        }
    }
    out
}

fn put_log(out: &mut Vec<u8>, log: &Log) {
    for number in [log.next.0, log.reserved.0, log.floor.0, log.over_below.0, log.newest_ms] {
        out.put_varint(number);
    }
    put_pairs(out, log.anchors.iter().map(|(Seq(seq), ms)| (*seq, *ms)));
    put_pairs(out, log.boots.iter().map(|(Seq(seq), boot)| (*seq, u64::from(boot.0))));
}

fn put_pairs(out: &mut Vec<u8>, pairs: impl ExactSizeIterator<Item = (u64, u64)>) {
    out.put_varint(pairs.len() as u64);
    for (seq, value) in pairs {
        out.put_varint(seq);
        out.put_varint(value);
    }
}

/// A page of a log; `None` when nothing is in it.
fn log_page(log: &Log, page: u64) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut any = put_set(&mut out, &log.removed, page);
    any |= put_map(&mut out, &log.expiries, page, |out, ms| out.put_varint(*ms));
    any.then_some(out)
}

/// A page of dedup ids; `None` when there are none.
fn dedup_page(dedup: &Dedup, page: u64) -> Option<Vec<u8>> {
    let seqs = seqs_of(page);
    let count = dedup.range(*seqs.start(), *seqs.end()).count();
    let mut out = Vec::with_capacity(8 + count * DEDUP_ENTRY_BYTES);
    out.put_varint(count as u64);
    for (entry, at_ms) in dedup.range(*seqs.start(), *seqs.end()) {
        out.put_varint(entry.seq - first_seq(page));
        out.put_varint(at_ms);
        out.extend_from_slice(&entry.key.0);
    }
    (count > 0).then_some(out)
}

/// About how long an entry is: place, time, key.
const DEDUP_ENTRY_BYTES: usize = 3 + 6 + 16;

/// A page of a subscription's progress; `None` when nothing is in it.
fn progress_page(progress: &Progress, page: u64) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut any = put_set(&mut out, &progress.acked, page);
    any |= put_set(&mut out, &progress.ahead, page);
    any |= put_places(&mut out, &progress.back, page);
    any |= put_map(&mut out, &progress.waiting, page, |out, ms| out.put_varint(*ms));
    any |= put_map(&mut out, &progress.leases, page, |out, lease| {
        out.put_varint(lease.since_ms);
        put_end(out, lease.end);
        put_record(out, &lease.record);
    });
    any |= put_map(&mut out, &progress.returned, page, put_record);
    any.then_some(out)
}

/// A page of priority levels; `None` when nothing is in it.
fn levels_page(levels: &Levels, page: u64) -> Option<Vec<u8>> {
    let mut sets = Vec::new();
    let mut count = 0_u64;
    for (level, ready) in &levels.ready {
        let begin = sets.len();
        sets.put_u8(*level);
        if put_set(&mut sets, ready, page) {
            count += 1;
        } else {
            sets.truncate(begin);
        }
    }
    let mut out = Vec::with_capacity(sets.len() + 16);
    out.put_varint(count);
    out.extend_from_slice(&sets);
    let any = put_map(&mut out, &levels.away, page, |out, level| out.put_u8(*level));
    (any || count > 0).then_some(out)
}

/// A page of sizes; `None` when nothing is in it.
fn sizes_page(sizes: &Sizes, page: u64) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    put_map(&mut out, &sizes.of, page, |out, bytes| out.put_varint(u64::from(*bytes))).then_some(out)
}

fn seqs_of(page: u64) -> RangeInclusive<u64> {
    first_seq(page)..=first_seq(page) + (SEQS_PER_PAGE - 1)
}

fn put_places(out: &mut Vec<u8>, seqs: &BTreeSet<u64>, page: u64) -> bool {
    let count = seqs.range(seqs_of(page)).count();
    out.put_varint(count as u64);
    for seq in seqs.range(seqs_of(page)) {
        out.put_varint(seq - first_seq(page));
    }
    count > 0
}

fn put_map<T>(out: &mut Vec<u8>, map: &BTreeMap<u64, T>, page: u64, put: impl Fn(&mut Vec<u8>, &T)) -> bool {
    let count = map.range(seqs_of(page)).count();
    out.put_varint(count as u64);
    for (seq, value) in map.range(seqs_of(page)) {
        out.put_varint(seq - first_seq(page));
        put(out, value);
    }
    count > 0
}
