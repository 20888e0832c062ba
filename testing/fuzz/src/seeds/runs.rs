//! A run, and those parts of it that the target takes without their checksums.

use super::Seed;
use journal_file::fuzz::healthy_run;

/// Bytes before the first block.
const BLOCKS_AT: usize = 4096;

/// Bytes of a block before its messages, and where their length is.
const BLOCK_HEADER_BYTES: usize = 26;
const BLOCK_LEN_AT: usize = 4;

/// Bytes before the body of a footer.
const ENVELOPE_BYTES: usize = 16;

/// The last bytes of a run: where the footer starts (u64), how long it is (u32), and more.
const TRAILER_BYTES: usize = 24;

pub(super) fn seeds() -> Vec<Seed> {
    let file = healthy_run();
    let trailer = &file[file.len() - TRAILER_BYTES..];
    let [footer_at, footer_bytes] = [number(&trailer[..8]), number(&trailer[8..12])];
    let body = &file[footer_at + ENVELOPE_BYTES..footer_at + footer_bytes];
    let messages_bytes = number(&file[BLOCKS_AT + BLOCK_LEN_AT..][..4]);
    let block = &file[BLOCKS_AT..][..BLOCK_HEADER_BYTES + messages_bytes];
    vec![
        Seed::new("run", "footer", [&trailer[..8], body].concat()),
        Seed::new("run", "trailer", trailer),
        Seed::new("run", "block", block),
        Seed::new("run", "file", file),
    ]
}

fn number(bytes: &[u8]) -> usize {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte))
}
