//! The two manifest files: which one counts, and writing the next.
//!
//! Invariants: [`ManifestStore::current`] is what is durable; a change that met a full disk changed nothing.

use super::{MIN_READER, Manifest, VERSION};
use crate::atomic_file::{self, PublishError};
use crate::envelope::EnvelopeError;
use crate::error::OpenError;
use crate::io::{BLOCK, Io};
use crate::names;

/// What the two files said.
pub(crate) struct Loaded {
    /// The manifest that counts; `None` if there is no file.
    pub(crate) manifest: Option<Manifest>,
    /// One of the files is damaged, or only one is there: the manifest that counts may not be the last one written.
    pub(crate) damaged: bool,
}

/// Reads both files.
pub(crate) fn load(io: &dyn Io) -> Result<Loaded, OpenError> {
    let mut loaded = Loaded { manifest: None, damaged: false };
    let mut missing = 0;
    for name in names::MANIFESTS {
        let Some(bytes) = atomic_file::read(io, name).map_err(OpenError::io(name))? else {
            missing += 1;
            continue;
        };
        match Manifest::parse(&bytes) {
            Ok(manifest) => {
                let newer = loaded.manifest.as_ref().is_none_or(|known| known.id < manifest.id);
                loaded.manifest = if newer { Some(manifest) } else { loaded.manifest };
            }
            Err(EnvelopeError::Damaged) => loaded.damaged = true,
            Err(EnvelopeError::Version(found)) => {
                return Err(OpenError::UnknownVersion {
                    file: name.to_owned(),
                    found: format!("format {found}"),
                    knows: format!("formats {MIN_READER} to {VERSION}"),
                });
            }
        }
    }
    if loaded.manifest.is_none() && loaded.damaged {
        return Err(OpenError::MissingManifest);
    }
    // Only the very first start leaves one alone, if it is cut short; then there is nothing behind it to be found.
    loaded.damaged |= missing == 1;
    Ok(loaded)
}

/// The manifest as it is on disk, and the way to change it.
#[derive(Debug)]
pub(crate) struct ManifestStore {
    current: Manifest,
}

impl ManifestStore {
    pub(crate) fn new(current: Manifest) -> Self {
        Self { current }
    }

    pub(crate) fn current(&self) -> &Manifest {
        &self.current
    }

    /// Writes a changed manifest. When this returns `Ok` the change is durable.
    pub(crate) fn publish(&mut self, io: &dyn Io, change: impl FnOnce(&mut Manifest)) -> Result<(), PublishError> {
        let mut next = self.current.clone();
        change(&mut next);
        next.id = self.current.id + 1;
        let name = names::MANIFESTS[usize::from(next.id.is_multiple_of(2))];
        atomic_file::write(io, name, &next.encode(), BLOCK * 256)?;
        self.current = next;
        Ok(())
    }
}
