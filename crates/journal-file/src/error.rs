//! Why a store does not open, with what to do about it.

use crate::recovery::Verdict;
use journal::ReplayError;
use std::fmt;
use std::io;
use vocab::{PartitionKey, Position, Seq};

/// A store could not be opened. Nothing in it was changed, but for temporary files removed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error("the data folder {folder} is in use by another process: stop that one, or choose another folder")]
    Locked {
        /// The folder.
        folder: String,
    },
    /// A later version wrote it.
    #[error("{file} needs a later Longshore: it has {found}, this one knows {knows}")]
    UnknownVersion {
        /// The file.
        file: String,
        /// What was found in it.
        found: String,
        /// What this version can read.
        knows: String,
    },
    /// Acknowledged data is damaged. Nothing is cut and nothing invented: restore the file from a backup.
    #[error("{file} is damaged: {what}; {lost}; restore it from a backup, nothing was changed")]
    Damaged {
        /// The file.
        file: String,
        /// What does not match.
        what: String,
        /// What is lost with it, as far as that can be known.
        lost: Lost,
        /// The row of the recovery table.
        verdict: Verdict,
    },
    /// A file that the manifest names is not there.
    #[error("{file} is missing, though the manifest names it: put it back, nothing was changed")]
    Missing {
        /// The file.
        file: String,
    },
    /// There is a log, but no manifest that says what belongs to it.
    #[error("the folder holds segments of a log but no readable manifest: put manifest-a or manifest-b back")]
    MissingManifest,
    /// There is nothing that a store consists of.
    #[error("{folder} holds no store: name the data folder of a server, the one that holds manifest-a and manifest-b")]
    NoStore {
        /// The folder.
        folder: String,
    },
    /// The disk refused.
    #[error("{file}: {source}{}", hint(source))]
    Io {
        /// The file.
        file: String,
        /// The system's words.
        source: io::Error,
    },
    /// The engine could not take what was stored.
    #[error(transparent)]
    Replay(#[from] ReplayError),
}

impl OpenError {
    pub(crate) fn io(file: &str) -> impl FnOnce(io::Error) -> Self {
        let file = file.to_owned();
        move |source| Self::Io { file, source }
    }

    /// The row of the recovery table that stopped the opening, if one did.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        match self {
            Self::Damaged { verdict, .. } => Some(*verdict),
            Self::Missing { .. } => Some(Verdict::Missing),
            Self::UnknownVersion { .. } => Some(Verdict::UnknownVersion),
            Self::Locked { .. } | Self::MissingManifest | Self::NoStore { .. } | Self::Io { .. } | Self::Replay(_) => {
                None
            }
        }
    }
}

fn hint(source: &io::Error) -> &'static str {
    if is_full(source) { " (free some space on this disk)" } else { "" }
}

/// Whether an error says that the disk has no room.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// What damage took with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    /// The frames that cannot be read: first and last.
    pub frames: Option<(u64, u64)>,
    /// The first commit that is affected.
    pub from: Option<Position>,
    /// Messages between those known before the damage and those known behind it.
    pub seqs: Vec<LostSeqs>,
}

/// Seqs of one partition, both ends excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LostSeqs {
    /// The partition.
    pub key: PartitionKey,
    /// The last one known before the damage; 0 for none.
    pub after: Seq,
    /// The first one known behind it.
    pub before: Seq,
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((first, last)) = self.frames else { return f.write_str("no message is known to be lost") };
        write!(f, "frames {first} to {last} are lost")?;
        if let Some(position) = self.from {
            write!(f, ", commits from {position}")?;
        }
        for gap in &self.seqs {
            let PartitionKey { queue, partition } = gap.key;
            write!(f, ", queue {queue} partition {partition} seqs between {} and {}", gap.after, gap.before)?;
        }
        Ok(())
    }
}
