//! The names of a store's files.
//!
//! ```text
//!  lock                      held while the store is open
//!  manifest-a, manifest-b    written in turn; the one with the greater id counts
//!  wal-00000042.seg          a segment of the log, by id
//!  spare-00000007.seg        a file ready to become a segment
//!  checkpoint-00000003.lsc   the engine's state, by number
//!  run-00000001.run          sorted messages, by number
//!  *.tmp                     being written; left over after a crash and removed at the next start
//! ```

use crate::io::Io;
use std::io;
use vocab::mutant::{self, Mutant};

/// Whoever holds its lock owns the folder.
pub const LOCK: &str = "lock";

/// The two manifests.
pub const MANIFESTS: [&str; 2] = ["manifest-a", "manifest-b"];

const TEMPORARY_END: &str = ".tmp";

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    Segment(u32),
    Spare(u32),
    Checkpoint(u32),
    Run(u32),
    Temporary,
    Other,
}

/// The file of the segment `id`.
#[must_use]
pub fn segment(id: u32) -> String {
    format!("wal-{id:08}.seg")
}

pub(crate) fn spare(number: u32) -> String {
    format!("spare-{number:08}.seg")
}

pub(crate) fn checkpoint(number: u32) -> String {
    format!("checkpoint-{number:08}.lsc")
}

pub(crate) fn run(number: u32) -> String {
    format!("run-{number:08}.run")
}

pub(crate) fn temporary(name: &str) -> String {
    format!("{name}{TEMPORARY_END}")
}

pub(crate) fn parse(name: &str) -> Named {
    let number = |start: &str, end: &str| name.strip_prefix(start)?.strip_suffix(end)?.parse().ok();
    if name.ends_with(TEMPORARY_END) {
        Named::Temporary
    } else if let Some(id) = number("wal-", ".seg") {
        Named::Segment(id)
    } else if let Some(number) = number("spare-", ".seg") {
        Named::Spare(number)
    } else if let Some(number) = number("checkpoint-", ".lsc") {
        Named::Checkpoint(number)
    } else if let Some(number) = number("run-", ".run") {
        Named::Run(number)
    } else {
        Named::Other
    }
}

/// Whether a file of this name belongs to what a store consists of: a manifest, a segment, a checkpoint or a run.
#[must_use]
pub fn is_stored(name: &str) -> bool {
    let is_part = matches!(parse(name), Named::Segment(_) | Named::Checkpoint(_) | Named::Run(_));
    MANIFESTS.contains(&name) || (is_part && !name.contains('/'))
}

/// Makes names durable.
pub(crate) fn sync(io: &dyn Io) -> io::Result<()> {
    if mutant::active(Mutant::SkipDirectorySync) {
        return Ok(());
    }
    io.sync_dir()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        assert_eq!(parse(&segment(42)), Named::Segment(42));
        assert_eq!(parse(&spare(7)), Named::Spare(7));
        assert_eq!(parse(&checkpoint(u32::MAX)), Named::Checkpoint(u32::MAX));
        assert_eq!(parse(&run(1)), Named::Run(1));
        assert_eq!(parse(&temporary(&spare(7))), Named::Temporary);
        assert_eq!(parse("wal-x.seg"), Named::Other);
        assert_eq!(parse(LOCK), Named::Other);
    }
}
