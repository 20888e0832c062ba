//! MD5 of several bodies at once, a lane each: the digest of a lone body is one long chain of dependent steps that leaves
//! most of a processor idle. As many lanes as the widest registers of this machine have, found out when first needed
//! (measured for ten bodies of 1 KiB: one by one 17.5 µs, 4 lanes 8.4 µs, 8 lanes 5.3 µs, 16 lanes 3.8 µs).
//!
//! What it is not: a digest of a lone body, which is the library's. Steps, constants and padding are RFC 1321, section 3.
//!
//! Invariant: a lane's digest is taken after its own message's last block, whatever the other lanes go on with.

use super::Digest;
use fearless_simd::{Level, dispatch, prelude::*};
use std::sync::LazyLock;

/// The most lanes of any machine.
const LANES_MAX: usize = 16;

const BLOCK: usize = 64;

static LEVEL: LazyLock<Level> = LazyLock::new(Level::new);

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

/// A value per lane, in memory.
type Lanes = [u32; LANES_MAX];

/// The digests of the bodies, in order.
pub(super) fn digests(bodies: &[&[u8]]) -> Vec<Digest> {
    let mut digests = Vec::with_capacity(bodies.len());
    digests_at(*LEVEL, bodies, &mut digests);
    digests
}

fn digests_at(level: Level, bodies: &[&[u8]], digests: &mut Vec<Digest>) {
    dispatch!(level, simd => in_groups(simd, bodies, digests));
}

/// Everything below is inlined into one function per kind of machine; a call in between would be compiled for the
/// least of them.
#[inline(always)]
fn in_groups<S: Simd>(simd: S, bodies: &[&[u8]], digests: &mut Vec<Digest>) {
    for group in bodies.chunks(S::u32s::LEN) {
        digest_group(simd, group, digests);
    }
}

#[inline(always)]
fn digest_group<S: Simd>(simd: S, bodies: &[&[u8]], digests: &mut Vec<Digest>) {
    let messages: Vec<Padded<'_>> = bodies.iter().map(|body| Padded::new(body)).collect();
    let blocks = messages.iter().map(Padded::blocks).max().unwrap_or(0);
    let mut state = START.map(|word| S::u32s::splat(simd, word));
    let mut ended = [START; LANES_MAX];
    for block in 0..blocks {
        state = compress(simd, &state, &words(&messages, block));
        for (lane, _) in messages.iter().enumerate().filter(|(_, message)| message.blocks() == block + 1) {
            ended[lane] = state.map(|word| word[lane]);
        }
    }
    digests.extend(ended[..bodies.len()].iter().map(digest));
}

/// The words of a block, each with the lanes side by side. A message that has ended adds zeros.
#[inline(always)]
fn words(messages: &[Padded<'_>], block: usize) -> [Lanes; 16] {
    let mut words = [[0; LANES_MAX]; 16];
    for (lane, block) in messages.iter().map(|message| message.block(block)).enumerate() {
        for (word, bytes) in words.iter_mut().zip(block.unwrap_or(&[]).chunks_exact(4)) {
            word[lane] = u32::from_le_bytes(bytes.try_into().expect("chunks of four"));
        }
    }
    words
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

/// RFC 1321, 3.4: one block of every lane. Written out so that every rotation and every word is a constant of its step.
#[rustfmt::skip]
#[inline(always)]
fn compress<S: Simd>(simd: S, state: &[S::u32s; 4], words: &[Lanes; 16]) -> [S::u32s; 4] {
    let word = |index: usize| S::u32s::from_slice(simd, &words[index][..S::u32s::LEN]);
    let [mut a, mut b, mut c, mut d] = *state;
    macro_rules! four {
        ($mix:expr, $sine:expr, $shifts:expr, $words:expr) => {
            a = step::<S, { $shifts[0] }>(simd, $mix, [a, b, c, d], word($words[0]), SINES[$sine]);
            d = step::<S, { $shifts[1] }>(simd, $mix, [d, a, b, c], word($words[1]), SINES[$sine + 1]);
            c = step::<S, { $shifts[2] }>(simd, $mix, [c, d, a, b], word($words[2]), SINES[$sine + 2]);
            b = step::<S, { $shifts[3] }>(simd, $mix, [b, c, d, a], word($words[3]), SINES[$sine + 3]);
        };
    }
    let f = |x: S::u32s, y: S::u32s, z: S::u32s| (x & y) | (!x & z);
    four!(f, 0, [7, 12, 17, 22], [0, 1, 2, 3]);
    four!(f, 4, [7, 12, 17, 22], [4, 5, 6, 7]);
    four!(f, 8, [7, 12, 17, 22], [8, 9, 10, 11]);
    four!(f, 12, [7, 12, 17, 22], [12, 13, 14, 15]);
    let g = |x: S::u32s, y: S::u32s, z: S::u32s| (x & z) | (y & !z);
    four!(g, 16, [5, 9, 14, 20], [1, 6, 11, 0]);
    four!(g, 20, [5, 9, 14, 20], [5, 10, 15, 4]);
    four!(g, 24, [5, 9, 14, 20], [9, 14, 3, 8]);
    four!(g, 28, [5, 9, 14, 20], [13, 2, 7, 12]);
    let h = |x: S::u32s, y: S::u32s, z: S::u32s| x ^ y ^ z;
    four!(h, 32, [4, 11, 16, 23], [5, 8, 11, 14]);
    four!(h, 36, [4, 11, 16, 23], [1, 4, 7, 10]);
    four!(h, 40, [4, 11, 16, 23], [13, 0, 3, 6]);
    four!(h, 44, [4, 11, 16, 23], [9, 12, 15, 2]);
    let i = |x: S::u32s, y: S::u32s, z: S::u32s| y ^ (x | !z);
    four!(i, 48, [6, 10, 15, 21], [0, 7, 14, 5]);
    four!(i, 52, [6, 10, 15, 21], [12, 3, 10, 1]);
    four!(i, 56, [6, 10, 15, 21], [8, 15, 6, 13]);
    four!(i, 60, [6, 10, 15, 21], [4, 11, 2, 9]);
    [state[0] + a, state[1] + b, state[2] + c, state[3] + d]
}

#[inline(always)]
fn step<S: Simd, const SHIFT: u32>(
    simd: S,
    mix: impl Fn(S::u32s, S::u32s, S::u32s) -> S::u32s,
    [a, b, c, d]: [S::u32s; 4],
    word: S::u32s,
    sine: u32,
) -> S::u32s {
    let sum = (a + mix(b, c, d)) + (word + S::u32s::splat(simd, sine));
    ((sum << SHIFT) | (sum >> (u32::BITS - SHIFT))) + b
}

fn digest(words: &[u32; 4]) -> Digest {
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

    /// This machine's best, and what it has in common with lesser ones.
    fn levels() -> Vec<Level> {
        let mut levels = vec![Level::new(), Level::baseline()];
        #[cfg(target_arch = "x86_64")]
        levels.extend(Level::new().as_avx2().map(Level::Avx2));
        levels
    }

    proptest! {
        #[test]
        fn every_lane_has_the_library_s_digest(lengths in proptest::collection::vec(0_usize..400, 0..=LANES_MAX + 3), seed: u8) {
            let body = |length: usize| (seed..=u8::MAX).chain(0..seed).cycle().take(length).collect::<Vec<_>>();
            let bodies: Vec<Vec<u8>> = lengths.into_iter().map(body).collect();
            let slices: Vec<&[u8]> = bodies.iter().map(Vec::as_slice).collect();
            let expected: Vec<Digest> = slices.iter().map(|body| super::super::of_bytes(body)).collect();
            for level in levels() {
                let mut digests = Vec::new();
                digests_at(level, &slices, &mut digests);
                prop_assert_eq!(&digests, &expected, "{:?}", level);
            }
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
