//! One file's bytes: what readers see, what the platter has, and the writes between the two.
//!
//! Invariant: `durable` with every unsynced write applied in order equals `cached`, except for writes that a failed
//! sync dropped: those stay in the cache for ever and reach the platter never.

use super::fate::{Fate, Landed};

/// What a disk writes whole or not at all, in bytes.
pub const SECTOR: usize = 512;

/// A file's content, without its name.
#[derive(Clone, Debug, Default)]
pub struct Content {
    cached: Vec<u8>,
    durable: Vec<u8>,
    unsynced: Vec<Write>,
    /// How many open files refer to it.
    pub handles: u32,
}

#[derive(Clone, Debug)]
struct Write {
    offset: usize,
    bytes: Vec<u8>,
    /// The file's size once this write is on the platter.
    size: usize,
}

/// What happened to the unsynced writes of a file when the power went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loss {
    /// Writes of which nothing landed.
    pub lost: u64,
    /// Writes of which some sectors landed.
    pub torn: u64,
    /// Whether a later write landed while an earlier one did not, or before it.
    pub reordered: bool,
}

impl Content {
    /// Size as readers see it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cached.len()
    }

    /// Whether readers see no byte.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cached.is_empty()
    }

    /// How many writes a power loss would decide about.
    #[must_use]
    pub fn unsynced(&self) -> usize {
        self.unsynced.len()
    }

    /// Puts bytes in the cache, to be synced later.
    pub fn write(&mut self, offset: usize, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        put(&mut self.cached, offset, bytes);
        self.unsynced.push(Write { offset, bytes: bytes.to_vec(), size: self.cached.len() });
    }

    /// Reads from the cache; says how many bytes there were.
    pub fn read(&self, offset: usize, buffer: &mut [u8]) -> usize {
        let there = self.cached.get(offset..).unwrap_or_default();
        let count = there.len().min(buffer.len());
        buffer[..count].copy_from_slice(&there[..count]);
        count
    }

    /// Everything written so far reaches the platter.
    pub fn sync(&mut self) {
        for write in self.unsynced.drain(..) {
            put(&mut self.durable, write.offset, &write.bytes);
        }
    }

    /// A sync that fails: some writes land, the others never will, and the cache goes on showing them all.
    pub fn fail_to_sync(&mut self, fate: &mut dyn Fate) {
        let unsynced = std::mem::take(&mut self.unsynced);
        land(&mut self.durable, unsynced, fate);
    }

    /// The power goes: the cache is gone, and `fate` says what of the unsynced writes landed.
    pub fn lose_power(&mut self, fate: &mut dyn Fate) -> Loss {
        let unsynced = std::mem::take(&mut self.unsynced);
        let loss = land(&mut self.durable, unsynced, fate);
        self.cached.clone_from(&self.durable);
        self.handles = 0;
        loss
    }

    /// Turns one bit of the platter around, and of the cache over it.
    pub fn flip_bit(&mut self, offset: usize, bit: u32) {
        for image in [&mut self.durable, &mut self.cached] {
            if let Some(byte) = image.get_mut(offset) {
                *byte ^= 1 << (bit % 8);
            }
        }
    }
}

fn put(image: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if image.len() < end {
        image.resize(end, 0);
    }
    image[offset..end].copy_from_slice(bytes);
}

fn land(durable: &mut Vec<u8>, unsynced: Vec<Write>, fate: &mut dyn Fate) -> Loss {
    let mut loss = Loss::default();
    if unsynced.is_empty() {
        return loss;
    }
    // The size is metadata with a life of its own: it may be that of before any write or after any one of them.
    let choice = fate.size(unsynced.len() + 1);
    let size = choice.checked_sub(1).map_or(durable.len(), |index| unsynced[index].size).max(durable.len());
    let (mut landed, mut missing) = (Vec::new(), None);
    for index in fate.order(unsynced.len()) {
        let write = &unsynced[index];
        match fate.write(write.bytes.len().div_ceil(SECTOR)) {
            Landed::Whole => put(durable, write.offset, &write.bytes),
            Landed::Nothing => {
                loss.lost += 1;
                missing = Some(missing.map_or(index, |first: usize| first.min(index)));
                continue;
            }
            Landed::Sectors(sectors) => {
                loss.torn += 1;
                put_sectors(durable, write, &sectors);
            }
        }
        landed.push(index);
    }
    loss.reordered = !landed.is_sorted() || landed.iter().max().zip(missing).is_some_and(|(last, first)| *last > first);
    durable.resize(size, 0);
    loss
}

fn put_sectors(image: &mut Vec<u8>, write: &Write, landed: &[bool]) {
    for (index, (sector, landed)) in write.bytes.chunks(SECTOR).zip(landed).enumerate() {
        if *landed {
            put(image, write.offset + index * SECTOR, sector);
        }
    }
}
