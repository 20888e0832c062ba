//! What the server asks of the operating system for itself.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Descriptors that are no connections: the log, its segments, listeners, the runtime's own.
const DESCRIPTORS_RESERVED: u64 = 200;

/// Raises the limit on open files to what this user may have, and says so where it is too low for `connections_max`.
pub(crate) fn raise_descriptor_limit(connections_max: u64) {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        let raised = rustix::process::Rlimit { current: limit.maximum, maximum: limit.maximum };
        match setrlimit(Resource::Nofile, raised) {
            Ok(()) => limit = raised,
            Err(error) => tracing::debug!(%error, "the limit on open files stays as it is"),
        }
    }
    // No limit at all is enough for anything.
    if let Some(files) = limit.current
        && files < connections_max.saturating_add(DESCRIPTORS_RESERVED)
    {
        tracing::info!(open_files_max = files, connections_max, "connections are limited by the limit on open files");
    }
}
