//! Bare durable writes: a pre-zeroed file, written past the page cache in whole blocks, synced each time.
//!
//! What it is not: a journal. There is no format, no checksum and no way to read anything back; it shows what
//! the disk takes at best. The file is written round and round, so that its size never changes.

use anyhow::{Context, Result};
use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

/// Alignment and padding of writes, in bytes.
pub const BLOCK: usize = 4096;

/// How much of the file is zero-filled before the first measured write, and in what pieces.
const FILE_BYTES: u64 = 64 * 1024 * 1024;
const FILL_BYTES: usize = 1024 * 1024;

/// A buffer whose content starts on a block boundary, as writes past the page cache need it.
pub struct AlignedBuffer {
    memory: Vec<u8>,
    start: usize,
    length: usize,
}

impl AlignedBuffer {
    /// An empty buffer for up to `capacity` bytes.
    pub fn with_capacity(capacity: usize) -> Self {
        let memory = vec![0; capacity.next_multiple_of(BLOCK) + BLOCK];
        let start = memory.as_ptr().align_offset(BLOCK);
        Self { memory, start, length: 0 }
    }

    /// Appends `bytes`, growing if it must.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.start + self.length + bytes.len() + BLOCK > self.memory.len() {
            self.grow(bytes.len());
        }
        let at = self.start + self.length;
        self.memory[at..at + bytes.len()].copy_from_slice(bytes);
        self.length += bytes.len();
    }

    /// The content, with zeros up to the next block boundary.
    pub fn padded(&mut self) -> &[u8] {
        let padded = self.length.next_multiple_of(BLOCK);
        self.memory[self.start + self.length..self.start + padded].fill(0);
        &self.memory[self.start..self.start + padded]
    }

    /// Forgets the content and keeps the memory.
    pub fn clear(&mut self) {
        self.length = 0;
    }

    fn grow(&mut self, by: usize) {
        let mut larger = Self::with_capacity((self.length + by) * 2);
        larger.push(&self.memory[self.start..self.start + self.length]);
        *self = larger;
    }
}

/// The file. Dropping it leaves it in its folder, which the caller owns.
pub struct BareFile {
    file: File,
    offset: u64,
    direct: bool,
}

impl BareFile {
    /// Makes and zero-fills a file in `folder`, past the page cache where the file system can.
    pub fn create(folder: &Path) -> Result<Self> {
        let path = folder.join("bare-writes");
        let (file, direct) = create_direct_or_buffered(&path)?;
        let mut bare = Self { file, offset: 0, direct };
        let mut zeros = AlignedBuffer::with_capacity(FILL_BYTES);
        zeros.push(&vec![0; FILL_BYTES]);
        for _ in 0..FILE_BYTES / FILL_BYTES as u64 {
            bare.write(zeros.padded())?;
        }
        bare.file.sync_all()?;
        bare.offset = 0;
        Ok(bare)
    }

    /// Whether writes go past the page cache.
    pub fn is_direct(&self) -> bool {
        self.direct
    }

    /// Writes whole blocks at the next place, without waiting for the disk to keep them.
    pub fn write(&mut self, blocks: &[u8]) -> Result<()> {
        let bytes = blocks.len() as u64;
        if self.offset + bytes > FILE_BYTES {
            self.offset = 0;
        }
        self.file.write_all_at(blocks, self.offset).context("writing the bare file")?;
        self.offset += bytes;
        Ok(())
    }

    /// Waits until everything written is kept (`fdatasync`).
    pub fn sync(&self) -> Result<()> {
        self.file.sync_data().context("syncing the bare file")
    }
}

fn create_direct_or_buffered(path: &Path) -> Result<(File, bool)> {
    let direct = rustix::fs::OFlags::DIRECT.bits().cast_signed();
    let options = || OpenOptions::new().write(true).create(true).clone();
    match options().custom_flags(direct).open(path) {
        Ok(file) => Ok((file, true)),
        Err(refused) if refused.kind() == ErrorKind::InvalidInput => Ok((options().open(path)?, false)),
        Err(error) => Err(error).with_context(|| format!("making {}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_stays_aligned_and_keeps_its_content_while_it_grows() {
        let mut buffer = AlignedBuffer::with_capacity(10);
        let text: Vec<u8> = (0..20_000_u32).map(|n| (n % 251) as u8).collect();
        for piece in text.chunks(777) {
            buffer.push(piece);
        }
        let padded = buffer.padded();
        assert_eq!(padded.as_ptr().align_offset(BLOCK), 0);
        assert_eq!(padded.len(), 20_480);
        assert_eq!(&padded[..text.len()], &text[..]);
        assert!(padded[text.len()..].iter().all(|byte| *byte == 0));
    }

    #[test]
    fn a_bare_file_takes_more_than_its_size() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let mut file = BareFile::create(folder.path()).expect("the file can be made");
        let mut buffer = AlignedBuffer::with_capacity(48 << 20);
        buffer.push(&vec![7; 48 << 20]);
        for _ in 0..2 {
            file.write(buffer.padded()).expect("whole blocks are taken");
        }
        file.sync().expect("a sync succeeds");
        let size = folder.path().join("bare-writes").metadata().expect("the file exists").len();
        assert_eq!(size, FILE_BYTES);
    }
}
