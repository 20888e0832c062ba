//! A folder that a command needs for a while, on the disk that it is about.
//!
//! Invariant: it stays until it is removed on purpose, so that what went wrong in it can be looked at.

use super::{ToolError, folders};
use std::path::{Path, PathBuf};
use std::process;

/// A folder that is this process's alone.
pub(crate) struct ScratchFolder {
    path: PathBuf,
}

impl ScratchFolder {
    /// Makes one in `folder`.
    pub(crate) fn create(folder: &Path) -> Result<Self, ToolError> {
        let path = folder.join(format!("longshore-scratch-{}", process::id()));
        folders::make(&path)?;
        Ok(Self { path })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// It is not needed any more.
    pub(crate) fn remove(self) {
        folders::remove(&self.path);
    }
}
