//! The files: the newest is written at its end, the oldest goes when there is no more room.
//!
//! ```text
//!  history-00000007.lsh … history-00000070.lsh       at most `bytes_max` together; blocks go to the greatest number
//! ```
//!
//! What it is not: a place where anything may be missed. Nothing is synced; what is damaged or of another version or store is passed
//! by or removed, and the server goes on.
//!
//! Invariant: all files together have at most `bytes_max` bytes, at every moment.

use crate::block::{Blocks, FILE_HEAD_BYTES, file_head, is_file_head, seal};
use crate::decode::Decoder;
use crate::encode::Encoder;
use crate::folder::{File, Folder, read_up_to};
use crate::names::Names;
use crate::summary::Summary;
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

/// A file's greatest size: a lookup holds one in memory at a time.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// So many files at least, so that little goes at a time.
const FILES_MIN: u64 = 16;

/// The files of a history.
pub(crate) struct Ring {
    folder: Arc<dyn Folder>,
    store_id: u128,
    bytes_max: u64,
    files: VecDeque<RingFile>,
    /// What a new file begins with.
    names: Names,
    newest_ms: u64,
}

/// One file, as long as it is in the ring.
#[derive(Clone)]
pub(crate) struct RingFile {
    pub(crate) number: u32,
    pub(crate) file: Arc<dyn File>,
    pub(crate) bytes: u64,
    /// When its first entry was.
    pub(crate) first_ms: Option<u64>,
    /// What it is about, once somebody looked. Only of a file that is not written any more.
    pub(crate) summary: Option<Arc<Summary>>,
}

impl Ring {
    /// The files in a folder, those that can be read. What the last process left unfinished at the end of the newest is cut.
    ///
    /// # Errors
    /// The disk refuses.
    pub(crate) fn open(folder: Arc<dyn Folder>, store_id: u128, bytes_max: u64) -> io::Result<Self> {
        let mut numbers: Vec<u32> = folder.list()?.iter().filter_map(|name| number_of(name)).collect();
        numbers.sort_unstable();
        let mut ring =
            Self { folder, store_id, bytes_max, files: VecDeque::new(), names: Names::default(), newest_ms: 0 };
        for number in numbers {
            ring.take_in(number)?;
        }
        if let Some(newest) = ring.files.back_mut() {
            cut_end(newest)?;
        }
        ring.make_room(0, 0);
        Ok(ring)
    }

    /// Writes a block around entries; `lost` entries are missing before it.
    ///
    /// # Errors
    /// The disk refuses, or the block is larger than the whole history may be: it is not there then.
    pub(crate) fn append(&mut self, entries: &[u8], lost: u64) -> io::Result<()> {
        let (block, head) = seal(entries, lost).ok_or(io::ErrorKind::InvalidData)?;
        let bytes = block.len() as u64;
        let file_bytes = (self.bytes_max / FILES_MIN).min(FILE_BYTES_MAX);
        if self.files.back().is_some_and(|newest| newest.bytes + bytes <= file_bytes) {
            self.make_room(bytes, 1);
        } else {
            self.begin_file(bytes)?;
        }
        if head.has_names {
            Decoder::new(entries).flatten().for_each(|dated| self.names.note(&dated.entry));
        }
        self.newest_ms = head.last_ms;
        self.write(&block, head.first_ms)
    }

    /// All files, oldest first. They can be read while the ring goes on.
    pub(crate) fn files(&self) -> Vec<RingFile> {
        self.files.iter().cloned().collect()
    }

    /// Keeps what somebody found out about a file that is not written any more.
    pub(crate) fn keep_summary(&mut self, number: u32, summary: &Arc<Summary>) {
        let newest = self.files.back().map(|file| file.number);
        if let Some(file) = self.files.iter_mut().find(|file| file.number == number && newest != Some(number)) {
            file.summary = Some(summary.clone());
        }
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    pub(crate) fn known_from_ms(&self) -> Option<u64> {
        self.files.iter().find_map(|file| file.first_ms)
    }

    /// Gives the oldest file's space back, unless only `keep` are left.
    pub(crate) fn remove_oldest(&mut self, keep: usize) -> bool {
        if self.files.len() <= keep {
            return false;
        }
        let Some(oldest) = self.files.pop_front() else { return false };
        if let Err(error) = self.folder.remove(&name_of(oldest.number)) {
            tracing::warn!(%error, file = name_of(oldest.number), "an old file of the history cannot be removed");
        }
        true
    }

    fn take_in(&mut self, number: u32) -> io::Result<()> {
        let name = name_of(number);
        let file = self.folder.open(&name)?;
        let head = read_up_to(&*file, FILE_HEAD_BYTES)?;
        if !is_file_head(&head, number, self.store_id) {
            tracing::warn!(file = name, "a file that is no history of this store is removed");
            return self.folder.remove(&name);
        }
        let bytes = file.len()?;
        let first_ms = first_ms(&*file)?;
        self.files.push_back(RingFile { number, file, bytes, first_ms, summary: None });
        Ok(())
    }

    /// Begins a file with all names in it, and room for so many bytes more.
    fn begin_file(&mut self, bytes: u64) -> io::Result<()> {
        let (mut entries, mut encoder) = (Vec::new(), Encoder::default());
        self.names.encode(&mut encoder, &mut entries, self.newest_ms);
        let number = self.files.back().map_or(1, |newest| newest.number + 1);
        let mut start = file_head(number, self.store_id);
        start.extend(seal(&entries, 0).map(|(block, _head)| block).unwrap_or_default());
        if start.len() as u64 + bytes > self.bytes_max {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.make_room(start.len() as u64 + bytes, 0);
        let file = self.folder.create(&name_of(number))?;
        if let Err(error) = file.write_at(0, &start) {
            // A file without its head is removed at the next start, too.
            let _left_behind = self.folder.remove(&name_of(number));
            return Err(error);
        }
        self.files.push_back(RingFile { number, file, bytes: start.len() as u64, first_ms: None, summary: None });
        Ok(())
    }

    /// Removes the oldest files until there is room for so many bytes more, or `keep` are left.
    fn make_room(&mut self, bytes: u64, keep: usize) {
        while self.bytes() + bytes > self.bytes_max && self.remove_oldest(keep) {}
    }

    fn write(&mut self, block: &[u8], first_ms: u64) -> io::Result<()> {
        let newest = self.files.back_mut().expect("a file was begun");
        if let Err(error) = newest.file.write_at(newest.bytes, block) {
            // What was written of it is cut at the next start, or by the next block.
            let _torn = newest.file.truncate(newest.bytes);
            return Err(error);
        }
        newest.bytes += block.len() as u64;
        newest.first_ms = newest.first_ms.or(Some(first_ms));
        Ok(())
    }
}

/// Cuts what follows the last whole block.
fn cut_end(newest: &mut RingFile) -> io::Result<()> {
    let bytes = read_up_to(&*newest.file, usize::try_from(newest.bytes).unwrap_or(usize::MAX))?;
    let mut blocks = Blocks::of(&bytes);
    let mut end = blocks.at;
    while let Some(block) = blocks.next() {
        if block.body().is_none() {
            break;
        }
        end = blocks.at;
    }
    if (end as u64) < newest.bytes {
        tracing::info!(bytes = newest.bytes - end as u64, "the history's torn end is cut");
        newest.file.truncate(end as u64)?;
        newest.bytes = end as u64;
    }
    Ok(())
}

fn first_ms(file: &dyn File) -> io::Result<Option<u64>> {
    // The head's fixed part has the time; its covers are not needed.
    let mut head = [0; 24];
    let filled = file.read_at(FILE_HEAD_BYTES as u64, &mut head)?;
    let time: [u8; 8] = head[16..].try_into().expect("eight bytes");
    Ok((filled == head.len()).then(|| u64::from_le_bytes(time)))
}

/// Removes every file of a history.
///
/// # Errors
/// The disk refuses.
pub fn remove(folder: &dyn Folder) -> io::Result<()> {
    folder.list()?.iter().filter(|name| number_of(name).is_some()).try_for_each(|name| folder.remove(name))
}

fn name_of(number: u32) -> String {
    format!("history-{number:08}.lsh")
}

fn number_of(name: &str) -> Option<u32> {
    let number = name.strip_prefix("history-")?.strip_suffix(".lsh")?.parse().ok()?;
    (name_of(number) == name).then_some(number)
}
