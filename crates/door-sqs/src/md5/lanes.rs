//! MD5 of several bodies at once, a lane each: the digest of a lone body is one long chain of dependent steps that leaves
//! most of a processor idle. Four chains side by side cost half as much each (measured: 10.3 µs for ten bodies of 1 KiB in
//! groups of four, 17.3 µs one by one; eight lanes spill out of the registers and gain nothing).
//!
//! What it is not: a digest of a lone body, which is the library's. Steps, constants and padding are RFC 1321, section 3.
//!
//! Invariant: a lane changes only while its own message has blocks left.

use super::Digest;

/// How many bodies go side by side: as many 32-bit words as the narrowest vector registers hold.
pub(super) const LANES: usize = 4;

const BLOCK: usize = 64;

/// RFC 1321, 3.3: the initial state.
const START: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];

/// RFC 1321, 3.4: the integer part of 2³² · |sin i|, i from 1 to 64.
const SINES: [u32; 64] = [
    0xd76a_a478,
    0xe8c7_b756,
    0x2420_70db,
    0xc1bd_ceee,
    0xf57c_0faf,
    0x4787_c62a,
    0xa830_4613,
    0xfd46_9501,
    0x6980_98d8,
    0x8b44_f7af,
    0xffff_5bb1,
    0x895c_d7be,
    0x6b90_1122,
    0xfd98_7193,
    0xa679_438e,
    0x49b4_0821,
    0xf61e_2562,
    0xc040_b340,
    0x265e_5a51,
    0xe9b6_c7aa,
    0xd62f_105d,
    0x0244_1453,
    0xd8a1_e681,
    0xe7d3_fbc8,
    0x21e1_cde6,
    0xc337_07d6,
    0xf4d5_0d87,
    0x455a_14ed,
    0xa9e3_e905,
    0xfcef_a3f8,
    0x676f_02d9,
    0x8d2a_4c8a,
    0xfffa_3942,
    0x8771_f681,
    0x6d9d_6122,
    0xfde5_380c,
    0xa4be_ea44,
    0x4bde_cfa9,
    0xf6bb_4b60,
    0xbebf_bc70,
    0x289b_7ec6,
    0xeaa1_27fa,
    0xd4ef_3085,
    0x0488_1d05,
    0xd9d4_d039,
    0xe6db_99e5,
    0x1fa2_7cf8,
    0xc4ac_5665,
    0xf429_2244,
    0x432a_ff97,
    0xab94_23a7,
    0xfc93_a039,
    0x655b_59c3,
    0x8f0c_cc92,
    0xffef_f47d,
    0x8584_5dd1,
    0x6fa8_7e4f,
    0xfe2c_e6e0,
    0xa301_4314,
    0x4e08_11a1,
    0xf753_7e82,
    0xbd3a_f235,
    0x2ad7_d2bb,
    0xeb86_d391,
];

/// One value per lane.
type Lanes = [u32; LANES];

/// The digests of [`LANES`] bodies or fewer, in order.
pub(super) fn digests(bodies: &[&[u8]]) -> Vec<Digest> {
    assert!(bodies.len() <= LANES, "a body has a lane of its own");
    let messages: Vec<Padded<'_>> = bodies.iter().map(|body| Padded::new(body)).collect();
    let blocks = messages.iter().map(Padded::blocks).max().unwrap_or(0);
    let mut state = START.map(|word| [word; LANES]);
    for block in 0..blocks {
        let mut words = [[0; LANES]; 16];
        for (lane, message) in messages.iter().enumerate() {
            if let Some(block) = message.block(block) {
                for (word, bytes) in words.iter_mut().zip(block.chunks_exact(4)) {
                    word[lane] = u32::from_le_bytes(bytes.try_into().expect("chunks of four"));
                }
            }
        }
        let next = compress(&state, &words);
        for (lane, _) in messages.iter().enumerate().filter(|(_, message)| block < message.blocks()) {
            for (word, next) in state.iter_mut().zip(&next) {
                word[lane] = next[lane];
            }
        }
    }
    (0..bodies.len()).map(|lane| digest(state.map(|word| word[lane]))).collect()
}

/// A message with its padding: whole blocks of the body, then one or two of what is left, the mark and the length.
struct Padded<'a> {
    body: &'a [u8],
    tail: [u8; 2 * BLOCK],
    whole: usize,
    blocks: usize,
}

impl<'a> Padded<'a> {
    fn new(body: &'a [u8]) -> Self {
        let whole = body.len() / BLOCK;
        let rest = &body[whole * BLOCK..];
        let mut tail = [0; 2 * BLOCK];
        tail[..rest.len()].copy_from_slice(rest);
        tail[rest.len()] = 0x80;
        let tail_blocks = if rest.len() + 1 + 8 <= BLOCK { 1 } else { 2 };
        let bits = (body.len() as u64).wrapping_mul(8);
        tail[tail_blocks * BLOCK - 8..tail_blocks * BLOCK].copy_from_slice(&bits.to_le_bytes());
        Self { body, tail, whole, blocks: whole + tail_blocks }
    }

    fn blocks(&self) -> usize {
        self.blocks
    }

    fn block(&self, index: usize) -> Option<&[u8]> {
        match index.checked_sub(self.whole) {
            None => Some(&self.body[index * BLOCK..(index + 1) * BLOCK]),
            Some(tail) if index < self.blocks => Some(&self.tail[tail * BLOCK..(tail + 1) * BLOCK]),
            Some(_) => None,
        }
    }
}

/// RFC 1321, 3.4: one block of every lane. Written out so that every rotation and every word is a constant of its step:
/// only then does the compiler keep the four lanes of a value in one register.
#[rustfmt::skip]
fn compress(state: &[Lanes; 4], words: &[Lanes; 16]) -> [Lanes; 4] {
    let [mut a, mut b, mut c, mut d] = *state;
    macro_rules! four {
        ($mix:expr, $sine:expr, $shifts:expr, $words:expr) => {
            a = step::<{ $shifts[0] }>($mix, [a, b, c, d], words[$words[0]], SINES[$sine]);
            d = step::<{ $shifts[1] }>($mix, [d, a, b, c], words[$words[1]], SINES[$sine + 1]);
            c = step::<{ $shifts[2] }>($mix, [c, d, a, b], words[$words[2]], SINES[$sine + 2]);
            b = step::<{ $shifts[3] }>($mix, [b, c, d, a], words[$words[3]], SINES[$sine + 3]);
        };
    }
    let f = |x: u32, y: u32, z: u32| (x & y) | (!x & z);
    four!(f, 0, [7, 12, 17, 22], [0, 1, 2, 3]);
    four!(f, 4, [7, 12, 17, 22], [4, 5, 6, 7]);
    four!(f, 8, [7, 12, 17, 22], [8, 9, 10, 11]);
    four!(f, 12, [7, 12, 17, 22], [12, 13, 14, 15]);
    let g = |x: u32, y: u32, z: u32| (x & z) | (y & !z);
    four!(g, 16, [5, 9, 14, 20], [1, 6, 11, 0]);
    four!(g, 20, [5, 9, 14, 20], [5, 10, 15, 4]);
    four!(g, 24, [5, 9, 14, 20], [9, 14, 3, 8]);
    four!(g, 28, [5, 9, 14, 20], [13, 2, 7, 12]);
    let h = |x: u32, y: u32, z: u32| x ^ y ^ z;
    four!(h, 32, [4, 11, 16, 23], [5, 8, 11, 14]);
    four!(h, 36, [4, 11, 16, 23], [1, 4, 7, 10]);
    four!(h, 40, [4, 11, 16, 23], [13, 0, 3, 6]);
    four!(h, 44, [4, 11, 16, 23], [9, 12, 15, 2]);
    let i = |x: u32, y: u32, z: u32| y ^ (x | !z);
    four!(i, 48, [6, 10, 15, 21], [0, 7, 14, 5]);
    four!(i, 52, [6, 10, 15, 21], [12, 3, 10, 1]);
    four!(i, 56, [6, 10, 15, 21], [8, 15, 6, 13]);
    four!(i, 60, [6, 10, 15, 21], [4, 11, 2, 9]);
    [add(state[0], a), add(state[1], b), add(state[2], c), add(state[3], d)]
}

#[inline(always)]
fn step<const SHIFT: u32>(
    mix: impl Fn(u32, u32, u32) -> u32,
    [a, b, c, d]: [Lanes; 4],
    word: Lanes,
    sine: u32,
) -> Lanes {
    let mixed: Lanes = std::array::from_fn(|lane| mix(b[lane], c[lane], d[lane]));
    let sum = add(add(a, mixed), add(word, [sine; LANES]));
    add(sum.map(|value| value.rotate_left(SHIFT)), b)
}

#[inline(always)]
fn add(x: Lanes, y: Lanes) -> Lanes {
    std::array::from_fn(|lane| x[lane].wrapping_add(y[lane]))
}

fn digest(words: [u32; 4]) -> Digest {
    let mut digest = [0; 16];
    for (bytes, word) in digest.chunks_exact_mut(4).zip(words) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    digest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_lane_has_the_library_s_digest(lengths in proptest::collection::vec(0_usize..400, 0..=LANES), seed: u8) {
            let body = |length: usize| (seed..=u8::MAX).chain(0..seed).cycle().take(length).collect::<Vec<_>>();
            let bodies: Vec<Vec<u8>> = lengths.into_iter().map(body).collect();
            let slices: Vec<&[u8]> = bodies.iter().map(Vec::as_slice).collect();
            let expected: Vec<Digest> = slices.iter().map(|body| super::super::of_bytes(body)).collect();
            prop_assert_eq!(digests(&slices), expected);
        }
    }

    #[test]
    fn the_lengths_around_a_block_s_end_are_padded_right() {
        for length in 50..70 {
            let body = vec![b'x'; length];
            assert_eq!(digests(&[&body]), [super::super::of_bytes(&body)], "{length} bytes");
        }
    }
}
