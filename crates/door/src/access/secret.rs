//! A secret that cannot be printed by mistake.
//!
//! Invariant: neither `Debug` nor an error shows it, and comparing takes as long whether it is nearly right or quite wrong.

use std::fmt;
use subtle::ConstantTimeEq;

/// What proves that somebody is who they say. Its length is no secret.
#[derive(Clone)]
pub struct Secret(Box<str>);

impl Secret {
    /// Keeps `text`.
    #[must_use]
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// Its characters, for deriving keys from it. Whoever calls this answers for where they go.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `given` is the secret, in constant time for its length.
    #[must_use]
    pub fn is(&self, given: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(given).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.is(other.0.as_bytes())
    }
}

impl Eq for Secret {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_compared_but_never_shown() {
        let secret = Secret::new("open sesame");
        assert!(secret.is(b"open sesame") && !secret.is(b"open sesamE") && !secret.is(b"open"));
        assert_eq!(format!("{secret:?} {:#?}", Some(&secret)).matches("sesame").count(), 0);
    }
}
