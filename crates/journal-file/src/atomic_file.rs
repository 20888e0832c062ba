//! Files that appear whole or not at all: written under a temporary name, synced, renamed, the name synced.
//!
//! Invariant: when a full disk interrupts this, nothing has changed and it may be tried again; any other failure leaves
//! the name in an unknown state.

use crate::error::is_full;
use crate::io::{File, Io, Mode};
use crate::names;
use std::io;
use std::sync::Arc;

/// Why a file did not appear.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PublishError {
    #[error("{file}: no space is left")]
    Full { file: String },
    #[error("{file}: {source}")]
    Io { file: String, source: io::Error },
}

impl PublishError {
    pub(crate) fn at(file: &str) -> impl FnOnce(io::Error) -> Self {
        let file = file.to_owned();
        move |source| Self::Io { file, source }
    }
}

/// Makes `name` hold exactly `bytes`, durably. Writes at most `write_bytes_max` at a time.
pub(crate) fn write(io: &dyn Io, name: &str, bytes: &[u8], write_bytes_max: usize) -> Result<(), PublishError> {
    let temporary = names::temporary(name);
    let written = write_temporary(io, &temporary, bytes, write_bytes_max);
    match written {
        Ok(()) => {}
        Err(source) if is_full(&source) => {
            // Best effort: a leftover is removed by the next attempt or the next start.
            let _ = io.remove(&temporary);
            return Err(PublishError::Full { file: name.to_owned() });
        }
        Err(source) => return Err(PublishError::at(&temporary)(source)),
    }
    let renamed = io.rename(&temporary, name).and_then(|()| names::sync(io));
    renamed.map_err(PublishError::at(name))
}

fn write_temporary(io: &dyn Io, temporary: &str, bytes: &[u8], write_bytes_max: usize) -> io::Result<()> {
    let file = create(io, temporary, Mode::Buffered)?;
    let mut at = 0;
    for chunk in bytes.chunks(write_bytes_max) {
        file.write_at(at, chunk)?;
        at += chunk.len() as u64;
    }
    file.sync_data()
}

/// Makes an empty file, in place of one that an interrupted attempt may have left.
pub(crate) fn create(io: &dyn Io, name: &str, mode: Mode) -> io::Result<Arc<dyn File>> {
    match io.create(name, mode) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            io.remove(name)?;
            io.create(name, mode)
        }
        created => created,
    }
}

/// All of a file; `None` if there is none.
pub(crate) fn read(io: &dyn Io, name: &str) -> io::Result<Option<Vec<u8>>> {
    let file = match io.open(name, Mode::Read) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let len = usize::try_from(file.len()?).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
    let mut bytes = vec![0; len];
    let filled = file.read_at(0, &mut bytes)?;
    bytes.truncate(filled);
    Ok(Some(bytes))
}
