//! A byte buffer whose memory starts at a multiple of [`BLOCK`], as direct writes need.
//!
//! What it is not: a general vector; it only grows at its end and is emptied at once. Its memory is kept.

use crate::io::BLOCK;

/// The buffer.
#[derive(Debug, Default)]
pub(crate) struct AlignedBuf {
    /// Always initialised to its full length, so that growing within it only copies.
    memory: Vec<u8>,
    /// Where the aligned part starts.
    start: usize,
    len: usize,
}

impl AlignedBuf {
    /// A buffer of `len` zeros.
    pub(crate) fn zeros(len: usize) -> Self {
        let mut buffer = Self::default();
        buffer.reserve(len);
        buffer.len = len;
        buffer
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.memory[self.start..self.start + self.len]
    }

    pub(crate) fn extend(&mut self, bytes: &[u8]) {
        self.reserve(bytes.len());
        let at = self.start + self.len;
        self.memory[at..at + bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }

    /// Fills up to the next block with zeros.
    pub(crate) fn pad(&mut self) {
        let padded = self.len.next_multiple_of(BLOCK);
        self.reserve(padded - self.len);
        let at = self.start + self.len;
        self.memory[at..self.start + padded].fill(0);
        self.len = padded;
    }

    /// Empties it; memory beyond `keep_bytes` is given back.
    pub(crate) fn clear(&mut self, keep_bytes: usize) {
        self.len = 0;
        if self.memory.len() > keep_bytes + BLOCK {
            *self = Self::default();
        }
    }

    fn reserve(&mut self, more: usize) {
        if self.start + self.len + more <= self.memory.len() {
            return;
        }
        let capacity = (self.len + more).next_power_of_two().max(BLOCK);
        let mut memory = vec![0; capacity + BLOCK];
        let start = memory.as_ptr().align_offset(BLOCK);
        memory[start..start + self.len].copy_from_slice(self.as_slice());
        self.memory = memory;
        self.start = start;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_aligned_and_content_kept_however_it_grows() {
        let mut buffer = AlignedBuf::default();
        let mut expected = Vec::new();
        for size in [1, 100, 5000, 70_000, 3] {
            let bytes = vec![u8::try_from(size % 251).expect("small"); size];
            buffer.extend(&bytes);
            expected.extend_from_slice(&bytes);
            assert_eq!(buffer.as_slice(), expected);
            assert_eq!(buffer.as_slice().as_ptr().align_offset(BLOCK), 0);
        }
    }

    #[test]
    fn padding_is_zero_even_where_the_memory_was_used_before() {
        let mut buffer = AlignedBuf::default();
        buffer.extend(&[0xFF; 9000]);
        buffer.clear(1 << 20);
        buffer.extend(b"x");
        buffer.pad();
        assert_eq!(buffer.len(), BLOCK);
        assert!(buffer.as_slice()[1..].iter().all(|byte| *byte == 0));
    }
}
