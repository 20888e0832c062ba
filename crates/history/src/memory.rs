//! A folder in memory that can be told to fail, and whose bytes can be changed: for tests.
//!
//! What it is not: a model of a disk's cache. What was written is there, unless a test takes it away.

use crate::folder::{File, Folder};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The folder. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct MemoryFolder {
    disk: Arc<Mutex<Disk>>,
}

#[derive(Debug, Default)]
struct Disk {
    files: BTreeMap<String, Arc<Mutex<Vec<u8>>>>,
    /// Bytes that can still be written; a write beyond them is torn there.
    room: Option<usize>,
}

impl MemoryFolder {
    /// The names of its files, in order.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.disk().files.keys().cloned().collect()
    }

    /// A file's bytes.
    #[must_use]
    pub fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        self.disk().files.get(name).map(|file| lock(file).clone())
    }

    /// Gives a file other bytes, or makes it.
    pub fn put(&self, name: &str, bytes: Vec<u8>) {
        self.disk().files.insert(name.to_owned(), Arc::new(Mutex::new(bytes)));
    }

    /// Bytes of all files.
    #[must_use]
    pub fn total_bytes(&self) -> usize {
        self.disk().files.values().map(|file| lock(file).len()).sum()
    }

    /// Lets so many bytes be written from here on; the write that needs more is torn and refused. `None` lifts that.
    pub fn limit(&self, room: Option<usize>) {
        self.disk().room = room;
    }

    fn disk(&self) -> MutexGuard<'_, Disk> {
        lock(&self.disk)
    }
}

impl Folder for MemoryFolder {
    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.names())
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn File>> {
        self.put(name, Vec::new());
        self.open(name)
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn File>> {
        let bytes = self.disk().files.get(name).cloned().ok_or(io::ErrorKind::NotFound)?;
        Ok(Arc::new(MemoryFile { disk: self.disk.clone(), bytes }))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.disk().files.remove(name).map(|_| ()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

struct MemoryFile {
    disk: Arc<Mutex<Disk>>,
    bytes: Arc<Mutex<Vec<u8>>>,
}

impl File for MemoryFile {
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut disk = lock(&self.disk);
        let taken = disk.room.map_or(bytes.len(), |room| room.min(bytes.len()));
        disk.room = disk.room.map(|room| room - taken);
        let mut own = lock(&self.bytes);
        let start = place(offset);
        if own.len() < start + taken {
            own.resize(start + taken, 0);
        }
        own[start..start + taken].copy_from_slice(&bytes[..taken]);
        if taken < bytes.len() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let own = lock(&self.bytes);
        let rest = own.get(place(offset)..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }

    fn truncate(&self, len: u64) -> io::Result<()> {
        lock(&self.bytes).truncate(place(len));
        Ok(())
    }

    fn len(&self) -> io::Result<u64> {
        Ok(lock(&self.bytes).len() as u64)
    }
}

fn place(offset: u64) -> usize {
    usize::try_from(offset).expect("a file in memory is no larger than memory")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
