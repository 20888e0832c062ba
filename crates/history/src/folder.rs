//! The file seam: everything the history does to a disk goes through these two traits.
//!
//! What it is not: the journal's seam, which promises durability and direct writes. A history is kept as well as possible: nothing here
//! syncs, and what a power failure takes is missing. [`crate::disk`] is the real one, [`crate::memory`] tears and refuses.
//!
//! Invariant: a file that is open can be read whatever happens to its name.

use std::io;
use std::sync::Arc;

/// The folder of the history.
pub trait Folder: Send + Sync + 'static {
    /// The names of its files, in no order.
    ///
    /// # Errors
    /// The disk refuses.
    fn list(&self) -> io::Result<Vec<String>>;

    /// Makes an empty file, in place of one of this name.
    ///
    /// # Errors
    /// The disk refuses.
    fn create(&self, name: &str) -> io::Result<Arc<dyn File>>;

    /// Opens a file that exists.
    ///
    /// # Errors
    /// None of this name exists, or the disk refuses.
    fn open(&self, name: &str) -> io::Result<Arc<dyn File>>;

    /// Removes a file.
    ///
    /// # Errors
    /// None of this name exists, or the disk refuses.
    fn remove(&self, name: &str) -> io::Result<()>;
}

/// One open file.
#[expect(clippy::len_without_is_empty, reason = "it may fail, and nobody asks whether a file is empty")]
pub trait File: Send + Sync {
    /// Writes all of `bytes` at `offset`, which is not past the end.
    ///
    /// # Errors
    /// The disk refuses; some of the bytes may have been written.
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Reads up to `buffer.len()` bytes at `offset`; fewer only at the end of the file.
    ///
    /// # Errors
    /// The disk refuses.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;

    /// Cuts everything from `len` on.
    ///
    /// # Errors
    /// The disk refuses.
    fn truncate(&self, len: u64) -> io::Result<()>;

    /// Size in bytes.
    ///
    /// # Errors
    /// The disk refuses.
    fn len(&self) -> io::Result<u64>;
}

/// The first `len` bytes of a file, or as many as it has.
pub(crate) fn read_up_to(file: &dyn File, len: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; len];
    let filled = file.read_at(0, &mut bytes)?;
    bytes.truncate(filled);
    Ok(bytes)
}
