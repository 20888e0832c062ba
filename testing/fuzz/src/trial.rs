//! One input given to one target: a panic is caught, said, and its input kept.

use crate::folders;
use crate::targets::Target;
use anyhow::Result;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

/// A target panicked.
#[derive(Debug)]
pub struct Failure {
    /// Which target.
    pub target: &'static str,
    /// What the panic said.
    pub message: String,
    /// Where the input was kept.
    pub saved: PathBuf,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}; the input is {}", self.target, self.message, self.saved.display())
    }
}

/// Runs `target` on `input`. `None` when it returned.
///
/// # Errors
/// It panicked and the input cannot be kept.
pub fn attempt(target: Target, input: &[u8]) -> Result<Option<Failure>> {
    let Some(message) = panic_of(target.run, input) else { return Ok(None) };
    let saved = folders::keep_failure(target.name, input)?;
    Ok(Some(Failure { target: target.name, message, saved }))
}

/// What `run` says when it panics on `input`.
fn panic_of(run: fn(&[u8]), input: &[u8]) -> Option<String> {
    // Targets keep nothing between calls that a panic could leave half changed.
    let panic = catch_unwind(AssertUnwindSafe(|| run(input))).err()?;
    let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    Some(said.unwrap_or("panicked without words").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_caught_with_its_words() {
        let fails_on_more_than_two = |input: &[u8]| assert!(input.len() <= 2, "{} bytes", input.len());
        assert_eq!(panic_of(fails_on_more_than_two, b"ab"), None);
        assert_eq!(panic_of(fails_on_more_than_two, b"abc"), Some("3 bytes".to_owned()));
    }
}
