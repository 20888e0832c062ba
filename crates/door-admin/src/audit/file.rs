//! The audit log's files: one that is written, and a few older ones.
//!
//! ```text
//!  audit.jsonl      what is written
//!  audit.1.jsonl    the one before it, … up to audit.4.jsonl
//! ```
//!
//! Invariants: a file is readable by its owner alone. There are never more than five, none much larger than its share. A line that a
//! crash cut short stays alone: the next one begins behind a line break.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// A file is put aside once it is so large, in bytes.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Files that are kept beside the one that is written.
const OLDER_MAX: u32 = 4;

/// Files, the newest first, and the one that is open.
#[derive(Debug)]
pub(super) struct AuditFile {
    folder: PathBuf,
    open: Option<Open>,
    bytes_max: u64,
}

#[derive(Debug)]
struct Open {
    file: File,
    bytes: u64,
}

impl AuditFile {
    /// Files in `folder`, opened when something is written.
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder, open: None, bytes_max: FILE_BYTES_MAX }
    }

    /// Appends whole lines.
    pub(super) fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        if self.open.as_ref().is_some_and(|open| open.bytes >= self.bytes_max) {
            self.put_aside()?;
        }
        let open = match &mut self.open {
            Some(open) => open,
            None => self.open.insert(Open::at(&self.path(0))?),
        };
        let written = open.file.write_all(lines);
        open.bytes += lines.len() as u64;
        if written.is_err() {
            // Where the line broke is found out when the file is opened again.
            self.open = None;
        }
        written
    }

    /// The newest lines, newest first, at most `limit`.
    pub(super) fn newest(&self, limit: usize) -> Vec<String> {
        let mut lines = Vec::new();
        for number in 0..=OLDER_MAX {
            if lines.len() >= limit {
                break;
            }
            let Ok(text) = read(&self.path(number)) else { continue };
            lines.extend(text.lines().rev().take(limit - lines.len()).map(str::to_owned));
        }
        lines
    }

    fn path(&self, number: u32) -> PathBuf {
        let name = if number == 0 { "audit.jsonl".to_owned() } else { format!("audit.{number}.jsonl") };
        self.folder.join(name)
    }

    #[expect(clippy::disallowed_methods, reason = "the audit log is no part of the store")]
    fn put_aside(&mut self) -> io::Result<()> {
        if let Some(open) = self.open.take() {
            open.file.sync_data()?;
        }
        for number in (0..OLDER_MAX).rev() {
            match std::fs::rename(self.path(number), self.path(number + 1)) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

impl Open {
    #[expect(clippy::disallowed_methods, reason = "the audit log is no part of the store")]
    fn at(path: &Path) -> io::Result<Self> {
        let mut file = OpenOptions::new().create(true).append(true).read(true).mode(0o600).open(path)?;
        let bytes = file.seek(SeekFrom::End(0))?;
        let mut last = [0; 1];
        if bytes > 0 {
            file.seek(SeekFrom::Start(bytes - 1))?;
            file.read_exact(&mut last)?;
            if last != *b"\n" {
                file.write_all(b"\n")?;
            }
        }
        Ok(Self { file, bytes })
    }
}

#[expect(clippy::disallowed_methods, reason = "the audit log is no part of the store")]
fn read(path: &Path) -> io::Result<String> {
    Ok(String::from_utf8_lossy(&std::fs::read(path)?).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::tempdir;

    #[test]
    fn files_are_put_aside_when_they_are_full_and_the_oldest_goes() {
        let folder = tempdir().expect("a folder");
        let mut file = AuditFile { bytes_max: 20, ..AuditFile::new(folder.path().to_owned()) };
        for number in 0..40 {
            file.append(format!("line {number:04}\n").as_bytes()).expect("it is written");
        }
        let newest = file.newest(100);
        assert_eq!(newest.len(), 10, "two lines in each of five files");
        assert_eq!((newest[0].as_str(), newest[9].as_str()), ("line 0039", "line 0030"));
        assert_eq!(file.newest(3), ["line 0039", "line 0038", "line 0037"]);
    }

    #[test]
    fn a_line_that_was_cut_short_spoils_no_other() {
        let folder = tempdir().expect("a folder");
        let mut file = AuditFile::new(folder.path().to_owned());
        file.append(b"whole\nhal").expect("it is written");
        let mut again = AuditFile::new(folder.path().to_owned());
        again.append(b"next\n").expect("it is written");
        assert_eq!(again.newest(9), ["next", "hal", "whole"]);
    }

    #[test]
    fn nobody_else_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempdir().expect("a folder");
        AuditFile::new(folder.path().to_owned()).append(b"line\n").expect("it is written");
        let metadata = std::fs::metadata(folder.path().join("audit.jsonl")).expect("it is there");
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    }
}
