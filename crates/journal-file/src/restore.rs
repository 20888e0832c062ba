//! A copy of a store gets an identity of its own, so that nothing that the original gave out fits it.
//!
//! What it is not: crash-safe; it works on a copy that nobody uses before it is done. Nor does it know of seqs, which the
//! engine reserves. Invariants: the log, the checkpoint and the runs say the same as before; every file names the new store;
//! the boot epoch is beyond any that the original can reach soon.

use crate::atomic_file::PublishError;
use crate::checkpoint::{Head, PageReader, PageWriter};
use crate::envelope::EnvelopeError;
use crate::error::{Lost, OpenError};
use crate::io::{BLOCK, Io, Mode};
use crate::manifest::{CheckpointEntry, Manifest, ManifestStore};
use crate::names;
use crate::open::folder;
use crate::recovery::Verdict;
use crate::run::RunHeader;
use crate::segment::SegmentHeader;
use vocab::BootEpoch;
use vocab::random::Random;

/// The original may be started so many times more before an epoch of its could be one of the copy's.
pub const BOOTS_AHEAD: u32 = 1024;

const WRITE_BYTES_MAX: usize = 1024 * 1024;

/// Gives the store in `io` a new random id, and a boot epoch [`BOOTS_AHEAD`] of its own.
///
/// # Errors
/// A file is missing or damaged, or the disk refuses.
pub fn renew_identity(io: &dyn Io, random: &dyn Random) -> Result<(), OpenError> {
    let (mut manifests, _damaged) = folder::manifest(io, random)?;
    let old = manifests.current().clone();
    let store_id = u128::from(random.next_u64()) << 64 | u128::from(random.next_u64());
    for entry in &old.segments {
        rename_head(io, &names::segment(entry.id), |block| {
            SegmentHeader::parse(block).map(|header| SegmentHeader { store_id, ..header }.encode())
        })?;
    }
    for entry in &old.runs {
        rename_head(io, &names::run(entry.number), |block| {
            RunHeader::parse(block).map(|header| RunHeader { store_id, ..header }.encode())
        })?;
    }
    for entry in &old.checkpoints {
        rewrite(io, entry, &old, store_id)?;
    }
    let boot = BootEpoch(old.boot.0.saturating_add(BOOTS_AHEAD));
    for _both in names::MANIFESTS {
        publish(&mut manifests, io, store_id, boot)?;
    }
    Ok(())
}

fn publish(manifests: &mut ManifestStore, io: &dyn Io, store_id: u128, boot: BootEpoch) -> Result<(), OpenError> {
    let published = manifests.publish(io, |manifest| {
        manifest.store_id = store_id;
        manifest.boot = boot;
    });
    published.map_err(folder::publish_failed)
}

/// Writes a file's first envelope again, changed; its length stays.
fn rename_head(
    io: &dyn Io,
    name: &str,
    change: impl FnOnce(&[u8]) -> Result<Vec<u8>, EnvelopeError>,
) -> Result<(), OpenError> {
    let file = match io.open(name, Mode::Buffered) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(OpenError::Missing { file: name.to_owned() });
        }
        opened => opened.map_err(OpenError::io(name))?,
    };
    let mut block = [0; BLOCK];
    let filled = file.read_at(0, &mut block).map_err(OpenError::io(name))?;
    let head = change(&block[..filled]).map_err(|_| damaged(name, "its first block is damaged"))?;
    file.write_at(0, &head).and_then(|()| file.sync_data()).map_err(OpenError::io(name))
}

/// Writes a checkpoint file again under the new id: its checksums continue that of its head.
fn rewrite(io: &dyn Io, entry: &CheckpointEntry, old: &Manifest, store_id: u128) -> Result<(), OpenError> {
    let mut reader = PageReader::open(io, entry, old.store_id)?;
    let head = Head { store_id, ..*reader.head() };
    let failed = |error: PublishError| folder::publish_failed(error);
    let mut writer = PageWriter::create(io, entry.number, &head, WRITE_BYTES_MAX).map_err(failed)?;
    while let Some((key, content)) = reader.next()? {
        writer.push(io, key, content.as_deref()).map_err(failed)?;
    }
    writer.finish(io).map_err(failed)?;
    Ok(())
}

fn damaged(file: &str, what: &str) -> OpenError {
    OpenError::Damaged { file: file.to_owned(), what: what.to_owned(), lost: Lost::default(), verdict: Verdict::Rot }
}
