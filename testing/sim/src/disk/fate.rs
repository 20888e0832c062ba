//! What a power loss keeps: the decisions, apart from how they are made.
//!
//! [`Thrown`] rolls dice, as the seeds do; [`Chosen`] follows a list, so that a test can go through all of them.

use crate::dice::Dice;

/// Decides about everything that was not synced.
pub trait Fate {
    /// How much of a write of so many sectors landed.
    fn write(&mut self, sectors: usize) -> Landed;

    /// In which order `count` writes landed: a permutation of `0..count`.
    fn order(&mut self, count: usize) -> Vec<usize>;

    /// Which of `choices` sizes the file has: 0 is the last synced one, then the size after each write.
    fn size(&mut self, choices: usize) -> usize;

    /// How the changes to the folder that were not synced survived.
    fn names(&mut self, changes: usize) -> Vec<bool>;
}

/// How much of a write reached the platter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Landed {
    /// All of it.
    Whole,
    /// Nothing.
    Nothing,
    /// The sectors that are true.
    Sectors(Vec<bool>),
}

/// Decisions by dice.
#[derive(Clone, Debug)]
pub struct Thrown(pub Dice);

impl Fate for Thrown {
    fn write(&mut self, sectors: usize) -> Landed {
        match self.0.below(10) {
            0..4 => Landed::Whole,
            4..7 => Landed::Nothing,
            7..9 => {
                let torn_at = self.0.index(sectors + 1);
                Landed::Sectors((0..sectors).map(|sector| sector < torn_at).collect())
            }
            _ => Landed::Sectors((0..sectors).map(|_| self.0.percent(50)).collect()),
        }
    }

    fn order(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        if self.0.percent(50) {
            self.0.shuffle(&mut order);
        }
        order
    }

    fn size(&mut self, choices: usize) -> usize {
        if self.0.percent(50) { choices - 1 } else { self.0.index(choices) }
    }

    fn names(&mut self, changes: usize) -> Vec<bool> {
        if self.0.percent(50) {
            let kept = self.0.index(changes + 1);
            (0..changes).map(|change| change < kept).collect()
        } else {
            (0..changes).map(|_| self.0.percent(50)).collect()
        }
    }
}

/// Decisions from a number: bit `i` says whether the `i`-th thing that is asked about survived.
#[derive(Clone, Copy, Debug)]
pub struct Chosen {
    bits: u64,
}

impl Chosen {
    /// Nothing that was not synced survives.
    #[must_use]
    pub fn nothing() -> Self {
        Self::subset(0)
    }

    /// Everything survives.
    #[must_use]
    pub fn everything() -> Self {
        Self::subset(u64::MAX)
    }

    /// What the bits of `subset` say, the first decision in the lowest.
    #[must_use]
    pub fn subset(subset: u64) -> Self {
        Self { bits: subset }
    }

    fn next(&mut self) -> bool {
        let kept = self.bits & 1 == 1;
        // The last bit goes on for ever, so that everything has no end.
        self.bits = (self.bits >> 1) | (self.bits & (1 << 63));
        kept
    }
}

impl Fate for Chosen {
    fn write(&mut self, _sectors: usize) -> Landed {
        if self.next() { Landed::Whole } else { Landed::Nothing }
    }

    fn order(&mut self, count: usize) -> Vec<usize> {
        (0..count).collect()
    }

    /// The newest size, as on file systems that journal it early, unless nothing more survives.
    fn size(&mut self, choices: usize) -> usize {
        if self.bits == 0 { 0 } else { choices - 1 }
    }

    fn names(&mut self, changes: usize) -> Vec<bool> {
        (0..changes).map(|_| self.next()).collect()
    }
}
