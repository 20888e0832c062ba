//! Plain functions over bytes for the fuzzers: none may panic, whatever the input.

use crate::{record, snapshot};

/// The first byte is an engine record's kind, the rest its payload. What reads back is written and read again, and must
/// be the same event.
pub fn engine_record(input: &[u8]) {
    let [kind, payload @ ..] = input else { return };
    let Ok(event) = record::decode(*kind, payload) else { return };
    let mut again = Vec::new();
    if let Some((written_kind, _queue)) = record::encode(&event, &mut again) {
        assert_eq!(record::decode(written_kind, &again), Ok(event), "an event survives its own encoding");
    }
}

/// A checkpoint. What reads back is written, read and written again, and must be the same bytes.
pub fn checkpoint(input: &[u8]) {
    let Ok(state) = snapshot::decode(input) else { return };
    let written = snapshot::encode(&state);
    let again = snapshot::decode(&written).expect("what was written reads back");
    assert_eq!(snapshot::encode(&again), written, "a state survives its own encoding");
}
