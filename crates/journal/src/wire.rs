//! Little-endian numbers, varints and length-prefixed bytes: the alphabet of every record and checkpoint.
//!
//! ```text
//!  varint   LEB128, 7 bits a byte, least significant first, at most 10 bytes
//!  bytes    varint length | that many bytes
//! ```
//!
//! Invariants: a reader never allocates more than the input holds and never panics on any input.

use vocab::kind::Kind;

/// Appends the alphabet to a buffer.
pub trait Write {
    /// One byte.
    fn put_u8(&mut self, value: u8);
    /// Four bytes, little-endian.
    fn put_u32(&mut self, value: u32);
    /// Eight bytes, little-endian.
    fn put_u64(&mut self, value: u64);
    /// A number, short when small.
    fn put_varint(&mut self, value: u64);
    /// Length and content.
    fn put_bytes(&mut self, bytes: &[u8]);
    /// A presence byte, then the number where there is one.
    fn put_option(&mut self, value: Option<u64>);
}

impl Write for Vec<u8> {
    #[inline]
    fn put_u8(&mut self, value: u8) {
        self.push(value);
    }

    #[inline]
    fn put_u32(&mut self, value: u32) {
        self.extend_from_slice(&value.to_le_bytes());
    }

    #[inline]
    fn put_u64(&mut self, value: u64) {
        self.extend_from_slice(&value.to_le_bytes());
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "seven bits are taken at a time")]
    fn put_varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.push(value as u8);
    }

    #[inline]
    fn put_bytes(&mut self, bytes: &[u8]) {
        self.put_varint(bytes.len() as u64);
        self.extend_from_slice(bytes);
    }

    #[inline]
    fn put_option(&mut self, value: Option<u64>) {
        match value {
            None => self.push(0),
            Some(value) => {
                self.push(1);
                self.put_varint(value);
            }
        }
    }
}

/// The input ended early or a number was out of range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed bytes at offset {offset}: {expected} expected")]
pub struct Malformed {
    /// Where, from the start of the input.
    pub offset: usize,
    /// What should have been there.
    pub expected: &'static str,
}

impl Malformed {
    /// What to do about it: nothing can be, the data is damaged.
    #[must_use]
    pub fn kind(&self) -> Kind {
        Kind::Corrupt
    }
}

/// Takes the alphabet from a slice.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    /// Reads from the start of `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, offset: 0 }
    }

    /// How many bytes were taken.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.offset == self.bytes.len()
    }

    /// How many bytes are left.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.bytes.len() - self.offset
    }

    fn malformed(&self, expected: &'static str) -> Malformed {
        Malformed { offset: self.offset, expected }
    }

    /// The next `count` bytes.
    ///
    /// # Errors
    /// Fewer are left.
    #[inline]
    pub fn take(&mut self, count: usize, expected: &'static str) -> Result<&'a [u8], Malformed> {
        let end = self.offset.checked_add(count).filter(|end| *end <= self.bytes.len());
        let Some(end) = end else { return Err(self.malformed(expected)) };
        let taken = &self.bytes[self.offset..end];
        self.offset = end;
        Ok(taken)
    }

    /// One byte.
    ///
    /// # Errors
    /// Nothing is left.
    #[inline]
    pub fn u8(&mut self, expected: &'static str) -> Result<u8, Malformed> {
        Ok(self.take(1, expected)?[0])
    }

    /// Four bytes, little-endian.
    ///
    /// # Errors
    /// Fewer are left.
    #[inline]
    pub fn u32(&mut self, expected: &'static str) -> Result<u32, Malformed> {
        let b = self.take(4, expected)?;
        Ok(u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
    }

    /// Eight bytes, little-endian.
    ///
    /// # Errors
    /// Fewer are left.
    #[inline]
    pub fn u64(&mut self, expected: &'static str) -> Result<u64, Malformed> {
        let b = self.take(8, expected)?;
        Ok(u64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]))
    }

    /// A number of up to 64 bits.
    ///
    /// # Errors
    /// The input ends within it, or it has more than 64 bits.
    #[inline]
    pub fn varint(&mut self, expected: &'static str) -> Result<u64, Malformed> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.u8(expected)?;
            let bits = u64::from(byte & 0x7F);
            if shift == 63 && bits > 1 {
                return Err(self.malformed(expected));
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(self.malformed(expected))
    }

    /// A varint that must fit the wanted type.
    ///
    /// # Errors
    /// The input ends within it, or it is too large.
    #[inline]
    pub fn number<T: TryFrom<u64>>(&mut self, expected: &'static str) -> Result<T, Malformed> {
        let value = self.varint(expected)?;
        T::try_from(value).map_err(|_| self.malformed(expected))
    }

    /// Length-prefixed bytes.
    ///
    /// # Errors
    /// Fewer are left than the length says.
    #[inline]
    pub fn bytes(&mut self, expected: &'static str) -> Result<&'a [u8], Malformed> {
        let length = self.number::<usize>(expected)?;
        self.take(length, expected)
    }

    /// Length-prefixed UTF-8.
    ///
    /// # Errors
    /// Fewer bytes are left than the length says, or they are not UTF-8.
    pub fn text(&mut self, expected: &'static str) -> Result<&'a str, Malformed> {
        let bytes = self.bytes(expected)?;
        std::str::from_utf8(bytes).map_err(|_| self.malformed(expected))
    }

    /// A number behind its presence byte.
    ///
    /// # Errors
    /// The input ends early, or the presence byte is neither 0 nor 1.
    pub fn option(&mut self, expected: &'static str) -> Result<Option<u64>, Malformed> {
        match self.u8(expected)? {
            0 => Ok(None),
            1 => Ok(Some(self.varint(expected)?)),
            _ => Err(self.malformed(expected)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_reads_back(number: u64, bytes: Vec<u8>, option: Option<u64>) {
            let mut buffer = Vec::new();
            buffer.put_varint(number);
            buffer.put_bytes(&bytes);
            buffer.put_option(option);
            let mut reader = Reader::new(&buffer);
            prop_assert_eq!(reader.varint("number"), Ok(number));
            prop_assert_eq!(reader.bytes("bytes"), Ok(&bytes[..]));
            prop_assert_eq!(reader.option("option"), Ok(option));
            prop_assert!(reader.is_empty());
        }

        #[test]
        fn any_input_is_read_without_panic(input: Vec<u8>) {
            let mut reader = Reader::new(&input);
            while !reader.is_empty() && reader.varint("v").is_ok() && reader.bytes("b").is_ok() {}
        }
    }
}
