//! A data folder that is only looked at.
//!
//! What it is not: a way to change anything; every change is refused. Invariants: nothing is made, not even the lock; the lock
//! is held shared, so that several may look and no server starts meanwhile, and a folder that a server has is refused: its
//! files change together, and whoever reads one after the other sees a store that never was.

use super::{DiskFile, list_names, open_at, open_options};
use crate::error::OpenError;
use crate::io::{File, Io, Mode, Space};
use crate::names;
use std::fs::{self, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A data folder on a local disk, locked against servers.
#[derive(Debug)]
pub struct ReadOnlyDisk {
    folder: PathBuf,
    /// `None` where the folder has no lock: a copy that no server has opened yet.
    lock: Option<fs::File>,
}

impl ReadOnlyDisk {
    /// Locks a folder that exists.
    ///
    /// # Errors
    /// A server has it, or the disk refuses.
    pub fn open(folder: &Path) -> Result<Arc<Self>, OpenError> {
        let shown = folder.display().to_string();
        if !folder.is_dir() {
            return Err(OpenError::NoStore { folder: shown });
        }
        let lock = match open_at(&open_options(Mode::Read, false), &folder.join(names::LOCK)) {
            Ok(lock) => Some(lock),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(OpenError::io(names::LOCK)(error)),
        };
        match lock.as_ref().map_or(Ok(()), fs::File::try_lock_shared) {
            Ok(()) => Ok(Arc::new(Self { folder: folder.to_path_buf(), lock })),
            Err(TryLockError::WouldBlock) => Err(OpenError::Locked { folder: shown }),
            Err(TryLockError::Error(error)) => Err(OpenError::io(names::LOCK)(error)),
        }
    }
}

impl Drop for ReadOnlyDisk {
    /// As for the disk of a server: a child process that is being started may still have a copy of the file.
    fn drop(&mut self) {
        if let Some(lock) = &self.lock {
            // What cannot be unlocked is unlocked by the process's end.
            let _unlocked = lock.unlock();
        }
    }
}

impl Io for ReadOnlyDisk {
    fn create(&self, _name: &str, _mode: Mode) -> io::Result<Arc<dyn File>> {
        refused()
    }

    fn open(&self, name: &str, _mode: Mode) -> io::Result<Arc<dyn File>> {
        let open = || open_at(&open_options(Mode::Read, false), &self.folder.join(name));
        Ok(Arc::new(DiskFile { writer: open()?, reader: open()?, direct: false }))
    }

    fn rename(&self, _from: &str, _to: &str) -> io::Result<()> {
        refused()
    }

    fn remove(&self, _name: &str) -> io::Result<()> {
        refused()
    }

    fn list(&self) -> io::Result<Vec<String>> {
        list_names(&self.folder)
    }

    fn sync_dir(&self) -> io::Result<()> {
        refused()
    }

    fn space(&self) -> io::Result<Space> {
        Ok(Space { free_bytes: 0, total_bytes: 0 })
    }
}

fn refused<T>() -> io::Result<T> {
    Err(io::ErrorKind::ReadOnlyFilesystem.into())
}
