//! The real [`Io`]: a folder on a local disk.
//!
//! What it is not: any knowledge of what the files mean. The only place in this crate that calls `std::fs`.
//! Invariants: the folder is made 0700 and files 0600; the folder is locked from [`Disk::open`] until the last file or
//! clone of it is dropped. On Linux, segments are written past the page cache where the file system allows it.

mod read_only;

pub use read_only::ReadOnlyDisk;

use crate::error::OpenError;
use crate::io::{BLOCK, File, Io, Mode, Space};
use crate::names;
use std::fs::{self, DirBuilder, OpenOptions, TryLockError};
use std::io;
use std::num::NonZeroU64;
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A data folder on a local disk, locked.
#[derive(Debug)]
pub struct Disk {
    folder: PathBuf,
    handle: fs::File,
    direct: bool,
    lock: fs::File,
}

impl Disk {
    /// Makes the folder if it is not there, and locks it.
    ///
    /// # Errors
    /// Another process has it, or the disk refuses.
    pub fn open(folder: &Path) -> Result<Arc<Self>, OpenError> {
        let shown = folder.display().to_string();
        make_folder(folder).map_err(OpenError::io(&shown))?;
        let mut options = open_options(Mode::Buffered, false);
        let lock = open_at(options.create(true).truncate(false), &folder.join(names::LOCK))
            .map_err(OpenError::io(names::LOCK))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(OpenError::Locked { folder: shown }),
            Err(TryLockError::Error(error)) => return Err(OpenError::io(names::LOCK)(error)),
        }
        let handle = open_at(OpenOptions::new().read(true), folder).map_err(OpenError::io(&shown))?;
        let mut disk = Self { folder: folder.to_path_buf(), handle, direct: false, lock };
        disk.direct = disk.can_write_direct().map_err(OpenError::io(&shown))?;
        Ok(Arc::new(disk))
    }

    fn path(&self, name: &str) -> PathBuf {
        debug_assert!(!name.contains('/'), "names are plain file names");
        self.folder.join(name)
    }

    /// Some file systems refuse direct writes when the file is opened, some at the first write, so one is tried.
    fn can_write_direct(&self) -> io::Result<bool> {
        let probe = names::temporary("probe");
        let opened = open_at(open_options(Mode::Direct, true).create(true), &self.path(&probe));
        let block = crate::aligned::AlignedBuf::zeros(BLOCK);
        let written = opened.and_then(|file| file.write_all_at(block.as_slice(), 0));
        match self.remove(&probe) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        Ok(written.is_ok())
    }

    fn open_file(&self, name: &str, mode: Mode, create: bool) -> io::Result<Arc<dyn File>> {
        let direct = mode == Mode::Direct && self.direct;
        let path = self.path(name);
        let mut options = open_options(mode, direct);
        let writer = open_at(options.create_new(create), &path)?;
        let reader = if direct { open_at(OpenOptions::new().read(true), &path)? } else { writer.try_clone()? };
        Ok(Arc::new(DiskFile { writer, reader, direct }))
    }
}

impl Drop for Disk {
    /// Closing the file would do, but not while a child process that this one is starting still has a copy of it.
    fn drop(&mut self) {
        // What cannot be unlocked is unlocked by the process's end.
        let _unlocked = self.lock.unlock();
    }
}

impl Io for Disk {
    fn create(&self, name: &str, mode: Mode) -> io::Result<Arc<dyn File>> {
        self.open_file(name, mode, true)
    }

    fn open(&self, name: &str, mode: Mode) -> io::Result<Arc<dyn File>> {
        self.open_file(name, mode, false)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the seam")]
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path(from), self.path(to))
    }

    #[expect(clippy::disallowed_methods, reason = "this is the seam")]
    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path(name))
    }

    fn list(&self) -> io::Result<Vec<String>> {
        list_names(&self.folder)
    }

    fn sync_dir(&self) -> io::Result<()> {
        self.handle.sync_all()
    }

    fn space(&self) -> io::Result<Space> {
        let space = rustix::fs::fstatvfs(&self.handle)?;
        let bytes = |blocks: u64| blocks.saturating_mul(space.f_frsize);
        Ok(Space { free_bytes: bytes(space.f_bavail), total_bytes: bytes(space.f_blocks) })
    }
}

/// A file of a [`Disk`]. Direct writes and ordinary reads go through two handles of the same file.
#[derive(Debug)]
struct DiskFile {
    writer: fs::File,
    reader: fs::File,
    direct: bool,
}

impl File for DiskFile {
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.writer.write_all_at(bytes, offset)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.reader.read_at(&mut buffer[filled..], offset + filled as u64) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    fn will_need(&self, offset: u64, len: u64) {
        // Advice: whether it is taken changes nothing but the time of the read.
        let _ = advise(&self.reader, offset, len);
    }

    fn sync_data(&self) -> io::Result<()> {
        self.writer.sync_data()
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.reader.metadata()?.len())
    }

    fn is_direct(&self) -> bool {
        self.direct
    }
}

#[cfg(target_os = "linux")]
fn advise(file: &fs::File, offset: u64, len: u64) -> io::Result<()> {
    Ok(rustix::fs::fadvise(file, offset, NonZeroU64::new(len), rustix::fs::Advice::WillNeed)?)
}

#[cfg(not(target_os = "linux"))]
fn advise(_file: &fs::File, _offset: u64, _len: u64) -> io::Result<()> {
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "this is the seam")]
fn list_names(folder: &Path) -> io::Result<Vec<String>> {
    let names = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    names.collect()
}

/// Makes the folder and its name in its parent durable.
fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    match folder.canonicalize()?.parent() {
        Some(parent) => open_at(OpenOptions::new().read(true), parent)?.sync_all(),
        None => Ok(()),
    }
}

fn open_options(mode: Mode, direct: bool) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(mode != Mode::Read).mode(0o600);
    if direct {
        set_direct(&mut options);
    }
    options
}

#[cfg(target_os = "linux")]
fn set_direct(options: &mut OpenOptions) {
    options.custom_flags(rustix::fs::OFlags::DIRECT.bits().cast_signed());
}

/// Elsewhere segments go through the page cache; `sync_data` still reaches the medium (`F_FULLFSYNC` on macOS).
#[cfg(not(target_os = "linux"))]
fn set_direct(_options: &mut OpenOptions) {}

#[expect(clippy::disallowed_methods, reason = "this is the seam")]
fn open_at(options: &OpenOptions, path: &Path) -> io::Result<fs::File> {
    options.open(path)
}
