//! A backup as one file: a tar archive of the store's files, the manifests last.
//!
//! What it is not: compressed; messages that compress are better compressed by whoever keeps the archive. Invariant: an archive
//! that is read is taken only if it holds the files of a store and nothing else, and both manifests.

use super::ToolError;
use super::folders::{NewFolder, PIECE_BYTES};
use journal_file::{Backup, BackupFile, names};
use std::io::{self, Read, Write};
use tar::{Archive, Builder, EntryType, Header};

/// Writes an archive.
pub(super) fn write(backup: &Backup, out: &mut dyn Write, told: &mut dyn FnMut(u64)) -> io::Result<()> {
    let mut builder = Builder::new(out);
    let mut done = 0;
    for file in &backup.files {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_size(file.bytes);
        header.set_mode(0o600);
        builder.append_data(&mut header, &file.name, FileReader { file, at: 0 })?;
        done += file.bytes;
        told(done);
    }
    builder.into_inner()?.flush()
}

/// Unpacks an archive into a folder.
pub(super) fn unpack(
    from: impl Read,
    shown: &str,
    folder: &mut NewFolder,
    told: &mut dyn FnMut(u64),
) -> Result<(), ToolError> {
    let wrong = |why: &str| ToolError::Wrong { what: shown.to_owned(), why: why.to_owned() };
    let (mut manifests, mut done) = (0, 0);
    let mut archive = Archive::new(from);
    for entry in archive.entries().map_err(ToolError::io(shown))? {
        let mut entry = entry.map_err(ToolError::io(shown))?;
        let name = entry.path().map_err(ToolError::io(shown))?.to_string_lossy().into_owned();
        if !names::is_stored(&name) || entry.header().entry_type() != EntryType::Regular {
            return Err(wrong(&format!("it holds {name:?}, which is no file of a store")));
        }
        manifests += usize::from(names::MANIFESTS.contains(&name.as_str()));
        done += folder.add(&name, &mut entry)?;
        told(done);
    }
    if manifests < names::MANIFESTS.len() {
        return Err(wrong("it is no whole backup: it ends before the manifests"));
    }
    Ok(())
}

/// A file of a backup, from its start to its end.
pub(super) struct FileReader<'a> {
    pub(super) file: &'a BackupFile,
    pub(super) at: u64,
}

impl Read for FileReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = buffer.len().min(PIECE_BYTES);
        let read = self.file.read_at(self.at, &mut buffer[..wanted])?;
        self.at += read as u64;
        Ok(read)
    }
}
