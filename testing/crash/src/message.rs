//! The messages of the load: every one different, every one recognisable, none remembered.
//!
//! A body begins with its message's name and goes on with letters that follow from the name and the run's seed. So
//! anything that comes back can be checked against what its producer wrote down, byte for byte by way of a hash.

use anyhow::{Context, Result};
use std::fmt;
use std::str::FromStr;
use vocab::random::{Random, SeededRandom};

/// Which message: its producer and a number of that producer's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    /// The producer, from 0.
    pub producer: u16,
    /// Its how-manieth message, from 0.
    pub number: u32,
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "p{}-{}", self.producer, self.number)
    }
}

impl FromStr for Name {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let (producer, number) =
            text.strip_prefix('p').and_then(|rest| rest.split_once('-')).context("a name looks like p3-17")?;
        Ok(Self { producer: producer.parse()?, number: number.parse()? })
    }
}

/// Greatest filling of an ordinary and of a large body, in bytes; one in [`LARGE_EVERY`] is large, so that commits often
/// take several writes.
const ORDINARY_BYTES_MAX: u64 = 2 * 1024;
const LARGE_BYTES_MAX: u64 = 24 * 1024;
const LARGE_EVERY: u64 = 16;

/// The body of the message `name` in the run of `seed`: plain characters that JSON need not escape.
pub fn body(seed: u64, name: Name) -> String {
    let identity = (u64::from(name.producer) << 32) | u64::from(name.number);
    let random = SeededRandom::new(seed ^ identity.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let most = if random.next_u64().is_multiple_of(LARGE_EVERY) { LARGE_BYTES_MAX } else { ORDINARY_BYTES_MAX };
    let length = random.next_u64() % most;
    let mut body = format!("{name} ");
    for _ in 0..length / 8 {
        let letters = random.next_u64().to_le_bytes().map(|byte| b'a' + byte % 26);
        body.extend(letters.map(char::from));
    }
    body
}

/// The name at the beginning of a body.
pub fn name_in(body: &str) -> Result<Name> {
    body.split_once(' ').context("a body begins with a name and a space")?.0.parse()
}

/// A hash of a body (FNV-1a, 64 bits): the same in every process and for ever.
pub fn hash(body: &str) -> u64 {
    body.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_tells_its_name_and_is_the_same_every_time() {
        let name = Name { producer: 3, number: 17 };
        assert_eq!(name_in(&body(1, name)).expect("a body has a name"), name);
        assert_eq!(body(1, name), body(1, name));
        assert_ne!(hash(&body(1, name)), hash(&body(2, name)));
    }

    #[test]
    fn some_bodies_are_larger_than_one_write_of_the_log() {
        let bodies = (0..200).map(|number| body(1, Name { producer: 0, number }));
        assert!(bodies.filter(|body| body.len() > 4096).count() > 3);
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in ["", "p1", "1-2", "p-1-2", "px-1"] {
            assert!(text.parse::<Name>().is_err(), "{text}");
        }
    }
}
