//! The file seam: everything the store does to a disk goes through these two traits.
//!
//! What it is not: no format knowledge. [`crate::disk`] is the real one; the simulator has another that
//! tears, loses and refuses.
//!
//! Invariants: names are plain file names inside one data folder. A file's content is durable only after
//! [`File::sync_data`], its name only after [`Io::sync_dir`]. Once opened, a file can be read and written
//! whatever happens to its name.

use std::io;
use std::sync::Arc;

/// One data folder.
pub trait Io: Send + Sync + 'static {
    /// Makes an empty file, readable by its owner alone.
    ///
    /// # Errors
    /// One of this name exists, or the disk refuses.
    fn create(&self, name: &str, mode: Mode) -> io::Result<Arc<dyn File>>;

    /// Opens a file that exists.
    ///
    /// # Errors
    /// None of this name exists, or the disk refuses.
    fn open(&self, name: &str, mode: Mode) -> io::Result<Arc<dyn File>>;

    /// Gives a file another name, replacing whatever had it, atomically.
    ///
    /// # Errors
    /// The disk refuses.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a name.
    ///
    /// # Errors
    /// None of this name exists, or the disk refuses.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// All names, in no order.
    ///
    /// # Errors
    /// The disk refuses.
    fn list(&self) -> io::Result<Vec<String>>;

    /// Makes creations, renames and removals durable.
    ///
    /// # Errors
    /// The disk refuses; names are then in an unknown state.
    fn sync_dir(&self) -> io::Result<()>;

    /// How much room there is on the disk.
    ///
    /// # Errors
    /// The disk refuses.
    fn space(&self) -> io::Result<Space>;
}

/// Room on the disk that a folder is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// Bytes that can still be allocated.
    pub free_bytes: u64,
    /// Bytes there would be on an empty disk.
    pub total_bytes: u64,
}

/// One open file.
#[expect(clippy::len_without_is_empty, reason = "it may fail, and nobody asks whether a file is empty")]
pub trait File: Send + Sync {
    /// Writes all of `bytes` at `offset`, extending the file if needed. In [`Mode::Direct`] offset, length and
    /// memory are multiples of [`BLOCK`].
    ///
    /// # Errors
    /// The disk refuses; some of the bytes may have been written.
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Reads up to `buffer.len()` bytes at `offset`; fewer only at the end of the file. Any alignment.
    ///
    /// # Errors
    /// The disk refuses.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;

    /// Says that `len` bytes at `offset` will be read soon, so that the system may fetch them meanwhile. Promises nothing.
    fn will_need(&self, offset: u64, len: u64) {
        let _ = (offset, len);
    }

    /// Makes content and size durable (`fdatasync`). After an error nothing is known, and trying again proves nothing.
    ///
    /// # Errors
    /// The disk refuses.
    fn sync_data(&self) -> io::Result<()>;

    /// Size in bytes.
    ///
    /// # Errors
    /// The disk refuses.
    fn len(&self) -> io::Result<u64>;

    /// Whether writes bypass the page cache.
    fn is_direct(&self) -> bool;
}

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// For reading only.
    Read,
    /// For reading and writing through the page cache.
    Buffered,
    /// For writing past the page cache where the file system can, else as [`Mode::Buffered`].
    Direct,
}

/// Alignment of direct writes, and the padding of frames, in bytes.
pub const BLOCK: usize = 4096;
