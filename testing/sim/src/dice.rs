//! The simulator's only source of chance: same seed, same rolls, on every platform.
//!
//! What it is not: the product's randomness, which is `vocab::random` and is seeded from here.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::ops::Range;

/// A seeded generator with the few kinds of choice that scenarios make.
#[derive(Clone, Debug)]
pub struct Dice {
    stream: ChaCha8Rng,
}

impl Dice {
    /// The rolls that `seed` names.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { stream: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// Independent dice for one part of the run, so that more rolls in one part do not change another.
    #[must_use]
    pub fn fork(&mut self) -> Self {
        Self::new(self.number())
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.stream.next_u64()
    }

    /// A number below `end`, which is at least 1.
    pub fn below(&mut self, end: u64) -> u64 {
        assert!(end > 0, "a die has at least one side");
        // The high half of a widening product: no modulo bias worth speaking of and no division.
        ((u128::from(self.number()) * u128::from(end)) >> 64) as u64
    }

    /// An index into something with `len` entries.
    pub fn index(&mut self, len: usize) -> usize {
        self.below(len as u64) as usize
    }

    /// A number of the range, which is not empty.
    pub fn within(&mut self, range: Range<u64>) -> u64 {
        range.start + self.below(range.end - range.start)
    }

    /// True once in `of` rolls on average; never for 0.
    pub fn one_in(&mut self, of: u64) -> bool {
        of > 0 && self.below(of) == 0
    }

    /// True in `percent` of a hundred rolls.
    pub fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of the entries.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.index(of.len())]
    }

    /// One of the entries, each as likely as its weight says.
    pub fn weighted<T: Copy>(&mut self, of: &[(u64, T)]) -> T {
        let total = of.iter().map(|(weight, _)| weight).sum();
        let mut roll = self.below(total);
        for (weight, choice) in of {
            if roll < *weight {
                return *choice;
            }
            roll -= weight;
        }
        unreachable!("the roll is below the sum of the weights")
    }

    /// The entries in any order.
    pub fn shuffle<T>(&mut self, of: &mut [T]) {
        for end in (1..of.len()).rev() {
            of.swap(end, self.index(end + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_rolls_the_same() {
        let rolls = |seed| {
            let mut dice = Dice::new(seed);
            (0..50).map(|_| dice.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(rolls(7), rolls(7));
        assert_ne!(rolls(7), rolls(8));
    }

    #[test]
    fn weights_of_zero_are_never_picked() {
        let mut dice = Dice::new(1);
        assert!((0..200).all(|_| dice.weighted(&[(0, 'a'), (3, 'b'), (0, 'c')]) == 'b'));
    }

    #[test]
    fn a_shuffle_keeps_every_entry() {
        let mut entries: Vec<u32> = (0..20).collect();
        Dice::new(3).shuffle(&mut entries);
        assert_ne!(entries, (0..20).collect::<Vec<_>>());
        entries.sort_unstable();
        assert_eq!(entries, (0..20).collect::<Vec<_>>());
    }
}
