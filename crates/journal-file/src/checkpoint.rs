//! Checkpoint files: the engine's state at a commit, as opaque bytes.
//!
//! ```text
//!  envelope "LSC", whose body is:
//!  | store id u128 | covers u64 | state, the rest |
//!
//!  covers   the state is the one after this commit
//! ```
//!
//! What it is not: the decision when to write one (the engine's) and when it counts (the manifest's: not before every
//! commit it stands for is durable).

use crate::atomic_file::{self, PublishError};
use crate::envelope::{self, EnvelopeError};
use crate::error::{Lost, OpenError};
use crate::io::Io;
use crate::manifest::CheckpointEntry;
use crate::names;
use crate::recovery::Verdict;
use vocab::Position;

/// The version of the checkpoint's envelope; the state has one of its own, which is the engine's.
pub(crate) const VERSION: u8 = 1;

const MAGIC: [u8; 3] = *b"LSC";

const HEAD_BYTES: usize = 24;

/// Writes a checkpoint file, durably. It does not count yet.
pub(crate) fn write(
    io: &dyn Io,
    entry: CheckpointEntry,
    store_id: u128,
    state: &[u8],
    write_bytes_max: usize,
) -> Result<(), PublishError> {
    let mut body = Vec::with_capacity(HEAD_BYTES + state.len());
    body.extend_from_slice(&store_id.to_le_bytes());
    body.extend_from_slice(&entry.covers.0.to_le_bytes());
    body.extend_from_slice(state);
    let bytes = envelope::seal(MAGIC, VERSION, &body);
    atomic_file::write(io, &names::checkpoint(entry.number), &bytes, write_bytes_max)
}

/// Reads the state that the manifest names.
pub(crate) fn read(io: &dyn Io, entry: CheckpointEntry, store_id: u128) -> Result<Vec<u8>, OpenError> {
    let file = names::checkpoint(entry.number);
    let Some(bytes) = atomic_file::read(io, &file).map_err(OpenError::io(&file))? else {
        return Err(OpenError::Missing { file });
    };
    match parse(&bytes) {
        Ok((id, covers, state)) if id == store_id && covers == entry.covers => Ok(state.to_vec()),
        Ok(_) => Err(damaged(file, "it belongs to another store or another commit")),
        Err(EnvelopeError::Damaged) => Err(damaged(file, "its checksum does not match")),
        Err(EnvelopeError::Version(found)) => Err(OpenError::UnknownVersion {
            file,
            found: format!("checkpoint format {found}"),
            knows: format!("{VERSION}"),
        }),
    }
}

fn parse(bytes: &[u8]) -> Result<(u128, Position, &[u8]), EnvelopeError> {
    let body = envelope::open(MAGIC, VERSION, bytes)?;
    let (head, state) = body.split_first_chunk::<HEAD_BYTES>().ok_or(EnvelopeError::Damaged)?;
    let (id, covers) = head.split_first_chunk::<16>().ok_or(EnvelopeError::Damaged)?;
    let covers = covers.first_chunk::<8>().ok_or(EnvelopeError::Damaged)?;
    Ok((u128::from_le_bytes(*id), Position(u64::from_le_bytes(*covers)), state))
}

fn damaged(file: String, what: &str) -> OpenError {
    OpenError::Damaged { file, what: what.to_owned(), lost: Lost::default(), verdict: Verdict::Rot }
}
