//! After an unclean stop: the valid part of the last segment is written afresh.
//!
//! Why: after a failed sync the page cache may show what the disk never got, so that a restart reads, believes and
//! acknowledges it. What is written anew, synced, and only then used is on the disk for certain. The copy has a salt of its
//! own, so nothing that was cut can come back.
//!
//! What it is not: the decision what is valid (recovery's). Invariants: places of messages do not change; the old file is
//! not touched, and goes only when the manifest names the copy.

use crate::aligned::AlignedBuf;
use crate::atomic_file;
use crate::config::Config;
use crate::error::{Lost, OpenError};
use crate::io::{BLOCK, File, Io, Mode};
use crate::manifest::SegmentEntry;
use crate::names;
use crate::recovery::{FrameReader, Verdict};
use crate::segment::{FRAMES_AT, SegmentHeader};
use crate::shared::Spare;
use journal::frame::HEADER_BYTES;
use std::io;

/// The copy, and the header checksum of its last frame.
pub(crate) struct Copied {
    pub(crate) entry: SegmentEntry,
    pub(crate) last_crc: u32,
}

/// Copies the frames of `old` up to `end_at` into a file of its own, or into `spare` if there is one, as the segment that
/// `header` describes.
pub(crate) fn repersist(
    io: &dyn Io,
    config: &Config,
    old: &SegmentEntry,
    end_at: u64,
    header: &SegmentHeader,
    spare: Option<Spare>,
) -> Result<Copied, OpenError> {
    let old_name = names::segment(old.id);
    let name = names::segment(header.id);
    let (from, file, bytes) = match spare {
        Some(spare) => (names::spare(spare.number), spare.file, spare.bytes),
        None => {
            let temporary = names::temporary(&name);
            let file = atomic_file::create(io, &temporary, config.mode()).map_err(OpenError::io(&name))?;
            (temporary, file, end_at)
        }
    };
    let source = io.open(&old_name, Mode::Read).and_then(|source| FrameReader::new(source, config.read_bytes));
    let source = source.map_err(OpenError::io(&old_name))?;
    let last_crc = copy(source, &*file, &old_name, &name, end_at, header, config.write_bytes_max)?;
    let named = file.sync_data().and_then(|()| io.rename(&from, &name)).and_then(|()| names::sync(io));
    named.map_err(OpenError::io(&name))?;
    let entry = SegmentEntry { id: header.id, salt: header.salt, bytes, ..*old };
    Ok(Copied { entry, last_crc })
}

/// Writes the block before `end_at` again as it was read, and syncs it. After a clean stop it holds the seal, which may be
/// in the page cache alone, because its sync failed or the process was killed before it; the next segment builds on it.
pub(crate) fn renew_seal(file: &dyn File, end_at: u64) -> io::Result<()> {
    let at = end_at - BLOCK as u64;
    let mut bytes = [0; BLOCK];
    if file.read_at(at, &mut bytes)? < BLOCK {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let mut block = AlignedBuf::default();
    block.extend(&bytes);
    file.write_at(at, block.as_slice())?;
    file.sync_data()
}

/// Copies frame by frame, each checked once more and given the copy's salt.
fn copy(
    mut source: FrameReader,
    target: &dyn File,
    old_name: &str,
    name: &str,
    end_at: u64,
    header: &SegmentHeader,
    write_bytes_max: usize,
) -> Result<u32, OpenError> {
    let mut out = Out { target, buffer: AlignedBuf::default(), at: 0, write_bytes_max };
    out.buffer.extend(&header.encode());
    out.buffer.pad();
    let mut last_crc = header.prev_crc;
    let mut at = FRAMES_AT;
    while at < end_at {
        let read = source.frame(at).map_err(OpenError::io(old_name))?;
        let frame = read.map_err(|error| changed(old_name, &error.to_string()))?;
        let mut frame_header = frame.header;
        frame_header.salt = header.salt;
        frame_header.prev_crc = last_crc;
        let (bytes, crc): ([u8; HEADER_BYTES], u32) = frame_header.encode();
        out.buffer.extend(&bytes);
        out.buffer.extend(&frame.body);
        out.buffer.pad();
        out.flush_if_full().map_err(OpenError::io(name))?;
        last_crc = crc;
        at += frame.header.framed_bytes();
    }
    out.flush().map_err(OpenError::io(name))?;
    Ok(last_crc)
}

/// What is written so far, and what waits for being written in one go.
struct Out<'a> {
    target: &'a dyn File,
    buffer: AlignedBuf,
    at: u64,
    write_bytes_max: usize,
}

impl Out<'_> {
    fn flush_if_full(&mut self) -> io::Result<()> {
        if self.buffer.len() < self.write_bytes_max { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> io::Result<()> {
        for chunk in self.buffer.as_slice().chunks(self.write_bytes_max) {
            self.target.write_at(self.at, chunk)?;
            self.at += chunk.len() as u64;
        }
        self.buffer.clear(2 * self.write_bytes_max);
        Ok(())
    }
}

fn changed(file: &str, what: &str) -> OpenError {
    OpenError::Damaged {
        file: file.to_owned(),
        what: format!("it reads differently a second time ({what})"),
        lost: Lost::default(),
        verdict: Verdict::Rot,
    }
}

/// Whether a failed copy met a full disk.
pub(crate) fn met_full_disk(error: &OpenError) -> bool {
    matches!(error, OpenError::Io { source, .. } if crate::error::is_full(source))
}
