//! One page of a large set of seqs as bytes, and back; drawn in [`crate::snapshot`].
//!
//! Invariant: the cost is that of the page, however large the set.

use crate::core::pages::{SEQS_PER_PAGE, first_seq};
use journal::wire::{Malformed, Reader, Write};
use roaring::{RoaringBitmap, RoaringTreemap};
use std::ops::RangeInclusive;

/// The upper and the lower half of a page's seqs: all have the same upper half.
fn halves(page: u64) -> (u32, RangeInclusive<u32>) {
    let half = |seq: u64| u32::try_from(seq & u64::from(u32::MAX)).expect("it was masked to 32 bits");
    let first = first_seq(page);
    (half(first >> 32), half(first)..=half(first + (SEQS_PER_PAGE - 1)))
}

/// Writes what of `set` lies in the page. Says whether there was anything.
pub(super) fn put_set(out: &mut Vec<u8>, set: &RoaringTreemap, page: u64) -> bool {
    let (high, low) = halves(page);
    let mut window = RoaringBitmap::new();
    if let Some((_, bitmap)) = set.bitmaps().find(|(half, _)| *half == high) {
        window.insert_range(low);
        window &= bitmap;
    }
    if window.is_empty() {
        out.put_bytes(&[]);
        return false;
    }
    window.optimize();
    let size = window.serialized_size();
    out.reserve(size + 16);
    out.put_varint(size as u64);
    window.serialize_into(out).expect("writing to memory cannot fail");
    true
}

/// Adds a page of a set.
pub(super) fn take_set(reader: &mut Reader<'_>, page: u64, set: &mut RoaringTreemap) -> Result<(), Malformed> {
    let bytes = reader.bytes("set")?;
    if bytes.is_empty() {
        return Ok(());
    }
    let (high, low) = halves(page);
    let window = RoaringBitmap::deserialize_from(bytes).ok();
    let within = |set: &RoaringBitmap| set.min() >= Some(*low.start()) && set.max() <= Some(*low.end());
    let Some(window) = window.filter(within) else {
        return Err(Malformed { offset: reader.offset(), expected: "a set of seqs of its page, in roaring's format" });
    };
    *set |= &RoaringTreemap::from_bitmaps([(high, window)]);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Seqs in three pages, the last of which has another upper half.
    fn seqs() -> impl Strategy<Value = Vec<u64>> {
        let page = prop_oneof![Just(0_u64), Just(1), Just(1 << 16)];
        proptest::collection::vec((page, 0_u64..200).prop_map(|(page, place)| first_seq(page) + place * 300), 0..200)
    }

    proptest! {
        #[test]
        fn pages_of_a_set_make_the_set(seqs in seqs()) {
            let set: RoaringTreemap = seqs.iter().copied().collect();
            let mut read = RoaringTreemap::new();
            for page in [0, 1, 2, 1 << 16] {
                let mut bytes = Vec::new();
                let any = put_set(&mut bytes, &set, page);
                prop_assert_eq!(any, seqs.iter().any(|seq| seq >> 16 == page));
                take_set(&mut Reader::new(&bytes), page, &mut read).expect("it was just written");
            }
            prop_assert_eq!(read, set);
        }
    }

    #[test]
    fn a_set_is_not_taken_for_another_pages() {
        let mut bytes = Vec::new();
        put_set(&mut bytes, &RoaringTreemap::from([70_000]), 1);
        for page in [0, 2] {
            assert!(take_set(&mut Reader::new(&bytes), page, &mut RoaringTreemap::new()).is_err());
        }
    }
}
