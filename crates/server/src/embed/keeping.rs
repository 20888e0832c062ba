//! The history of a store that is open: found, given a thread, and ended after the shard.
//!
//! What it is not: a reason not to start. Where the disk refuses a history, the store goes on without one.

use broker::threads;
use history::{DiskFolder, History};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

/// A history and its thread. Dropping it writes out what there is, and ends the thread.
pub(super) struct Keeping {
    pub(super) history: Arc<History>,
    thread: Option<JoinHandle<()>>,
}

impl Keeping {
    /// The history in this folder, of at most so many bytes; with 0, none, and what one left there is removed: it would not know what
    /// happened meanwhile.
    pub(super) fn start(folder: &Path, store_id: u128, bytes_max: u64) -> Option<Self> {
        if bytes_max == 0 {
            remove(folder);
            return None;
        }
        let started = DiskFolder::open(folder).and_then(|disk| {
            let history = History::open(disk, store_id, bytes_max)?;
            Ok(Self { thread: Some(threads::keep(Arc::clone(&history))?), history })
        });
        let warn = |error: &io::Error| tracing::warn!(%error, folder = %folder.display(), "no history is kept");
        started.inspect_err(warn).ok()
    }
}

impl Drop for Keeping {
    fn drop(&mut self) {
        self.history.close();
        // A panic of it costs history, and has been printed.
        let _panicked = self.thread.take().map(JoinHandle::join);
    }
}

fn remove(folder: &Path) {
    let removed =
        if folder.is_dir() { DiskFolder::open(folder).and_then(|disk| history::remove(&*disk)) } else { Ok(()) };
    if let Err(error) = removed {
        tracing::warn!(%error, folder = %folder.display(), "an old history cannot be removed");
    }
}
