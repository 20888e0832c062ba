//! The way through a block's messages, entry by entry.
//!
//! What it is not: the check that the bytes are undamaged, which was made when the block was read.
//! Invariant: any bytes are walked through without panic and without copying a message.

use super::block::{BlockError, Damage, HEADER_BYTES, Header};
use bytes::Bytes;
use journal::message_codec::ENTRY_HEADER_BYTES;
use journal::wire::{Malformed, Reader};
use std::ops::Range;
use vocab::Seq;

/// The entry of `seq`, if the block holds it, for [`journal::message_codec::decode_entry`]. It is a slice of the block.
pub(crate) fn find(block: &Bytes, seq: Seq) -> Result<Option<Bytes>, BlockError> {
    let mut cursor = Cursor::start(block).map_err(Damage::from)?;
    while let Some(message) = cursor.next(block) {
        let (found, place) = message.map_err(Damage::from)?;
        if found >= seq {
            return Ok((found == seq).then(|| block.slice(place)));
        }
    }
    Ok(None)
}

/// Every message of the block, in order. Each is a slice of the block.
pub(crate) fn entries(block: &Bytes) -> Entries {
    Entries { block: block.clone(), cursor: Cursor::start(block).map_err(Some) }
}

/// See [`entries`]. Ends after the first error.
#[derive(Debug)]
pub(crate) struct Entries {
    block: Bytes,
    /// The error is the one still to be told.
    cursor: Result<Cursor, Option<Malformed>>,
}

impl Iterator for Entries {
    type Item = Result<(Seq, Bytes), BlockError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = match &mut self.cursor {
            Ok(cursor) => cursor.next(&self.block)?,
            Err(error) => Err(error.take()?),
        };
        if next.is_err() {
            self.cursor = Err(None);
        }
        Some(next.map(|(seq, place)| (seq, self.block.slice(place))).map_err(|error| Damage::from(error).into()))
    }
}

/// A place between two messages of a block.
#[derive(Clone, Copy, Debug)]
struct Cursor {
    /// Where the next message starts in the block.
    at: usize,
    first: Seq,
    /// The message before.
    before: Option<Seq>,
    left: u32,
}

impl Cursor {
    fn start(block: &[u8]) -> Result<Self, Malformed> {
        let header = Header::read(&mut Reader::new(block))?;
        Ok(Self { at: HEADER_BYTES, first: header.first, before: None, left: header.count })
    }

    /// The next message's seq, and where its entry lies in the block.
    fn next(&mut self, block: &[u8]) -> Option<Result<(Seq, Range<usize>), Malformed>> {
        if self.left > 0 {
            return Some(self.read(block));
        }
        let trailing = self.at < block.len();
        trailing.then_some(Err(Malformed { offset: self.at, expected: "the end of a block" }))
    }

    fn read(&mut self, block: &[u8]) -> Result<(Seq, Range<usize>), Malformed> {
        let malformed = |offset, expected| Malformed { offset: self.at + offset, expected };
        let within = |error: Malformed| malformed(error.offset, error.expected);
        let mut reader = Reader::new(&block[self.at..]);
        let past_first = reader.varint("a seq").map_err(within)?;
        let seq = self.first.0.checked_add(past_first).map(Seq).filter(|seq| self.follows(*seq));
        let seq = seq.ok_or_else(|| malformed(0, "a greater seq"))?;
        let entry_at = reader.offset();
        let len = reader.u32("an entry's length").map_err(within)? as usize;
        let _checksum = reader.u32("an entry's checksum").map_err(within)?;
        let _content = reader.take(len, "an entry's content").map_err(within)?;
        let place = self.at + entry_at..self.at + entry_at + ENTRY_HEADER_BYTES + len;
        self.at = place.end;
        self.before = Some(seq);
        self.left -= 1;
        Ok((seq, place))
    }

    fn follows(&self, seq: Seq) -> bool {
        self.before.map_or(seq == self.first, |before| before < seq)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::block::tests::block;

    fn check_walked(block: Vec<u8>, messages: usize, expected: Option<&str>) {
        let mut walk = entries(&block.into());
        assert_eq!(walk.by_ref().take_while(Result::is_ok).count(), messages);
        assert!(walk.next().is_none(), "nothing comes after an error");
        let Some(expected) = expected else { return };
        let last = entries(&walk.block).last().expect("an error is told");
        assert_eq!(
            last.expect_err("it cannot be read").to_string(),
            format!("a block has malformed bytes at {expected}")
        );
    }

    #[test]
    fn messages_are_told_up_to_the_first_that_cannot_be_read() {
        let healthy = block(&[0, 1, 5]);
        let with = |change: fn(&mut Vec<u8>)| {
            let mut changed = healthy.clone();
            change(&mut changed);
            changed
        };
        check_walked(healthy.clone(), 3, None);
        check_walked(with(|block| block.truncate(20)), 0, Some("offset 18: a first seq expected"));
        check_walked(with(|block| block.truncate(block.len() - 1)), 2, Some("offset 59: an entry's content expected"));
        check_walked(with(|block| block.push(0)), 3, Some("offset 62: the end of a block expected"));
        check_walked(with(|block| block[26] = 1), 0, Some("offset 26: a greater seq expected"));
        check_walked(with(|block| block[38] = 0), 1, Some("offset 38: a greater seq expected"));
        check_walked(with(|block| block[39] = 200), 1, Some("offset 47: an entry's content expected"));
    }
}
