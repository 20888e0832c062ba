//! Waiting until the store leaves the disk alone.
//!
//! What it is not: the broker's own idea of rest, which knows of the log alone. What the kernel counts as written includes
//! checkpoints, runs and files that are prepared, whoever writes them.

use super::embedder::Embedder;
use anyhow::Result;
use std::time::{Duration, Instant};

/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// How long the disk must have been left alone, and how long that is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Nothing was written for so long.
    pub quiet: Duration,
    /// Give up after so long.
    pub at_most: Duration,
}

/// Waits until nothing is written any more. Says whether that was so in the end.
pub fn until_quiet(embedder: &Embedder, patience: Patience) -> Result<bool> {
    let begin = Instant::now();
    let (mut written, mut since) = (embedder.written_bytes()?, begin);
    while since.elapsed() < patience.quiet {
        if begin.elapsed() > patience.at_most {
            return Ok(false);
        }
        pass(LOOK_EVERY);
        let newest = embedder.written_bytes()?;
        if newest != written {
            (written, since) = (newest, Instant::now());
        }
    }
    Ok(true)
}

/// Lets time pass: what is measured is how things stand afterwards.
pub fn pass(time: Duration) {
    std::thread::sleep(time);
}
