//! Looking at a store that is not open: what its files say, whatever state they are in.
//!
//! ```text
//!  folder       both manifests, the one that counts, names that nothing needs
//!  scan         one segment: frames, and stretches between them that hold none
//!  log          the whole log along its chain: what counts, what is damaged, where it ends
//!  checkpoints  the pages of the files that can be read
//!  runs         one run: its blocks and messages
//! ```
//!
//! What it is not: opening, which stops at the first damage and changes the folder ([`crate::open()`]). Here everything is
//! read, nothing is changed, and damage is a [`Finding`]. Invariant: what is told as readable is undamaged by every
//! checksum that covers it.

mod checkpoints;
mod folder;
mod log;
mod runs;
mod scan;

pub use checkpoints::{Checkpoints, read_checkpoints};
pub use folder::{Folder, ManifestState};
pub use log::{Log, walk_log};
pub use runs::{ExaminedRun, RunBlock, examine_run};
pub use scan::{SegmentScan, Stretch, open_segment};

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file.
    pub file: String,
    /// Where in it, in bytes.
    pub at: Option<u64>,
    /// What does not match, and what is lost with it as far as the file itself tells.
    pub what: String,
}

impl Finding {
    pub(crate) fn new(file: &str, at: impl Into<Option<u64>>, what: impl Into<String>) -> Self {
        Self { file: file.to_owned(), at: at.into(), what: what.into() }
    }

    /// What opening would say of a file; other errors are given back.
    pub(crate) fn from_error(error: crate::OpenError) -> Result<Self, crate::OpenError> {
        use crate::OpenError as E;
        match error {
            E::Damaged { file, what, .. } => Ok(Self::new(&file, None, what)),
            E::Missing { file } => Ok(Self::new(&file, None, "it is missing, though the manifest names it")),
            E::UnknownVersion { file, found, knows } => {
                Ok(Self::new(&file, None, format!("it has {found}, this program knows {knows}")))
            }
            E::Io { file, source } => Ok(Self::new(&file, None, format!("it cannot be read: {source}"))),
            E::Replay(error) => Ok(Self::new("the store", None, error.to_string())),
            other @ (E::Locked { .. } | E::MissingManifest | E::NoStore { .. }) => Err(other),
        }
    }
}
