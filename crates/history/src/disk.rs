//! The real [`Folder`]: one on a local disk.
//!
//! What it is not: any knowledge of what the files mean. The only place in this crate that calls `std::fs`. Nothing is locked: the
//! folder lies in a data folder that is.
//!
//! Invariant: the folder is made 0700 and files 0600.

use crate::folder::{File, Folder};
use std::fs::{self, DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A folder on a local disk.
#[derive(Debug)]
pub struct DiskFolder {
    folder: PathBuf,
}

impl DiskFolder {
    /// Makes the folder if it is not there.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn open(folder: &Path) -> io::Result<Arc<Self>> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        Ok(Arc::new(Self { folder: folder.to_path_buf() }))
    }

    #[expect(clippy::disallowed_methods, reason = "this is the seam")]
    fn open_with(&self, name: &str, options: &mut OpenOptions) -> io::Result<Arc<dyn File>> {
        let file = options.read(true).write(true).mode(0o600).open(self.folder.join(name))?;
        Ok(Arc::new(DiskFile { file }))
    }
}

impl Folder for DiskFolder {
    #[expect(clippy::disallowed_methods, reason = "this is the seam")]
    fn list(&self) -> io::Result<Vec<String>> {
        fs::read_dir(&self.folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn File>> {
        self.open_with(name, OpenOptions::new().create(true).truncate(true))
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn File>> {
        self.open_with(name, &mut OpenOptions::new())
    }

    #[expect(clippy::disallowed_methods, reason = "this is the seam")]
    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.folder.join(name))
    }
}

#[derive(Debug)]
struct DiskFile {
    file: fs::File,
}

impl File for DiskFile {
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all_at(bytes, offset)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.file.read_at(&mut buffer[filled..], offset + filled as u64) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    fn truncate(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }
}
