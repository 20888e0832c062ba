//! Plain functions over bytes for the fuzzers: none may panic, whatever the input.

use crate::core::state::State;
use crate::{record, snapshot};
use journal::wire::{Malformed, Reader, Write};
use journal::{PageKey, ReplayError};
use std::collections::BTreeMap;

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

/// A checkpoint, as [`checkpoint_input`] writes it. What reads back is written, read and written again, and must be the
/// same pages.
pub fn checkpoint(input: &[u8]) {
    let Ok(pages) = pages_of(input) else { return };
    let Ok(mut state) = read(&pages) else { return };
    let written = kept(&mut state);
    let mut again = read(&written).expect("what was written reads back");
    assert_eq!(kept(&mut again), written, "a state survives its own encoding");
}

type Pages = BTreeMap<PageKey, Vec<u8>>;

fn read(pages: &Pages) -> Result<State, ReplayError> {
    snapshot::decode(&mut pages.iter().map(|(key, content)| (*key, &content[..])))
}

fn kept(state: &mut State) -> Pages {
    snapshot::take_everything(state).into_iter().filter_map(|(key, content)| Some((key, content?))).collect()
}

/// A state's pages as one input: of each its key and its content, length first.
#[must_use]
pub fn checkpoint_input(state: &mut State) -> Vec<u8> {
    let mut input = Vec::new();
    for (PageKey(key), content) in kept(state) {
        input.extend_from_slice(&key.to_le_bytes());
        input.put_bytes(&content);
    }
    input
}

fn pages_of(input: &[u8]) -> Result<Pages, Malformed> {
    let mut reader = Reader::new(input);
    let mut pages = Pages::new();
    while !reader.is_empty() {
        let (low, high) = (reader.u64("key")?, reader.u64("key")?);
        let key = PageKey(u128::from(high) << 64 | u128::from(low));
        pages.insert(key, reader.bytes("page")?.to_vec());
    }
    Ok(pages)
}
