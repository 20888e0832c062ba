//! A folder in memory that refuses what a direct write may not be.

use crate::fuzz::MemoryFolder;
use crate::io::{BLOCK, File, Io, Mode, Space};
use std::io;
use std::sync::Arc;

/// The folder.
pub(super) struct Strict {
    pub(super) folder: MemoryFolder,
    pub(super) write_bytes_max: usize,
}

struct StrictFile {
    file: Arc<dyn File>,
    write_bytes_max: usize,
}

impl Io for Strict {
    fn create(&self, name: &str, mode: Mode) -> io::Result<Arc<dyn File>> {
        assert_eq!(mode, Mode::Direct);
        let file = self.folder.create(name, mode)?;
        Ok(Arc::new(StrictFile { file, write_bytes_max: self.write_bytes_max }))
    }

    fn open(&self, name: &str, mode: Mode) -> io::Result<Arc<dyn File>> {
        self.folder.open(name, mode)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.folder.rename(from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.folder.remove(name)
    }

    fn list(&self) -> io::Result<Vec<String>> {
        self.folder.list()
    }

    fn sync_dir(&self) -> io::Result<()> {
        self.folder.sync_dir()
    }

    fn space(&self) -> io::Result<Space> {
        self.folder.space()
    }
}

impl File for StrictFile {
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        assert_eq!(offset, self.file.len()?, "each block is written once");
        assert_eq!((bytes.len() % BLOCK, bytes.as_ptr().align_offset(BLOCK)), (0, 0));
        assert!(bytes.len() <= self.write_bytes_max);
        self.file.write_at(offset, bytes)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read_at(offset, buffer)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn is_direct(&self) -> bool {
        true
    }
}
