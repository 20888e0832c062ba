//! Healthy inputs for every target, from the encoders that write them in production.
//!
//! Fuzzing starts from what decoders accept: changes of it reach further than bytes at random. The result is committed
//! under `corpus/`, and a test compares the two, so that a changed format cannot leave its corpus behind.

mod amqp;
mod doors;
mod logs;
mod pasts;
mod routers;
mod runs;
mod states;
mod stores;

use crate::folders;
use anyhow::Result;

/// One healthy input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seed {
    /// Whose input.
    pub target: &'static str,
    /// The file's name; it says what the input is.
    pub name: &'static str,
    /// The input.
    pub bytes: Vec<u8>,
}

impl Seed {
    fn new(target: &'static str, name: &'static str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { target, name, bytes: bytes.into() }
    }
}

/// Every healthy input, the same every time.
#[must_use]
pub fn all() -> Vec<Seed> {
    [logs::seeds(), stores::seeds(), runs::seeds(), states::seeds(), doors::seeds(), amqp::seeds(), pasts::seeds()]
        .concat()
}

/// Writes the corpus.
///
/// # Errors
/// A file cannot be written.
pub fn write() -> Result<()> {
    all().iter().try_for_each(|seed| folders::write(&folders::corpus(seed.target).join(seed.name), &seed.bytes))
}
