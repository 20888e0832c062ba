//! Files and folders that a tool makes beside the store's own: the tools' one place for that.
//!
//! Invariant: what a tool makes has its name only once it is whole and durable; before, the name ends in `.part`.

use super::ToolError;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Bytes copied at a time.
pub(super) const PIECE_BYTES: usize = 1024 * 1024;

/// Opens a file to read.
pub(super) fn open(path: &Path) -> Result<File, ToolError> {
    #[expect(clippy::disallowed_methods, reason = "an operator's own file, no part of a store")]
    File::open(path).map_err(ToolError::io(path.display().to_string()))
}

/// A file that will have its name when it is [kept](NewFile::keep).
pub(super) struct NewFile {
    file: File,
    path: PathBuf,
}

impl NewFile {
    /// Begins it. Nothing may have its name.
    pub(super) fn create(path: &Path) -> Result<Self, ToolError> {
        refuse_existing(path)?;
        let part = part_of(path);
        let file = create(&part).map_err(ToolError::io(part.display().to_string()))?;
        Ok(Self { file, path: path.to_path_buf() })
    }

    /// Where to write.
    pub(super) fn writer(&mut self) -> &mut File {
        &mut self.file
    }

    /// Makes it durable and gives it its name.
    pub(super) fn keep(self) -> Result<(), ToolError> {
        let named = self.file.sync_all().and_then(|()| rename(&part_of(&self.path), &self.path));
        named.map_err(ToolError::io(self.path.display().to_string()))
    }
}

/// A folder that will have its name when it is [kept](NewFolder::keep).
pub(super) struct NewFolder {
    path: PathBuf,
}

impl NewFolder {
    /// Begins it. Nothing may have its name but an empty folder.
    pub(super) fn create(path: &Path) -> Result<Self, ToolError> {
        if !is_empty_folder(path) {
            refuse_existing(path)?;
        }
        let folder = Self { path: path.to_path_buf() };
        let part = folder.part();
        refuse_existing(&part)?;
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&part);
        made.map_err(ToolError::io(part.display().to_string()))?;
        Ok(folder)
    }

    /// Where it is until it is kept.
    pub(super) fn part(&self) -> PathBuf {
        part_of(&self.path)
    }

    /// Adds a file, durably. Says how long it is.
    pub(super) fn add(&mut self, name: &str, from: &mut dyn Read) -> Result<u64, ToolError> {
        let path = self.part().join(name);
        let copied = create(&path).and_then(|mut file| {
            let bytes = io::copy(from, &mut file)?;
            file.flush()?;
            file.sync_all()?;
            Ok(bytes)
        });
        copied.map_err(ToolError::io(path.display().to_string()))
    }

    /// Makes its names durable and gives it its own.
    pub(super) fn keep(self) -> Result<(), ToolError> {
        let part = self.part();
        let named = sync_folder(&part).and_then(|()| rename(&part, &self.path));
        named.map_err(ToolError::io(self.path.display().to_string()))
    }
}

/// A whole name, for what a tool has begun and not finished.
fn part_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

fn refuse_existing(path: &Path) -> Result<(), ToolError> {
    if path.exists() {
        let why = "it exists already: name another one, or remove it".to_owned();
        return Err(ToolError::Wrong { what: path.display().to_string(), why });
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "an operator's own folder, no part of a store yet")]
fn is_empty_folder(path: &Path) -> bool {
    fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none())
}

/// Makes a folder that nobody else may look into. Nothing may have its name.
pub(super) fn make(path: &Path) -> Result<(), ToolError> {
    refuse_existing(path)?;
    DirBuilder::new().mode(0o700).create(path).map_err(ToolError::io(path.display().to_string()))
}

/// Removes a folder and everything in it, as far as that works.
pub(super) fn remove(path: &Path) {
    let _left_over = fs::remove_dir_all(path);
}

/// Whether a file's bytes are in memory alone.
pub(super) fn is_in_memory(file: &File) -> bool {
    #[cfg(target_os = "linux")]
    {
        const TMPFS: u64 = 0x0102_1994;
        const RAMFS: u64 = 0x8584_58F6;
        #[expect(clippy::cast_sign_loss, reason = "the type is a number whose sign depends on the system")]
        rustix::fs::fstatfs(file).is_ok_and(|system| matches!(system.f_type as u64, TMPFS | RAMFS))
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _unknown = file;
        false
    }
}

/// Makes a file that nobody else may look into.
#[expect(clippy::disallowed_methods, reason = "an operator's own file, no part of a store yet")]
pub(super) fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[expect(clippy::disallowed_methods, reason = "an operator's own file, no part of a store yet")]
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    sync_folder(to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")))
}

#[expect(clippy::disallowed_methods, reason = "an operator's own folder, no part of a store yet")]
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}
