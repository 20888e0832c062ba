//! What happened to each message, in a bounded file beside the journal.
//!
//! ```text
//!  published, delivered, acked, failed …  as ranges of seqs → entries → blocks → files, the oldest of which go
//! ```
//!
//! It answers what an operator asks of one message: when it came and through which door, who had it, why it failed, where it went.
//!
//! What it is not: part of the store. It is kept as well as possible: nothing waits for it, nothing rests on it, and it may be removed
//! at any time. Everything that a message needs to live on is in the journal.

mod block;
mod cover;
mod decode;
pub mod disk;
mod encode;
mod entry;
pub mod folder;
pub mod fuzz;
mod history;
mod life;
mod lookup;
pub mod memory;
mod names;
mod numbers;
mod pending;
mod ring;
mod summary;
mod telling;

pub use disk::DiskFolder;
pub use entry::{Ending, EnteredConsumer, Lack, Passage, Remover, TEXT_BYTES_MAX};
pub use history::{Figures, History, Recording};
pub use life::{Gap, Life, Moment, What};
pub use names::Consumer;
pub use ring::remove;
