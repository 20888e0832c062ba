//! The files that count, base first, as one set of pages.

use super::Kind;
use super::reader::{PageReader, damaged};
use crate::error::OpenError;
use crate::io::Io;
use crate::manifest::CheckpointEntry;
use crate::names;
use journal::PageKey;
use std::collections::BTreeMap;

/// Reads what the manifest names: the pages that are not gone; `None` if it names nothing.
pub(crate) fn read_chain(
    io: &dyn Io,
    chain: &[CheckpointEntry],
    store_id: u128,
) -> Result<Option<BTreeMap<PageKey, Vec<u8>>>, OpenError> {
    let mut pages = BTreeMap::new();
    for mut reader in open_chain(io, chain, store_id)? {
        while let Some((key, content)) = reader.next()? {
            match content {
                Some(content) => pages.insert(key, content),
                None => pages.remove(&key),
            };
        }
    }
    Ok((!chain.is_empty()).then_some(pages))
}

/// Opens the files, and makes sure that each follows the one before.
pub(super) fn open_chain(io: &dyn Io, chain: &[CheckpointEntry], store_id: u128) -> Result<Vec<PageReader>, OpenError> {
    let mut readers: Vec<PageReader> = Vec::with_capacity(chain.len());
    let mut before = None;
    for entry in chain {
        let reader = PageReader::open(io, entry, store_id)?;
        let head = reader.head();
        let fits = match (head.kind, before) {
            (Kind::Base, None) => true,
            (Kind::Delta, Some((number, stands_for))) => head.follows == number || head.follows == stands_for,
            (Kind::Base, Some(_)) | (Kind::Delta, None) => false,
        };
        if !fits {
            return Err(damaged(&names::checkpoint(entry.number), "it does not follow the checkpoint before it"));
        }
        let stands_for = if head.kind == Kind::Base { head.follows } else { entry.number };
        before = Some((entry.number, stands_for));
        readers.push(reader);
    }
    Ok(readers)
}
