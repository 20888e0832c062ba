//! A disk that keeps only what it was told to sync, and breaks as disks break.
//!
//! ```text
//!   write_at ──► cache ──────────────► read_at sees it
//!                  └─► unsynced ─ sync_data ─► durable
//!                          └─ power loss: any subset, in any order, torn at sectors of 512 bytes
//!   create, rename, remove ──► live names ─ sync_dir ─► durable names
//!                                 └─ power loss: the first few, or any subset
//! ```
//!
//! What it is not: a file system's own bugs; it is as treacherous as POSIX allows and no more.
//! [`SimDisk`] is the handle, [`content`] one file's bytes, [`names`] the folder, [`fate`] what a power loss
//! keeps, [`faults`] what goes wrong while the power is on.

pub mod content;
pub mod drive;
pub mod fate;
pub mod faults;
mod mount;
pub mod names;
#[cfg(test)]
mod tests;

pub use drive::{SimDisk, power_is_off};
pub use fate::{Chosen, Fate, Thrown};
pub use faults::{Fault, FaultPlan, Tally};
