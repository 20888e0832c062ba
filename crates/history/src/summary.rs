//! What a whole file is about, so that a lookup passes it by without reading it.
//!
//! Invariant: it is only kept of a file that is not written any more.

use crate::block::{Block, Blocks};
use crate::cover::Cover;
use crate::life::Gap;

/// Partitions that a file keeps apart.
const FILE_PARTITIONS_MAX: usize = 256;

/// A file's cover and gaps.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    pub(crate) cover: Cover,
    pub(crate) gaps: Vec<Gap>,
}

impl Summary {
    /// Of a file's bytes.
    pub(crate) fn of(file: &[u8]) -> Self {
        let mut summary = Self::default();
        let (mut blocks, mut newest_ms) = (Blocks::of(file), 0);
        for block in blocks.by_ref() {
            newest_ms = block.head.last_ms;
            summary.note(&block);
        }
        if !blocks.is_at_end() {
            summary.gaps.push(Gap { at_ms: newest_ms, entries: None });
        }
        summary
    }

    fn note(&mut self, block: &Block<'_>) {
        let head = &block.head;
        self.cover.merge(&head.cover, FILE_PARTITIONS_MAX);
        if head.lost > 0 {
            self.gaps.push(Gap { at_ms: head.first_ms, entries: Some(u64::from(head.lost)) });
        }
        if head.is_unclean {
            self.gaps.push(Gap { at_ms: head.first_ms, entries: None });
        }
    }
}
