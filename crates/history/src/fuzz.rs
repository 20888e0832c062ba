//! The decoders as functions of bytes that must return, whatever the bytes.

use crate::block::{Blocks, FILE_HEAD_BYTES, file_head};
use crate::decode::Decoder;
use crate::history::History;
use crate::memory::MemoryFolder;
use std::sync::Arc;
use vocab::{MessageId, PartitionId, PartitionKey, QueueId, Seq};

/// The entries of a block.
pub fn entries(bytes: &[u8]) {
    for dated in Decoder::new(bytes).flatten() {
        assert!(!matches!(dated.entry, crate::entry::Entry::Became { span: (first, last), .. } if first > last));
    }
}

/// A file's blocks behind its head, as a start and a lookup meet them.
pub fn file(bytes: &[u8]) {
    let mut file = file_head(1, 1);
    file.extend_from_slice(bytes);
    let read: usize = Blocks::of(&file).map(|block| block.bytes).sum();
    assert!(read + FILE_HEAD_BYTES <= file.len(), "no block is longer than the file");
    let folder = MemoryFolder::default();
    folder.put("history-00000001.lsh", file);
    let history = History::open(Arc::new(folder), 1, 1 << 20).expect("a folder in memory refuses nothing");
    for queue in 0..3 {
        let key = PartitionKey::new(QueueId(queue), PartitionId(0));
        let _life = history.life(MessageId::new(key, Seq(1)));
    }
}
