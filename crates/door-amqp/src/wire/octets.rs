//! The alphabet: big-endian numbers, short and long strings.
//!
//! ```text
//!  short string   length u8  | that many bytes
//!  long string    length u32 | that many bytes
//! ```
//!
//! What it is not: bits, which share octets only among a method's arguments (`methods::field`).

use super::codes::ReplyCode;
use bytes::{BufMut, BytesMut};

/// The longest short string, in bytes.
pub const SHORT_STR_BYTES_MAX: usize = 255;

/// Bytes that end early or are not what the protocol says they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{expected} expected")]
pub struct Malformed {
    /// What should have been there.
    pub expected: &'static str,
}

impl Malformed {
    /// What the connection is closed with.
    #[must_use]
    pub fn code(self) -> ReplyCode {
        ReplyCode::FrameError
    }
}

/// Takes the alphabet from the front of a slice.
#[derive(Clone, Copy, Debug)]
pub struct Octets<'a> {
    rest: &'a [u8],
}

impl<'a> Octets<'a> {
    /// Reads from the start of `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What is left.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next `count` bytes.
    ///
    /// # Errors
    /// Fewer are left.
    #[inline]
    pub fn take(&mut self, count: usize, expected: &'static str) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Malformed { expected })?;
        self.rest = rest;
        Ok(taken)
    }

    #[inline]
    fn array<const N: usize>(&mut self, expected: &'static str) -> Result<[u8; N], Malformed> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(Malformed { expected })?;
        self.rest = rest;
        Ok(*taken)
    }

    /// One byte.
    ///
    /// # Errors
    /// Nothing is left.
    #[inline]
    pub fn u8(&mut self) -> Result<u8, Malformed> {
        self.array("an octet").map(u8::from_be_bytes)
    }

    /// Two bytes.
    ///
    /// # Errors
    /// Fewer are left.
    #[inline]
    pub fn u16(&mut self) -> Result<u16, Malformed> {
        self.array("a 16-bit number").map(u16::from_be_bytes)
    }

    /// Four bytes.
    ///
    /// # Errors
    /// Fewer are left.
    #[inline]
    pub fn u32(&mut self) -> Result<u32, Malformed> {
        self.array("a 32-bit number").map(u32::from_be_bytes)
    }

    /// Eight bytes.
    ///
    /// # Errors
    /// Fewer are left.
    #[inline]
    pub fn u64(&mut self) -> Result<u64, Malformed> {
        self.array("a 64-bit number").map(u64::from_be_bytes)
    }

    /// A short string's bytes.
    ///
    /// # Errors
    /// Fewer are left than its length says.
    #[inline]
    pub fn short_bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.u8()?;
        self.take(usize::from(length), "a short string")
    }

    /// A short string that must be UTF-8.
    ///
    /// # Errors
    /// Fewer bytes are left than its length says, or they are not UTF-8.
    #[inline]
    pub fn short_str(&mut self) -> Result<&'a str, Malformed> {
        std::str::from_utf8(self.short_bytes()?).map_err(|_| Malformed { expected: "UTF-8 in a short string" })
    }

    /// A long string's bytes.
    ///
    /// # Errors
    /// Fewer are left than its length says.
    #[inline]
    pub fn long_bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.u32()?;
        self.take(length as usize, "a long string")
    }
}

/// Appends a short string; what is past 255 bytes is cut off, at the end of a character where it is text.
#[inline]
pub fn put_short(out: &mut BytesMut, bytes: &[u8]) {
    let kept = &bytes[..short_length(bytes)];
    #[expect(clippy::cast_possible_truncation, reason = "at most 255 bytes are kept")]
    out.put_u8(kept.len() as u8);
    out.put_slice(kept);
}

fn short_length(bytes: &[u8]) -> usize {
    if bytes.len() <= SHORT_STR_BYTES_MAX {
        return bytes.len();
    }
    // A byte of the form 10xxxxxx goes on with the character before it.
    let starts_a_character = |at: &usize| bytes[*at] & 0xC0 != 0x80;
    (SHORT_STR_BYTES_MAX - 3..=SHORT_STR_BYTES_MAX).rev().find(starts_a_character).unwrap_or(SHORT_STR_BYTES_MAX)
}

/// Appends a long string.
///
/// # Panics
/// It is longer than 4 GiB, which no frame is.
#[inline]
pub fn put_long(out: &mut BytesMut, bytes: &[u8]) {
    out.put_u32(u32::try_from(bytes.len()).expect("a long string fits a frame"));
    out.put_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_reads_back(short in proptest::collection::vec(any::<u8>(), 0..=255), long: Vec<u8>) {
            let mut out = BytesMut::new();
            put_short(&mut out, &short);
            put_long(&mut out, &long);
            let mut octets = Octets::new(&out);
            prop_assert_eq!(octets.short_bytes(), Ok(&short[..]));
            prop_assert_eq!(octets.long_bytes(), Ok(&long[..]));
            prop_assert!(octets.rest().is_empty());
        }

        #[test]
        fn a_text_that_is_too_long_is_cut_between_characters(text in "[a-zé€🦀]{64,300}") {
            let mut out = BytesMut::new();
            put_short(&mut out, text.as_bytes());
            let kept = Octets::new(&out).short_str().expect("what is kept is UTF-8");
            prop_assert!(text.starts_with(kept));
            prop_assert!(kept.len() == text.len() || kept.len() > SHORT_STR_BYTES_MAX - 4);
        }
    }

    #[test]
    fn lengths_past_the_end_and_bad_text_are_refused() {
        assert!(Octets::new(&[3, b'a', b'b']).short_bytes().is_err());
        assert!(Octets::new(&[0xFF, 0xFF, 0xFF, 0xFF, b'a']).long_bytes().is_err());
        assert_eq!(Octets::new(&[1, 0xFF]).short_bytes(), Ok(&[0xFF][..]));
        assert_eq!(Octets::new(&[1, 0xFF]).short_str().map_err(Malformed::code), Err(ReplyCode::FrameError));
    }
}
