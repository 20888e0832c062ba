//! The parts of a run under any bytes, as if their checksums were right.

use super::footer::{self, Trailer};
use super::{entries, find};
use bytes::Bytes;
use vocab::Seq;

/// Takes `input` for each part in turn.
pub(crate) fn parts(input: &[u8]) {
    trailer(input);
    if let Some((footer_at, body)) = input.split_first_chunk() {
        let _ = footer::parse(&footer::sealed(body), u64::from_le_bytes(*footer_at));
    }
    messages(&Bytes::copy_from_slice(input));
}

/// What parses, encodes to itself.
fn trailer(input: &[u8]) {
    if let Some(trailer) = Trailer::parse(input) {
        assert_eq!(trailer.encode(), input);
        let _ = trailer.file_bytes();
    }
}

/// What one way through a block shows, the other one finds.
fn messages(block: &Bytes) {
    for (seq, entry) in entries(block).map_while(Result::ok) {
        let found = find(block, seq).expect("the messages up to this one can be read");
        assert_eq!(found, Some(entry));
    }
    let _ = find(block, Seq(u64::MAX));
    let _ = entries(block).count();
}
