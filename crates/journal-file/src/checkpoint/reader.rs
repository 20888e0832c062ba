//! Reads a checkpoint file, page after page, with bounded memory.
//!
//! Invariant: every byte of the file is under a checksum that is checked, and nothing is allocated that the file does not
//! hold.

use super::{ENVELOPE_BYTES, Head, LEN_END, LEN_GONE, RECORD_BYTES, VERSION, first_crc, next_crc};
use crate::envelope::EnvelopeError;
use crate::error::{Lost, OpenError};
use crate::io::{File, Io, Mode};
use crate::manifest::CheckpointEntry;
use crate::names;
use crate::recovery::Verdict;
use journal::PageChange;
use journal::PageKey;
use std::io;
use std::sync::Arc;

/// Bytes read at a time.
const READ_BYTES: u64 = 64 * 1024;

/// A checkpoint file being read.
pub(crate) struct PageReader {
    name: String,
    file: Arc<dyn File>,
    bytes: u64,
    head: Head,
    /// Read and not taken yet: what lies before `at`, from `start` on.
    buffer: Vec<u8>,
    start: usize,
    at: u64,
    crc: u32,
    count: u64,
    last: Option<PageKey>,
}

impl PageReader {
    /// Opens the file that the manifest names.
    pub(crate) fn open(io: &dyn Io, entry: &CheckpointEntry, store_id: u128) -> Result<Self, OpenError> {
        let name = names::checkpoint(entry.number);
        let file = match io.open(&name, Mode::Read) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(OpenError::Missing { file: name }),
            Err(error) => return Err(OpenError::io(&name)(error)),
        };
        let bytes = file.len().map_err(OpenError::io(&name))?;
        if bytes != entry.bytes {
            return Err(damaged(&name, &format!("it has {bytes} bytes instead of {}", entry.bytes)));
        }
        let mut envelope = vec![0; ENVELOPE_BYTES];
        let filled = file.read_at(0, &mut envelope).map_err(OpenError::io(&name))?;
        let head = match Head::parse(&envelope[..filled]) {
            Ok(head) if head.store_id == store_id && head.covers == entry.covers => head,
            Ok(_) => return Err(damaged(&name, "it belongs to another store or another commit")),
            Err(EnvelopeError::Damaged) => return Err(damaged(&name, "its checksum does not match")),
            Err(EnvelopeError::Version(found)) => {
                let (found, knows) = (format!("checkpoint format {found}"), format!("{VERSION}"));
                return Err(OpenError::UnknownVersion { file: name, found, knows });
            }
        };
        let (crc, at) = (first_crc(&envelope), ENVELOPE_BYTES as u64);
        Ok(Self { name, file, bytes, head, buffer: Vec::new(), start: 0, at, crc, count: 0, last: None })
    }

    pub(crate) fn head(&self) -> &Head {
        &self.head
    }

    /// The next page; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<PageChange>, OpenError> {
        self.fill(RECORD_BYTES)?;
        let (record, _) = self.rest().split_first_chunk::<RECORD_BYTES>().expect("so much was read");
        let [c0, c1, c2, c3, l0, l1, l2, l3, key @ ..] = *record;
        let (crc, len) = (u32::from_le_bytes([c0, c1, c2, c3]), u32::from_le_bytes([l0, l1, l2, l3]));
        let key = u128::from_le_bytes(key);
        let content_bytes = if matches!(len, LEN_GONE | LEN_END) { 0 } else { len as usize };
        self.fill(RECORD_BYTES + content_bytes)?;
        let content = &self.rest()[RECORD_BYTES..RECORD_BYTES + content_bytes];
        if crc != next_crc(self.crc, len, key, content) {
            return Err(damaged(&self.name, "a page's checksum does not match"));
        }
        let content = content.to_vec();
        self.crc = crc;
        self.start += RECORD_BYTES + content_bytes;
        if len == LEN_END {
            return if key == u128::from(self.count) && self.at == self.bytes && self.rest().is_empty() {
                Ok(None)
            } else {
                Err(damaged(&self.name, "it does not end where it says"))
            };
        }
        self.count += 1;
        if self.last.replace(PageKey(key)) >= Some(PageKey(key)) {
            return Err(damaged(&self.name, "its pages are out of order"));
        }
        Ok(Some((PageKey(key), (len != LEN_GONE).then_some(content))))
    }

    fn rest(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// Reads on until `count` bytes can be taken.
    fn fill(&mut self, count: usize) -> Result<(), OpenError> {
        let missing = count.saturating_sub(self.rest().len()) as u64;
        if missing == 0 {
            return Ok(());
        }
        let left = self.bytes - self.at;
        if missing > left {
            return Err(damaged(&self.name, "it ends within a page"));
        }
        self.buffer.drain(..self.start);
        self.start = 0;
        let more = usize::try_from(missing.max(READ_BYTES).min(left)).expect("a page is far below 4 GiB");
        let known = self.buffer.len();
        self.buffer.resize(known + more, 0);
        let filled = self.file.read_at(self.at, &mut self.buffer[known..]).map_err(OpenError::io(&self.name))?;
        if filled < more {
            return Err(damaged(&self.name, "it ends within a page"));
        }
        self.at += filled as u64;
        Ok(())
    }
}

pub(super) fn damaged(file: &str, what: &str) -> OpenError {
    let (file, what) = (file.to_owned(), what.to_owned());
    OpenError::Damaged { file, what, lost: Lost::default(), verdict: Verdict::Rot }
}
