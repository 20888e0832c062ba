//! What an operator, a test or the simulator may choose about a store.
//!
//! What it is not: part of the format; a store written under one configuration opens under any other.

use crate::io::{BLOCK, Mode};
use vocab::limits;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// Sizes and times of a store. The default suits everything but tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The first segment of a boot has so many bytes, each further one four times more. At least 16 KiB.
    pub segment_bytes_min: u64,
    /// Segments stop growing at so many bytes; only a larger commit gets a larger one.
    pub segment_bytes_max: u64,
    /// Most bytes of records in one frame, unless one record alone is larger.
    pub frame_bytes_max: usize,
    /// Most bytes handed to the disk in one call, a multiple of 4096.
    pub write_bytes_max: usize,
    /// Memory for messages kept after they were written, in bytes.
    pub cache_bytes: usize,
    /// A checkpoint is due after so many bytes of records.
    pub checkpoint_bytes: u64,
    /// A checkpoint is due after so many milliseconds, if anything was written.
    pub checkpoint_ms: u64,
    /// A checkpoint's changes are folded into the rest when they lie in more files than this, or are larger than the rest.
    pub checkpoint_files_max: usize,
    /// A synced commit that has no successor for so many microseconds is marked as synced by an empty frame.
    pub idle_seal_us: u64,
    /// Without a change of segment for so many milliseconds, all but one of the spare segments are given back.
    pub spare_idle_ms: u64,
    /// A step that met a full disk is tried again after so many milliseconds.
    pub retry_ms: u64,
    /// Publishes are refused when less than a twelfth of the disk is free, or less than so many bytes where that is less: the rest
    /// is for what frees space. 0 refuses them only when the disk does.
    pub reserve_bytes_max: u64,
    /// So many messages may wait in the log; beyond, the oldest segment's are sorted into a run.
    pub window_messages_max: u64,
    /// So many bytes of segments behind the one that is written to may hold messages; beyond, likewise.
    pub window_bytes_max: u64,
    /// Records that no checkpoint covers hold back new ones beyond so many bytes: they are what a restart has to read.
    pub uncovered_bytes_max: u64,
    /// Runs are joined up to so many bytes.
    pub run_bytes_max: u64,
    /// Neighbouring runs smaller than this are joined.
    pub run_bytes_min: u64,
    /// Bytes sorted at a time when a segment becomes a run.
    pub sort_bytes: usize,
    /// Bytes of a run read at a time by a consumer that goes through it.
    pub read_ahead_bytes: usize,
    /// Memory for blocks of runs, in bytes.
    pub block_cache_bytes: usize,
    /// Messages in a run lie in blocks of about so many bytes: the least that is read for one message.
    pub run_block_bytes: usize,
    /// Recovery reads so many bytes at a time.
    pub read_bytes: usize,
    /// Write past the page cache where the file system can.
    pub direct: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            segment_bytes_min: MIB,
            segment_bytes_max: 64 * MIB,
            frame_bytes_max: limits::FRAME_BYTES_MAX,
            write_bytes_max: 1024 * 1024,
            cache_bytes: limits::BODY_CACHE_BYTES,
            checkpoint_bytes: 64 * MIB,
            checkpoint_ms: 30_000,
            checkpoint_files_max: 32,
            idle_seal_us: 20_000,
            spare_idle_ms: 10_000,
            retry_ms: 1000,
            reserve_bytes_max: 2048 * MIB,
            window_messages_max: 512 * KIB,
            window_bytes_max: 128 * MIB,
            uncovered_bytes_max: 1024 * MIB,
            run_bytes_max: 128 * MIB,
            run_bytes_min: 4 * MIB,
            sort_bytes: 4 * 1024 * 1024,
            read_ahead_bytes: 256 * 1024,
            block_cache_bytes: 4 * 1024 * 1024,
            run_block_bytes: 32 * 1024,
            read_bytes: 4 * 1024 * 1024,
            direct: true,
        }
    }
}

impl Config {
    /// How segments are opened.
    pub(crate) fn mode(&self) -> Mode {
        if self.direct { Mode::Direct } else { Mode::Buffered }
    }

    /// The size of the `rotation`-th segment since the store was opened, in whole blocks.
    pub(crate) fn segment_bytes(&self, rotation: u32) -> u64 {
        let grown = self.segment_bytes_min.saturating_mul(4_u64.saturating_pow(rotation));
        grown.min(self.segment_bytes_max).max(4 * BLOCK as u64).next_multiple_of(BLOCK as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_grow_fourfold_up_to_their_limit() {
        let sizes = [0, 1, 2, 3, 4, 5, 40].map(|rotation| Config::default().segment_bytes(rotation) / MIB);
        assert_eq!(sizes, [1, 4, 16, 64, 64, 64, 64]);
    }
}
