//! An input changed where formats are sensitive: bits, ends, lengths and counts, pieces moved or taken from another.
//!
//! What it is not: knowledge of any one format. Lengths and counts are hit because every kind of number is tried at every
//! place, varints and fixed widths alike.
//! Invariant: the same generator and the same inputs give the same bytes.

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

/// No changed input is longer.
const BYTES_MAX: usize = 64 * 1024;
const CHANGES_MAX: u32 = 4;

/// Numbers at which lengths and counts go wrong.
const EDGES: [u64; 12] =
    [0, 1, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF, 1 << 32, i64::MAX as u64, u64::MAX - 1, u64::MAX];

/// `input` with one to a few changes; `other` lends pieces.
#[must_use]
pub fn mutated(random: &mut ChaCha8Rng, input: &[u8], other: &[u8]) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..random.random_range(1..=CHANGES_MAX) {
        change(random, &mut bytes, other);
    }
    bytes.truncate(BYTES_MAX);
    bytes
}

fn change(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>, other: &[u8]) {
    match random.random_range(0..8_u8) {
        0 | 1 => flip_bit(random, bytes),
        2 => set_byte(random, bytes),
        3 => set_number(random, bytes),
        4 => set_varint(random, bytes),
        5 => bytes.truncate(place(random, bytes)),
        6 => move_piece(random, bytes),
        _ => splice(random, bytes, other),
    }
}

fn flip_bit(random: &mut ChaCha8Rng, bytes: &mut [u8]) {
    let bit = random.random_range(0..8_u8);
    if let Some(byte) = any_byte(random, bytes) {
        *byte ^= 1 << bit;
    }
}

fn set_byte(random: &mut ChaCha8Rng, bytes: &mut [u8]) {
    let value = random.random();
    if let Some(byte) = any_byte(random, bytes) {
        *byte = value;
    }
}

/// Writes an edge over 1, 2, 4 or 8 bytes.
fn set_number(random: &mut ChaCha8Rng, bytes: &mut [u8]) {
    let edge = edge(random).to_le_bytes();
    let width = 1_usize << random.random_range(0..4_u8);
    let at = place(random, bytes);
    let width = width.min(bytes.len() - at);
    bytes[at..at + width].copy_from_slice(&edge[..width]);
}

/// Replaces the varint at some place with an edge: what follows stays whole.
fn set_varint(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>) {
    let at = place(random, bytes);
    let more = bytes[at..].iter().take(9).take_while(|byte| **byte & 0x80 != 0).count();
    let end = (at + more + 1).min(bytes.len());
    let mut varint = Vec::new();
    journal::wire::Write::put_varint(&mut varint, edge(random));
    bytes.splice(at..end, varint);
}

/// Repeats, removes or inserts a piece of the input itself.
fn move_piece(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>) {
    let piece = some_piece(random, bytes).to_vec();
    let at = place(random, bytes);
    if random.random() {
        bytes.splice(at..at, piece);
    } else {
        bytes.drain(at..(at + piece.len()).min(bytes.len()));
    }
}

fn splice(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>, other: &[u8]) {
    let piece = some_piece(random, other).to_vec();
    let at = place(random, bytes);
    let end = if random.random() { at } else { (at + piece.len()).min(bytes.len()) };
    bytes.splice(at..end, piece);
}

fn some_piece<'a>(random: &mut ChaCha8Rng, bytes: &'a [u8]) -> &'a [u8] {
    let from = place(random, bytes);
    let len = random.random_range(0..=64.min(bytes.len() - from));
    &bytes[from..from + len]
}

/// Any place in `bytes`, its end included.
fn place(random: &mut ChaCha8Rng, bytes: &[u8]) -> usize {
    random.random_range(0..=bytes.len())
}

fn any_byte<'a>(random: &mut ChaCha8Rng, bytes: &'a mut [u8]) -> Option<&'a mut u8> {
    let at = place(random, bytes);
    bytes.get_mut(at)
}

/// An edge, or its neighbour.
fn edge(random: &mut ChaCha8Rng) -> u64 {
    EDGES[random.random_range(0..EDGES.len())].wrapping_add(random.random_range(0..2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;

    fn first_thousand(seed: u64) -> Vec<Vec<u8>> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        (0..1000).map(|_| mutated(&mut random, b"one input", b"and another")).collect()
    }

    #[test]
    fn a_seed_means_the_same_mutations() {
        assert_eq!(first_thousand(1), first_thousand(1));
        assert_ne!(first_thousand(1), first_thousand(2));
    }

    #[test]
    fn an_empty_input_is_mutated_too() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        assert!((0..100).any(|_| !mutated(&mut random, b"", b"").is_empty()));
    }
}
