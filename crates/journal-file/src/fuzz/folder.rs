//! A folder in memory: fast, faultless, and open to be changed from outside.
//!
//! What it is not: a disk that loses or tears; that one is the simulator's.

use crate::io::{File, Io, Mode, Space};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The folder. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct MemoryFolder {
    files: Arc<Mutex<BTreeMap<String, Arc<BytesFile>>>>,
}

impl MemoryFolder {
    /// A file's content.
    #[must_use]
    pub fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        self.files().get(name).map(|file| file.lock().clone())
    }

    /// Gives a file another content, or makes it.
    pub fn put(&self, name: &str, bytes: Vec<u8>) {
        self.files().insert(name.to_owned(), Arc::new(BytesFile { bytes: Mutex::new(bytes) }));
    }

    /// Another folder with the same content, as a backup would be.
    #[must_use]
    pub fn copy(&self) -> Self {
        let copy = Self::default();
        for (name, file) in &*self.files() {
            copy.put(name, file.lock().clone());
        }
        copy
    }

    fn files(&self) -> MutexGuard<'_, BTreeMap<String, Arc<BytesFile>>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Io for MemoryFolder {
    fn create(&self, name: &str, _mode: Mode) -> io::Result<Arc<dyn File>> {
        let mut files = self.files();
        if files.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let file = Arc::new(BytesFile::default());
        files.insert(name.to_owned(), Arc::clone(&file));
        Ok(file)
    }

    fn open(&self, name: &str, _mode: Mode) -> io::Result<Arc<dyn File>> {
        let file = self.files().get(name).cloned().ok_or(io::ErrorKind::NotFound)?;
        Ok(file)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut files = self.files();
        let file = files.remove(from).ok_or(io::ErrorKind::NotFound)?;
        files.insert(to.to_owned(), file);
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let removed = self.files().remove(name);
        removed.map(drop).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.files().keys().cloned().collect())
    }

    fn sync_dir(&self) -> io::Result<()> {
        Ok(())
    }

    fn space(&self) -> io::Result<Space> {
        Ok(Space { free_bytes: u64::MAX, total_bytes: u64::MAX })
    }
}

/// A file in memory.
#[derive(Debug, Default)]
pub struct BytesFile {
    bytes: Mutex<Vec<u8>>,
}

impl BytesFile {
    fn lock(&self) -> MutexGuard<'_, Vec<u8>> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl File for BytesFile {
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut content = self.lock();
        let start = usize::try_from(offset).map_err(|_| io::ErrorKind::FileTooLarge)?;
        let end = start + bytes.len();
        if content.len() < end {
            content.resize(end, 0);
        }
        content[start..end].copy_from_slice(bytes);
        Ok(())
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let content = self.lock();
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(content.len());
        let count = buffer.len().min(content.len() - start);
        buffer[..count].copy_from_slice(&content[start..start + count]);
        Ok(count)
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.lock().len() as u64)
    }

    fn is_direct(&self) -> bool {
        false
    }
}
