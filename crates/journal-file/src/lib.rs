//! The journal on local disk: segments, manifest, checkpoints, recovery.
//!
//! ```text
//!  engine -> front (FileJournal) -> writer -> frame_writer -> io
//!              |  index, cache         '- rotation
//!              |- retirement -> preparer (checkpoints, spares) -> manifest
//!              '- runs, planner -> compactor (flush, rewrite) -> run, manifest
//!
//!  open -> recovery (frames, scan, table, apply) -> repersist -> front, writer, preparer
//! ```
//!
//! What it is not: the bytes of frames, records and messages, which are the `journal` crate's and the same for every log.
//! Everything that touches a disk goes through [`io::Io`]; everything that takes time is a `step` that somebody calls, so
//! that the simulator drives the code that runs in production.

mod aligned;
mod atomic_file;
mod block_cache;
mod cache;
mod checkpoint;
mod compactor;
pub mod config;
pub mod disk;
mod envelope;
pub mod error;
mod frame_writer;
pub mod front;
pub mod fuzz;
mod index;
pub mod io;
mod manifest;
mod message_read;
pub mod names;
mod open;
mod planner;
mod preparer;
pub mod recovery;
mod repersist;
mod retirement;
mod rotation;
mod run;
mod runner;
mod runs;
mod segment;
mod shared;
mod writer;

pub use compactor::Compactor;
pub use config::Config;
pub use disk::Disk;
pub use error::{Lost, LostSeqs, OpenError};
pub use front::FileJournal;
pub use open::{Store, open};
pub use preparer::Preparer;
pub use recovery::{RecoveryProgress, RecoveryReport, Verdict};
pub use runner::Threads;
pub use shared::{Progress, Step};
pub use writer::Writer;
