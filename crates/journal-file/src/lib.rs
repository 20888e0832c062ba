//! The journal on local disk: segments, manifest, checkpoints, recovery.
//!
//! ```text
//!  engine -> front (FileJournal) -> writer -> frame_writer -> io
//!              |  index, cache         '- rotation
//!              |- retirement -> preparer (checkpoints, spares) -> manifest
//!              '- runs, planner -> compactor (flush, rewrite) -> run, manifest
//!
//!  open -> recovery (frames, scan, table, apply) -> repersist -> front, writer, preparer
//!
//!  backup <- shared, or a folder that nobody has open;  restore: a copy gets an identity of its own
//!  examine (folder, log, checkpoints, runs) -> verify, salvage: over a folder that nobody has open
//! ```
//!
//! What it is not: the bytes of frames, records and messages, which are the `journal` crate's and the same for every log.
//! Everything that touches a disk goes through [`io::Io`]; everything that takes time is a `step` that somebody calls, so
//! that the simulator drives the code that runs in production.

mod aligned;
mod atomic_file;
mod backup;
mod block_cache;
mod cache;
mod checkpoint;
mod compactor;
pub mod config;
pub mod disk;
mod envelope;
pub mod error;
pub mod examine;
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
mod restore;
mod retirement;
mod rotation;
mod run;
mod runner;
mod runs;
mod salvage;
mod segment;
mod shared;
mod verify;
mod writer;

pub use backup::{Backup, BackupFile, Backups};
pub use compactor::Compactor;
pub use config::Config;
pub use disk::{Disk, ReadOnlyDisk};
pub use error::{Lost, LostSeqs, OpenError};
pub use front::FileJournal;
pub use manifest::{CheckpointEntry, Manifest, RunEntry, SegmentEntry};
pub use open::{Store, open};
pub use preparer::Preparer;
pub use recovery::{Frame, RecoveryProgress, RecoveryReport, Verdict};
pub use restore::{BOOTS_AHEAD, renew_identity};
pub use runner::Threads;
pub use salvage::{TakeMessage, readable_messages};
pub use segment::SegmentHeader;
pub use shared::{Progress, Step};
pub use verify::{Held, Verified, VerifyFigures, VerifyProgress, verify};
pub use writer::Writer;
