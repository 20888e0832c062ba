//! The operator's tools: commands that work on a store instead of serving one.
//!
//! What it is not: any knowledge of bytes on disk (`journal_file`'s) or of queues (`engine`'s). A tool reads its arguments, lets
//! the libraries do the work, shows how far it is, and says what came of it.

mod archive;
pub(crate) mod backup;
mod folders;
pub(crate) mod inspect;
mod open_store;
mod output;
mod progress;
pub(crate) mod prove;
pub(crate) mod restore;
pub(crate) mod salvage;
mod scratch;
mod syncs;
pub(crate) mod verify;

pub(crate) use progress::Progress;
pub(crate) use scratch::ScratchFolder;
pub(crate) use syncs::{Meaning as SyncMeaning, Syncs};

use crate::ask::AskError;
use std::io;
use std::process::ExitCode;

/// The exit code of a tool that could not do what it was asked for.
const CANNOT: u8 = 2;

/// Why a tool could not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ToolError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] journal_file::OpenError),
    /// A running server did not answer, or said no.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// What is there is not what is needed.
    #[error("{what}: {why}")]
    Wrong {
        /// The file or folder.
        what: String,
        /// What is wrong with it, and what to do.
        why: String,
    },
    /// The system refuses.
    #[error("{what}: {source}")]
    Io {
        /// What was being done, or the file.
        what: String,
        /// The system's words.
        source: io::Error,
    },
}

impl ToolError {
    /// An error of the system, met at `what`.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}

/// The exit code of what a tool has done: its own, or that of what it could not do, which is told in plain words.
pub(crate) fn exit_code(done: Result<u8, ToolError>) -> ExitCode {
    match done {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(CANNOT)
        }
    }
}
