//! Runs: files of messages sorted by partition and seq, written once and never changed.
//!
//! ```text
//!  byte 0                      4096                      footer at                          size, whole 4 KiB blocks
//!       | envelope "LSR" | 0.. | block | block | .. block | envelope "LSI" | 0.. | trailer |
//!
//!  section    the blocks of one partition: neighbours, in order of seq; sections lie in order of (queue, partition)
//!  block      about 32 KiB of a section (`block`); a message that is larger has a block of its own
//!  footer     where each section's blocks lie and which seqs it holds (`footer`), so that opening a run reads no message
//!  trailer    where the footer lies
//! ```
//!
//! The header is drawn in `header`. What it is not: any knowledge of which messages live; that is the engine's, and a run
//! may hold messages that are long gone. Invariants: a run appears under its name whole and durable or not at all; nothing
//! is returned from one whose checksum, partition and seq do not match.

mod block;
mod footer;
pub(crate) mod fuzz;
mod header;
mod reader;
mod section;
#[cfg(test)]
mod tests;
mod walk;
mod writer;

pub(crate) use block::BlockError;
pub(crate) use header::RunHeader;
pub(crate) use reader::RunFile;
pub(crate) use section::{Block, Section};
pub(crate) use walk::{entries, find};
pub(crate) use writer::RunWriter;
