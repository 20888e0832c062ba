//! Runs: a file of any bytes, and the parts of one that a checksum guards.

use super::MemoryFolder;
use crate::io::Mode;
use crate::run::{self, RunFile, RunHeader, RunWriter};
use crate::{Config, names};
use bytes::Bytes;
use journal::message_codec;
use vocab::{Message, PartitionId, PartitionKey, QueueId, Seq};

const HEADER: RunHeader = RunHeader { store_id: 1, number: 1, generation: 0 };

/// A run: opened and read to its end, which shows no message that was not written. Beyond that, the input is taken as what
/// a right checksum would let through: a footer behind the place where it starts (u64), a trailer, and a block.
pub fn run(input: &[u8]) {
    if let Ok(messages) = read_all(input) {
        assert!(messages.iter().all(|(key, seq, message)| *message == written_message(*key, *seq)));
    }
    run::fuzz::parts(input);
}

/// A run of several blocks in two sections.
#[must_use]
pub fn healthy_run() -> Vec<u8> {
    let folder = MemoryFolder::default();
    let config = Config { run_block_bytes: 200, ..Config::default() };
    let mut writer = RunWriter::create(&folder, &HEADER, &config).expect("memory never fails");
    for queue in [1, 2] {
        let key = PartitionKey::new(QueueId(queue), PartitionId(0));
        for seq in (1..=5).chain(70_000..70_003).map(Seq) {
            let mut entry = Vec::new();
            message_codec::put_entry(&mut entry, key, seq, &written_message(key, seq));
            writer.push(key, seq, &entry).expect("memory never fails");
        }
    }
    writer.finish(&folder).expect("memory never fails");
    folder.bytes(&names::run(HEADER.number)).expect("it was written")
}

fn written_message(key: PartitionKey, seq: Seq) -> Message {
    Message::with_body(format!("message {seq} of queue {}", key.queue))
}

/// What is wrong does not matter here.
struct Unreadable;

/// Every message of the run that `file` is.
fn read_all(file: &[u8]) -> Result<Vec<(PartitionKey, Seq, Message)>, Unreadable> {
    let folder = MemoryFolder::default();
    folder.put(&names::run(HEADER.number), file.to_vec());
    let opened = RunFile::open(&folder, HEADER.store_id, HEADER.number, Mode::Read);
    let (run, sections) = opened.map_err(|_| Unreadable)?;
    let mut messages = Vec::new();
    for (section, _) in &sections {
        let blocks: Vec<Bytes> = run.read_blocks(section, 0, section.blocks.len()).map_err(|_| Unreadable)?;
        for entry in blocks.iter().flat_map(run::entries) {
            let (seq, entry) = entry.map_err(|_| Unreadable)?;
            let message = message_codec::decode_entry(&entry, section.key, seq).map_err(|_| Unreadable)?;
            messages.push((section.key, seq, message));
        }
    }
    Ok(messages)
}
