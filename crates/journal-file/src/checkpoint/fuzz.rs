//! A checkpoint file of any bytes.

use super::reader::PageReader;
use super::{ENVELOPE_BYTES, Head, Kind, LEN_END, LEN_GONE, PageWriter, RECORD_BYTES, first_crc, next_crc};
use crate::error::OpenError;
use crate::fuzz::MemoryFolder;
use crate::manifest::CheckpointEntry;
use crate::names;
use journal::PageChange;
use vocab::Position;

const NUMBER: u32 = 1;
const HEAD: Head = Head { store_id: 1, covers: Position(1), kind: Kind::Delta, follows: 0 };

/// Takes `input` as a file, and as the records of one whose checksums are right. What reads, is written and read again, and
/// must be the same.
pub(crate) fn file(input: &[u8]) {
    for file in [input.to_vec(), mended(input)] {
        if let Ok(pages) = read(file) {
            let written = read(write(&pages)).expect("what was written reads back");
            assert_eq!(written, pages);
        }
    }
}

/// A healthy file.
pub(crate) fn write(pages: &[PageChange]) -> Vec<u8> {
    let folder = MemoryFolder::default();
    let mut writer = PageWriter::create(&folder, NUMBER, &HEAD, 4096).expect("memory has room");
    for (key, content) in pages {
        writer.push(&folder, *key, content.as_deref()).expect("memory has room");
    }
    writer.finish(&folder).expect("memory has room");
    folder.bytes(&names::checkpoint(NUMBER)).expect("it was just written")
}

fn read(file: Vec<u8>) -> Result<Vec<PageChange>, OpenError> {
    let folder = MemoryFolder::default();
    let entry = CheckpointEntry { number: NUMBER, covers: HEAD.covers, bytes: file.len() as u64 };
    folder.put(&names::checkpoint(NUMBER), file);
    let mut reader = PageReader::open(&folder, &entry, HEAD.store_id)?;
    let mut pages = Vec::new();
    while let Some(page) = reader.next()? {
        pages.push(page);
    }
    Ok(pages)
}

/// The envelope, and `records` with the checksums that they should have, as far as they go.
fn mended(records: &[u8]) -> Vec<u8> {
    let mut file = HEAD.encode();
    let mut crc = first_crc(&file);
    file.extend_from_slice(records);
    let mut at = ENVELOPE_BYTES;
    while let Some((record, rest)) = file[at..].split_first_chunk::<RECORD_BYTES>() {
        let [_, _, _, _, l0, l1, l2, l3, key @ ..] = *record;
        let len = u32::from_le_bytes([l0, l1, l2, l3]);
        let content_bytes = if matches!(len, LEN_GONE | LEN_END) { 0 } else { len as usize };
        let Some(content) = rest.get(..content_bytes) else { break };
        crc = next_crc(crc, len, u128::from_le_bytes(key), content);
        file[at..at + 4].copy_from_slice(&crc.to_le_bytes());
        at += RECORD_BYTES + content_bytes;
    }
    file
}
