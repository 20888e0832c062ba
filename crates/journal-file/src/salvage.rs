//! Every message that a damaged store can still show, one after the other.
//!
//! What it is not: the choice of those that live, which is the engine's. Invariants: nothing is changed; of each partition,
//! messages come in order of seq as long as the store's own order is not damaged; one that is in the log and in a run comes twice.

use crate::config::Config;
use crate::error::OpenError;
use crate::examine::{self, Folder};
use crate::io::Io;
use crate::recovery::Frame;
use crate::verify::VerifyProgress;
use bytes::Bytes;
use journal::message_codec::{self, MessageBatch};
use journal::record::{KIND_MESSAGES, Record, Records};
use vocab::{Message, PartitionKey, Seq};

/// Takes one message.
pub type TakeMessage<'a> = dyn FnMut(PartitionKey, Seq, Message) + 'a;

/// Gives every message that can be read to `take`: those of the runs first, then those of the log.
///
/// # Errors
/// There is no store, none that this version can read, or no readable manifest.
pub fn readable_messages(
    io: &dyn Io,
    shown: &str,
    take: &mut TakeMessage<'_>,
    progress: &mut dyn FnMut(VerifyProgress),
) -> Result<(), OpenError> {
    let manifest = Folder::read(io, shown)?.manifest;
    let log_bytes: u64 = manifest.segments.iter().map(|entry| entry.bytes).sum();
    let run_bytes: u64 = manifest.runs.iter().map(|entry| entry.bytes).sum();
    let bytes = log_bytes + run_bytes;
    let mut bytes_done = 0;
    for entry in &manifest.runs {
        // What cannot be read was found when the store was verified.
        let _examined = examine::examine_run(io, manifest.store_id, entry, &mut |block| {
            for (seq, entry) in &block.entries {
                give(block.key, *seq, entry, take);
            }
        })?;
        bytes_done += entry.bytes;
        progress(VerifyProgress { bytes_done, bytes });
    }
    let mut take_frame = |_: &crate::SegmentEntry, frame: &Frame| {
        for record in Records::new(&frame.body).map_while(Result::ok).filter(|record| record.kind == KIND_MESSAGES) {
            give_batch(&record, frame, take);
        }
    };
    let mut told = |done| progress(VerifyProgress { bytes_done: run_bytes + done, bytes });
    let _walked = examine::walk_log(io, &Config::default(), &manifest, &mut take_frame, &mut told)?;
    Ok(())
}

fn give_batch(record: &Record<'_>, frame: &Frame, take: &mut TakeMessage<'_>) {
    let Ok(batch) = MessageBatch::parse(record.queue, record.payload) else { return };
    for entry in batch.entries().map_while(Result::ok) {
        let start = record.payload_at + entry.at;
        give(batch.key, entry.seq, &frame.body.slice(start..start + entry.len), take);
    }
}

fn give(key: PartitionKey, seq: Seq, entry: &Bytes, take: &mut TakeMessage<'_>) {
    if let Ok(message) = message_codec::decode_entry(entry, key, seq) {
        take(key, seq, message);
    }
}
