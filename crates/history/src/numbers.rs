//! The alphabet of entries: varints, differences, and texts with their length.
//!
//! ```text
//!  varint   LEB128, 7 bits a byte, least significant first, at most 10 bytes
//!  step     varint of the zigzag of a difference modulo 2^64: small in both directions
//!  text     varint length | that many bytes of UTF-8
//! ```
//!
//! Invariants: a reader never panics and never allocates, whatever the input.

/// The input ended early, or is no entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed history")]
pub(crate) struct Malformed;

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "seven bits are taken at a time")]
pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// The way from one number to another.
#[inline]
pub(crate) fn put_step(out: &mut Vec<u8>, from: u64, to: u64) {
    let difference = to.wrapping_sub(from).cast_signed();
    put_varint(out, ((difference << 1) ^ (difference >> 63)).cast_unsigned());
}

pub(crate) fn put_text(out: &mut Vec<u8>, text: &str) {
    put_varint(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// Reads the alphabet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    #[inline]
    pub(crate) fn byte(&mut self) -> Result<u8, Malformed> {
        let (first, rest) = self.rest.split_first().ok_or(Malformed)?;
        self.rest = rest;
        Ok(*first)
    }

    #[inline]
    pub(crate) fn varint(&mut self) -> Result<u64, Malformed> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7F);
            if shift == 63 && bits > 1 {
                return Err(Malformed);
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Malformed)
    }

    /// A varint that fits a smaller number.
    #[inline]
    pub(crate) fn small<T: TryFrom<u64>>(&mut self) -> Result<T, Malformed> {
        T::try_from(self.varint()?).map_err(|_| Malformed)
    }

    #[inline]
    pub(crate) fn step(&mut self, from: u64) -> Result<u64, Malformed> {
        let zigzag = self.varint()?;
        let difference = (zigzag >> 1).cast_signed() ^ -((zigzag & 1).cast_signed());
        Ok(from.wrapping_add(difference.cast_unsigned()))
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, Malformed> {
        let len = self.small::<usize>()?;
        let (text, rest) = self.rest.split_at_checked(len).ok_or(Malformed)?;
        self.rest = rest;
        std::str::from_utf8(text).map_err(|_| Malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_and_texts_read_back(from: u64, to: u64, text: String) {
            let mut out = Vec::new();
            put_varint(&mut out, to);
            put_step(&mut out, from, to);
            put_text(&mut out, &text);
            let mut reader = Reader::new(&out);
            prop_assert_eq!(reader.varint(), Ok(to));
            prop_assert_eq!(reader.step(from), Ok(to));
            prop_assert_eq!(reader.text(), Ok(&*text));
            prop_assert!(reader.is_empty());
        }
    }

    #[test]
    fn a_step_of_one_takes_one_byte_in_both_directions() {
        for (from, to) in [(7, 8), (8, 7), (u64::MAX, 0)] {
            let mut out = Vec::new();
            put_step(&mut out, from, to);
            assert_eq!(out.len(), 1, "{from} to {to}");
        }
    }

    #[test]
    fn a_varint_beyond_64_bits_is_malformed() {
        let mut long = [0xFF_u8; 10];
        long[9] = 0x02;
        assert_eq!(Reader::new(&long).varint(), Err(Malformed));
    }
}
