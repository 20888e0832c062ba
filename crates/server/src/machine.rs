//! What the server asks of the operating system for itself.
//!
//! Invariant: connections never take the descriptors that the store needs: a log that cannot open its next segment has failed.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors that are no connections: segments of the log, listeners, the runtime's own. Where the limit is so low that this were
/// most of it, half of the limit.
const RESERVED: u64 = 256;

/// Raises the limit on open files to what this user may have, and returns how many connections each of `doors` doors may then hold: at
/// most `wanted`.
pub(crate) fn connections_max(wanted: u64, doors: u64) -> u64 {
    let Some(files) = raised_file_limit() else { return wanted };
    let possible = share(files, doors);
    if possible < wanted {
        tracing::info!(
            open_files_max = files,
            connections_max = possible,
            "the limit on open files limits connections"
        );
    }
    wanted.min(possible)
}

/// Open files that so many connections at each of `doors` doors need, and the store besides.
pub(crate) fn files_needed(connections_max: u64, doors: u64) -> u64 {
    connections_max.saturating_mul(doors).saturating_add(RESERVED)
}

fn share(files: u64, doors: u64) -> u64 {
    ((files - RESERVED.min(files / 2)) / doors).max(1)
}

/// The limit on open files, as high as it goes; `None` for no limit.
fn raised_file_limit() -> Option<u64> {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(error) => {
            tracing::debug!(%error, "the limit on open files stays as it is");
            limit.current
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doors_share_what_the_store_leaves() {
        assert_eq!(share(20_256, 2), 10_000);
        assert_eq!(share(1024, 2), 384);
        assert_eq!(share(64, 2), 16);
        assert_eq!(share(1, 2), 1);
    }
}
