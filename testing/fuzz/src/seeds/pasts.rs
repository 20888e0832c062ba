//! Inputs of the history's targets: one file with every kind of entry, and the entries of its block alone.

use super::Seed;
use history::memory::MemoryFolder;
use history::{Ending, EnteredConsumer, History, Lack, Passage, Recording, Remover};
use std::sync::Arc;
use vocab::{
    BootEpoch, ConsumerId, DeathReason, DoorCode, LeaseEpoch, MessageId, PartitionId, PartitionKey, Position, QueueId,
    Seq,
};

/// A file's head, which the target puts before its input.
const FILE_HEAD_BYTES: usize = 32;

/// A block's head, without its covers, whose length is in its last four bytes.
const BLOCK_HEAD_BYTES: usize = 48;

pub(super) fn seeds() -> Vec<Seed> {
    let blocks = file().split_off(FILE_HEAD_BYTES);
    let length = blocks[BLOCK_HEAD_BYTES - 4..BLOCK_HEAD_BYTES].try_into().expect("four bytes");
    let entries = &blocks[BLOCK_HEAD_BYTES + u32::from_le_bytes(length) as usize..];
    vec![
        Seed::new("history_entries", "of-every-kind", entries),
        Seed::new("history_file", "of-one-block", blocks.clone()),
        Seed::new("history_file", "of-two-blocks", [&*blocks, &*blocks].concat()),
    ]
}

fn file() -> Vec<u8> {
    let folder = MemoryFolder::default();
    let history = History::open(Arc::new(folder.clone()), 1, 1 << 20).expect("memory refuses nothing");
    history.enter_door(DoorCode(1), "front");
    let consumer = EnteredConsumer { id: ConsumerId(2), door: DoorCode(1), name: "w", peer: "::1", user: "bo" };
    history.enter_consumer(consumer);
    record(&mut history.record(Position(1), 1_700_000_000_000));
    history.advance(Position(1));
    history.leave_consumer(ConsumerId(2));
    history.write_out();
    folder.bytes("history-00000001.lsh").expect("one file")
}

fn record(recording: &mut Recording<'_>) {
    let (key, target) = (key(1), MessageId::new(key(2), Seq(7)));
    recording.started(BootEpoch(3), false);
    recording.published(key, Seq(1), 20, DoorCode(1));
    recording.delivered(key, [1..=3, 5..=5].into_iter(), LeaseEpoch::first_of(BootEpoch(3)), ConsumerId(2));
    let endings = [
        (Ending::Acked, ""),
        (Ending::Released, ""),
        (Ending::LeaseExpired, ""),
        (Ending::Expired, ""),
        (Ending::Failed, "no coffee"),
        (Ending::Rejected, "not mine"),
        (Ending::Removed(Remover::Purge), ""),
        (Ending::Dropped(Lack::QueueTooLong), ""),
    ];
    for (seq, (how, words)) in (1..).zip(endings) {
        recording.ended(key, how, std::iter::once(seq..=seq), words);
    }
    recording.became(key, Passage::Buried(DeathReason::Limit), Seq(10), 2, target);
    recording.became(target.key, Passage::Redriven, Seq(7), 1, MessageId::new(key, Seq(21)));
    recording.queue_deleted(key);
}

fn key(queue: u32) -> PartitionKey {
    PartitionKey::new(QueueId(queue), PartitionId(0))
}
