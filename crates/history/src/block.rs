//! Files and blocks as bytes.
//!
//! ```text
//!  a file:   head | block | block | ..
//!
//!  head      byte 0        4     8         10     12       16         32
//!                 | "LSHF" | crc | version | 0    | number | store id |         crc of bytes 8..32
//!
//!  block     byte 0        4          8          12         16         24        32        36     40      42       44            48
//!                 | "LSHB" | head crc | body crc | body len | first ms | last ms | entries | lost | flags | covers | covers len  | covers | body |
//!
//!  covers    for each: queue varint | partition varint | first seq varint | last seq - first seq varint
//!  body      entries, see crate::entry; the first goes on from nothing
//!  lost      how many entries are missing since the block before, because they could not be kept up with
//!  flags     1  names: doors, consumers, starts are in it
//!            2  wide: it is about more partitions than its covers name
//!            4  unclean: a start after a crash is in it, so the last moments before may be missing
//! ```
//!
//! Numbers are little-endian. The head's crc covers its bytes from 8 on, and the covers.
//!
//! Invariants: a block is taken whole or not at all; one that is damaged is never read as anything else. A change of these bytes is
//! a new [`VERSION`], and a file of another version is passed by.

use crate::cover::Cover;
use crate::decode::Decoder;
use crate::entry::Entry;

/// The version of the files.
pub(crate) const VERSION: u16 = 1;

/// Bytes before a file's first block.
pub(crate) const FILE_HEAD_BYTES: usize = 32;

const BLOCK_HEAD_BYTES: usize = 48;
const FILE_MAGIC: [u8; 4] = *b"LSHF";
const BLOCK_MAGIC: [u8; 4] = *b"LSHB";
const NAMES: u16 = 1;
const WIDE: u16 = 2;
const UNCLEAN: u16 = 4;

/// Partitions that a block keeps apart.
const BLOCK_PARTITIONS_MAX: usize = 64;

/// What a block's head says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BlockHead {
    pub(crate) first_ms: u64,
    pub(crate) last_ms: u64,
    pub(crate) entries: u32,
    pub(crate) lost: u32,
    pub(crate) has_names: bool,
    pub(crate) is_unclean: bool,
    pub(crate) cover: Cover,
}

/// A file's head.
pub(crate) fn file_head(number: u32, store_id: u128) -> Vec<u8> {
    let mut head = Vec::with_capacity(FILE_HEAD_BYTES);
    head.extend_from_slice(&FILE_MAGIC);
    head.extend_from_slice(&[0; 4]);
    head.extend_from_slice(&VERSION.to_le_bytes());
    head.extend_from_slice(&[0; 2]);
    head.extend_from_slice(&number.to_le_bytes());
    head.extend_from_slice(&store_id.to_le_bytes());
    let crc = crc32c::crc32c(&head[8..]);
    head[4..8].copy_from_slice(&crc.to_le_bytes());
    head
}

/// Whether these are the first bytes of the file `number` of this store.
pub(crate) fn is_file_head(bytes: &[u8], number: u32, store_id: u128) -> bool {
    bytes.get(..FILE_HEAD_BYTES).is_some_and(|head| *head == file_head(number, store_id))
}

/// A block's bytes, and what its head says; `None` if the entries cannot be read or there are none.
pub(crate) fn seal(body: &[u8], lost: u64) -> Option<(Vec<u8>, BlockHead)> {
    let head = BlockHead::of(body, u32::try_from(lost).unwrap_or(u32::MAX))?;
    let mut covers = Vec::new();
    head.cover.encode(&mut covers);
    let count = u16::try_from(head.cover.len()).expect("a cover keeps few partitions apart");
    let mut block = Vec::with_capacity(BLOCK_HEAD_BYTES + covers.len() + body.len());
    block.extend_from_slice(&BLOCK_MAGIC);
    block.extend_from_slice(&[0; 4]);
    block.extend_from_slice(&crc32c::crc32c(body).to_le_bytes());
    block.extend_from_slice(&u32::try_from(body.len()).ok()?.to_le_bytes());
    block.extend_from_slice(&head.first_ms.to_le_bytes());
    block.extend_from_slice(&head.last_ms.to_le_bytes());
    block.extend_from_slice(&head.entries.to_le_bytes());
    block.extend_from_slice(&head.lost.to_le_bytes());
    block.extend_from_slice(&head.flags().to_le_bytes());
    block.extend_from_slice(&count.to_le_bytes());
    block.extend_from_slice(&u32::try_from(covers.len()).ok()?.to_le_bytes());
    block.extend_from_slice(&covers);
    let crc = crc32c::crc32c(&block[8..]);
    block[4..8].copy_from_slice(&crc.to_le_bytes());
    block.extend_from_slice(body);
    Some((block, head))
}

impl BlockHead {
    fn of(body: &[u8], lost: u32) -> Option<Self> {
        let mut head: Option<Self> = None;
        for dated in Decoder::new(body) {
            let dated = dated.ok()?;
            let head = head.get_or_insert_with(|| Self {
                first_ms: dated.at_ms,
                last_ms: 0,
                entries: 0,
                lost,
                has_names: false,
                is_unclean: false,
                cover: Cover::default(),
            });
            head.cover.note(&dated, BLOCK_PARTITIONS_MAX);
            head.entries += 1;
            head.last_ms = dated.at_ms;
            head.has_names |= dated.entry.is_name();
            head.is_unclean |= matches!(dated.entry, Entry::Started { clean: false, .. });
        }
        head
    }

    fn flags(&self) -> u16 {
        let flag = |is_set: bool, flag: u16| if is_set { flag } else { 0 };
        flag(self.has_names, NAMES) | flag(self.cover.is_wide(), WIDE) | flag(self.is_unclean, UNCLEAN)
    }
}

/// A block as it lies in a file.
#[derive(Clone, Debug)]
pub(crate) struct Block<'a> {
    pub(crate) head: BlockHead,
    body: &'a [u8],
    body_crc: u32,
    /// All of it, head included.
    pub(crate) bytes: usize,
}

impl<'a> Block<'a> {
    /// The block that begins here, if one does and it is all there.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let fixed = bytes.get(..BLOCK_HEAD_BYTES)?;
        if fixed[..4] != BLOCK_MAGIC {
            return None;
        }
        let (covers_len, body_len) = (u32_at(fixed, 44) as usize, u32_at(fixed, 12) as usize);
        let body_at = BLOCK_HEAD_BYTES.checked_add(covers_len)?;
        let end = body_at.checked_add(body_len)?;
        let (head, body) = (bytes.get(..body_at)?, bytes.get(body_at..end)?);
        if crc32c::crc32c(&head[8..]) != u32_at(fixed, 4) {
            return None;
        }
        let flags = u16_at(fixed, 40);
        let cover = Cover::decode(&head[BLOCK_HEAD_BYTES..], u16_at(fixed, 42), flags & WIDE != 0).ok()?;
        let head = BlockHead {
            first_ms: u64_at(fixed, 16),
            last_ms: u64_at(fixed, 24),
            entries: u32_at(fixed, 32),
            lost: u32_at(fixed, 36),
            has_names: flags & NAMES != 0,
            is_unclean: flags & UNCLEAN != 0,
            cover,
        };
        Some(Self { head, body, body_crc: u32_at(fixed, 8), bytes: end })
    }

    /// Its entries' bytes, unless they are damaged.
    pub(crate) fn body(&self) -> Option<&'a [u8]> {
        (crc32c::crc32c(self.body) == self.body_crc).then_some(self.body)
    }
}

/// The blocks of a file, in order, up to the first one whose head is damaged or that is not all there.
pub(crate) struct Blocks<'a> {
    bytes: &'a [u8],
    /// Where the next block begins.
    pub(crate) at: usize,
}

impl<'a> Blocks<'a> {
    pub(crate) fn of(file: &'a [u8]) -> Self {
        Self { bytes: file, at: FILE_HEAD_BYTES }
    }

    /// Whether everything was read.
    pub(crate) fn is_at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }
}

impl<'a> Iterator for Blocks<'a> {
    type Item = Block<'a>;

    fn next(&mut self) -> Option<Block<'a>> {
        let block = Block::read(self.bytes.get(self.at..)?)?;
        self.at += block.bytes;
        Some(block)
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}
