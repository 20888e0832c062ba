//! Frames: what is written to a log at once, checked at once, and torn at most at its end.
//!
//! ```text
//!  byte  0       4         8     12      14      16          24      32
//!        | magic | hdr crc | len | flags | n_rec | frame_seq | epoch | salt ...
//!        32     40            48         56         60         64          64+len    next multiple of 4096
//!        | salt | synced_upto | position | prev crc | body crc | records   | zeros   |
//!
//!  magic        "LSF", then the format version
//!  hdr crc      CRC-32C of bytes 0..4 and 8..64: len can be trusted before the body is read
//!  len          bytes of the records, without header and padding
//!  flags        1 FIRST and 2 LAST frame of its commit; 4 SEAL: the log ends here, cleanly; 8 EMPTY: no records, written
//!               only for its synced_upto
//!  n_rec        number of records
//!  frame_seq    number of the frame, from 1, without gaps, over all segments
//!  epoch        the boot epoch that wrote it
//!  salt         the segment's random number: a frame left over from a file's earlier use is not taken for one of this use
//!  synced_upto  every frame up to this one was synced when this one was written
//!  position     the commit it belongs to; of a SEAL or EMPTY frame: the last commit before it
//!  prev crc     hdr crc of the frame before: frames form a chain
//!  body crc     CRC-32C of the records
//! ```
//!
//! A commit is one frame, or several when it is large: FIRST on its first, LAST on its last, and all or none of them count.
//!
//! What it is not: no file and no idea of segments. A change of this layout takes the next [`VERSION`] and a reader that
//! knows both. Invariant: parsing never panics and never allocates.

mod pieces;
#[cfg(test)]
mod tests;

pub use pieces::{Piece, Pieces, framed_bytes};

use vocab::Position;

/// The version of the frame's layout.
pub const VERSION: u8 = 1;

/// Bytes of a frame's header.
pub const HEADER_BYTES: usize = 64;

/// Frames start at multiples of this many bytes: a block written once is never written again.
pub const ALIGNMENT: usize = 4096;

/// Most records in one frame.
pub const RECORDS_MAX: usize = u16::MAX as usize;

const MAGIC: [u8; 3] = *b"LSF";

/// What a frame is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Flags(u16);

impl Flags {
    /// A frame in the middle of its commit.
    pub const NONE: Self = Self(0);
    /// The first frame of its commit.
    pub const FIRST: Self = Self(1);
    /// The last frame of its commit.
    pub const LAST: Self = Self(2);
    /// The log ends here, cleanly.
    pub const SEAL: Self = Self(4);
    /// No records: written only for its `synced_upto`.
    pub const EMPTY: Self = Self(8);

    const KNOWN: u16 = 15;

    /// Whether all of `other`'s flags are set.
    #[must_use]
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both's flags.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The flags of a commit's frame.
    #[must_use]
    pub fn of_commit(first: bool, last: bool) -> Self {
        Self(u16::from(first) | u16::from(last) << 1)
    }
}

/// A frame's header; the module's ruler says what each field means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHeader {
    /// Bytes of the records.
    pub len: u32,
    /// What the frame is for.
    pub flags: Flags,
    /// Number of records.
    pub records: u16,
    /// Number of the frame.
    pub frame_seq: u64,
    /// The boot epoch that wrote it.
    pub epoch: u64,
    /// The segment's salt.
    pub salt: u64,
    /// Every frame up to this one was synced when this one was written.
    pub synced_upto: u64,
    /// The commit it belongs to.
    pub position: Position,
    /// Header checksum of the frame before.
    pub prev_crc: u32,
    /// Checksum of the records.
    pub body_crc: u32,
}

/// Why bytes are not a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// There are fewer bytes than a header, or than the header announces.
    #[error("the frame is cut short")]
    Short,
    /// It does not start as a frame does.
    #[error("no frame starts here")]
    NotAFrame,
    /// The header is damaged.
    #[error("the frame's header is damaged")]
    HeaderChecksum,
    /// A sound header of another version, or with flags that this version does not know.
    #[error("the frame has version {version} and flags {flags:#06x}, this program knows version {VERSION}")]
    Unknown {
        /// The version found.
        version: u8,
        /// The flags found.
        flags: u16,
    },
    /// The records are damaged.
    #[error("the frame's records are damaged")]
    BodyChecksum,
}

impl FrameHeader {
    /// The header's bytes, and its checksum, which the next frame repeats.
    #[must_use]
    pub fn encode(&self) -> ([u8; HEADER_BYTES], u32) {
        let mut bytes = [0; HEADER_BYTES];
        bytes[0..3].copy_from_slice(&MAGIC);
        bytes[3] = VERSION;
        bytes[8..12].copy_from_slice(&self.len.to_le_bytes());
        bytes[12..14].copy_from_slice(&self.flags.0.to_le_bytes());
        bytes[14..16].copy_from_slice(&self.records.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.frame_seq.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.epoch.to_le_bytes());
        bytes[32..40].copy_from_slice(&self.salt.to_le_bytes());
        bytes[40..48].copy_from_slice(&self.synced_upto.to_le_bytes());
        bytes[48..56].copy_from_slice(&self.position.0.to_le_bytes());
        bytes[56..60].copy_from_slice(&self.prev_crc.to_le_bytes());
        bytes[60..64].copy_from_slice(&self.body_crc.to_le_bytes());
        let crc = header_crc(&bytes);
        bytes[4..8].copy_from_slice(&crc.to_le_bytes());
        (bytes, crc)
    }

    /// Reads the header at the start of `bytes`, and its checksum.
    ///
    /// # Errors
    /// There is none, it is damaged, or it is of another version.
    pub fn parse(bytes: &[u8]) -> Result<(Self, u32), FrameError> {
        let bytes: &[u8; HEADER_BYTES] =
            bytes.get(..HEADER_BYTES).and_then(|header| header.try_into().ok()).ok_or(FrameError::Short)?;
        if bytes[0..3] != MAGIC {
            return Err(FrameError::NotAFrame);
        }
        let crc = u32_at(bytes, 4);
        if crc != header_crc(bytes) {
            return Err(FrameError::HeaderChecksum);
        }
        let flags = u16_at(bytes, 12);
        if bytes[3] != VERSION || flags & !Flags::KNOWN != 0 {
            return Err(FrameError::Unknown { version: bytes[3], flags });
        }
        let header = Self {
            len: u32_at(bytes, 8),
            flags: Flags(flags),
            records: u16_at(bytes, 14),
            frame_seq: u64_at(bytes, 16),
            epoch: u64_at(bytes, 24),
            salt: u64_at(bytes, 32),
            synced_upto: u64_at(bytes, 40),
            position: Position(u64_at(bytes, 48)),
            prev_crc: u32_at(bytes, 56),
            body_crc: u32_at(bytes, 60),
        };
        Ok((header, crc))
    }

    /// Bytes from this frame's start to the next one's.
    #[must_use]
    pub fn framed_bytes(&self) -> u64 {
        framed_bytes(self.len as usize)
    }

    /// Checks the records, which are `body`.
    ///
    /// # Errors
    /// They are damaged.
    pub fn check_body(&self, body: &[u8]) -> Result<(), FrameError> {
        if crc32c::crc32c(body) == self.body_crc { Ok(()) } else { Err(FrameError::BodyChecksum) }
    }
}

fn header_crc(bytes: &[u8; HEADER_BYTES]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(&bytes[0..4]), &bytes[8..])
}

fn u16_at(bytes: &[u8; HEADER_BYTES], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8; HEADER_BYTES], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn u64_at(bytes: &[u8; HEADER_BYTES], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}
