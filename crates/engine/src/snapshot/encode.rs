//! State to bytes; drawn in [`crate::snapshot`].

use crate::core::log::Log;
use crate::core::state::{Queue, State};
use crate::core::subscription::Progress;
use crate::record::{put_end, put_record};
use crate::snapshot::VERSION;
use journal::wire::Write;
use roaring::RoaringTreemap;

/// Writes the state down.
#[must_use]
pub fn encode(state: &State) -> Vec<u8> {
    let mut out = Vec::with_capacity(4096);
    out.put_u8(VERSION);
    out.put_varint(u64::from(state.boot.0));
    out.put_varint(u64::from(state.next_queue));
    out.put_varint(state.log_ms);
    out.put_varint(state.queues.len() as u64);
    for queue in state.queues.values() {
        put_queue(&mut out, queue);
    }
    out
}

fn put_queue(out: &mut Vec<u8>, queue: &Queue) {
    let info = &queue.info;
    for number in [u64::from(info.id.0), info.created_ms, info.modified_ms, info.revision] {
        out.put_varint(number);
    }
    out.put_bytes(info.name.as_bytes());
    out.put_bytes(&serde_json::to_vec(&info.settings).expect("settings are plain data"));
    out.put_bytes(&serde_json::to_vec(&info.annotations).expect("annotations are a map of text"));
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
        put_log(out, log);
    }
    out.put_varint(queue.subscriptions.len() as u64);
    for (id, partitions) in &queue.subscriptions {
        out.put_varint(u64::from(id.0));
        for progress in partitions {
            put_progress(out, progress);
        }
    }
}

fn put_log(out: &mut Vec<u8>, log: &Log) {
    for number in [log.next.0, log.reserved.0, log.floor.0, log.over_below.0, log.newest_ms] {
        out.put_varint(number);
    }
    put_set(out, &log.removed);
    put_pairs(out, log.anchors.iter().map(|(seq, ms)| (seq.0, *ms)));
    put_pairs(out, log.expiries.iter().map(|(seq, ms)| (*seq, *ms)));
    put_pairs(out, log.boots.iter().map(|(seq, boot)| (seq.0, u64::from(boot.0))));
}

fn put_progress(out: &mut Vec<u8>, progress: &Progress) {
    for number in [progress.cursor.0, progress.next_epoch.0, progress.open] {
        out.put_varint(number);
    }
    put_set(out, &progress.ahead);
    put_set(out, &progress.acked);
    out.put_varint(progress.back.len() as u64);
    for seq in &progress.back {
        out.put_varint(*seq);
    }
    put_pairs(out, progress.waiting.iter().map(|(seq, ms)| (*seq, *ms)));
    out.put_varint(progress.leases.len() as u64);
    for (seq, lease) in &progress.leases {
        out.put_varint(*seq);
        out.put_varint(lease.since_ms);
        put_end(out, lease.end);
        put_record(out, &lease.record);
    }
    out.put_varint(progress.returned.len() as u64);
    for (seq, record) in &progress.returned {
        out.put_varint(*seq);
        put_record(out, record);
    }
}

fn put_pairs(out: &mut Vec<u8>, pairs: impl ExactSizeIterator<Item = (u64, u64)>) {
    out.put_varint(pairs.len() as u64);
    for (seq, value) in pairs {
        out.put_varint(seq);
        out.put_varint(value);
    }
}

fn put_set(out: &mut Vec<u8>, set: &RoaringTreemap) {
    let mut bytes = Vec::with_capacity(set.serialized_size());
    set.serialize_into(&mut bytes).expect("writing to memory cannot fail");
    out.put_bytes(&bytes);
}
