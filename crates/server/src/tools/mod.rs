//! The operator's tools: commands that work on a store instead of serving one.
//!
//! What it is not: any knowledge of bytes on disk (`journal_file`'s) or of queues (`engine`'s). A tool reads its arguments, lets
//! the libraries do the work, shows how far it is, and says what came of it.

mod archive;
mod ask;
pub(crate) mod backup;
mod folders;
pub(crate) mod inspect;
mod open_store;
mod output;
mod progress;
pub(crate) mod prove;
pub(crate) mod restore;
pub(crate) mod salvage;
pub(crate) mod verify;

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
    /// The server said no.
    #[error("the server at {address} refused: {why}")]
    Refused {
        /// Where it was asked.
        address: String,
        /// What it said.
        why: String,
    },
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

/// Runs a tool: its own exit code, or what it could not do in plain words.
pub(crate) fn run(tool: impl FnOnce() -> Result<u8, ToolError>) -> ExitCode {
    match tool() {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(CANNOT)
        }
    }
}
