//! Many trials of one target: its corpus and regressions first, then mutations of them.
//!
//! What it is not: guided by coverage; that is [`crate::guided`].
//! Invariant: a seed and a count of mutations mean the same trials on every machine. The clock only says when to stop.

use crate::folders::{self, Input};
use crate::mutation::mutated;
use crate::targets::Target;
use crate::trial::{self, Failure};
use anyhow::{Result, ensure};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use std::time::{Duration, Instant};

/// When a campaign ends.
#[derive(Clone, Copy, Debug)]
pub enum Until {
    /// After so many mutations.
    Mutations(u64),
    /// After this long.
    Elapsed(Duration),
}

/// What a campaign did.
#[derive(Debug)]
pub struct Outcome {
    /// Trials, the last one included.
    pub executions: u64,
    /// How long they took.
    pub elapsed: Duration,
    /// What ended it early.
    pub failure: Option<Failure>,
}

/// Plays `target` until its end or its first failure.
///
/// # Errors
/// The corpus is empty or cannot be read, or a failing input cannot be kept.
pub fn run(target: Target, seed: u64, until: Until) -> Result<Outcome> {
    let inputs = folders::inputs(target.name)?;
    ensure!(!inputs.is_empty(), "{} has no corpus: `longshore-fuzz --seed` writes it", target.name);
    let start = Instant::now();
    let mut executions = 0;
    let mut failure = None;
    let mut trials = inputs.iter().map(|input| input.bytes.clone()).chain(mutations(&inputs, seed));
    let last = match until {
        Until::Mutations(count) => inputs.len() as u64 + count,
        Until::Elapsed(_) => u64::MAX,
    };
    while failure.is_none() && executions < last && !is_over(until, start) {
        let input = trials.next().expect("mutations never end");
        failure = trial::attempt(target, &input)?;
        executions += 1;
    }
    Ok(Outcome { executions, elapsed: start.elapsed(), failure })
}

fn is_over(until: Until, start: Instant) -> bool {
    match until {
        Until::Mutations(_) => false,
        Until::Elapsed(limit) => start.elapsed() >= limit,
    }
}

fn mutations(inputs: &[Input], seed: u64) -> impl Iterator<Item = Vec<u8>> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    std::iter::repeat_with(move || {
        let input = &inputs[random.random_range(0..inputs.len())];
        let other = &inputs[random.random_range(0..inputs.len())];
        mutated(&mut random, &input.bytes, &other.bytes)
    })
}
