//! Request ids: UUID-shaped, unique within a run of the server, cheap.
//!
//! What they are not: unguessable, or a UUID by any RFC. A counter is mixed so that ids do not look alike.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// Gives out ids.
#[derive(Debug)]
pub(crate) struct RequestIds {
    seed: u64,
    next: AtomicU64,
}

/// One id, as text: `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct RequestId([u8; 36]);

impl RequestIds {
    /// Ids that differ from those of a server with another seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, next: AtomicU64::new(0) }
    }

    /// The next id.
    pub(crate) fn next(&self) -> RequestId {
        let count = self.next.fetch_add(1, Ordering::Relaxed);
        RequestId::of(mix(self.seed ^ count.wrapping_mul(STEP)), count ^ self.seed.rotate_left(32))
    }
}

impl RequestId {
    fn of(high: u64, low: u64) -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [b'-'; 36];
        let number = (u128::from(high) << 64) | u128::from(low);
        let mut shift = 128;
        for (place, byte) in text.iter_mut().enumerate() {
            if !matches!(place, 8 | 13 | 18 | 23) {
                shift -= 4;
                *byte = DIGITS[(number >> shift) as usize & 0xF];
            }
        }
        Self(text)
    }

    /// Its characters, all of them ASCII.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

/// SplitMix64's finisher: a bijection, so different counts stay different.
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_shape_of_uuids_and_differ() {
        let ids = RequestIds::new(7);
        let (first, second) = (format!("{:?}", ids.next()), format!("{:?}", ids.next()));
        assert_ne!(first, second);
        assert!(uuid_shaped(&first) && uuid_shaped(&second), "{first} {second}");
        assert_eq!(format!("{:?}", RequestId::of(0x0123_4567_89AB_CDEF, 1)), "01234567-89ab-cdef-0000-000000000001");
    }

    fn uuid_shaped(text: &str) -> bool {
        let lengths: Vec<usize> = text.split('-').map(str::len).collect();
        lengths == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
    }
}
