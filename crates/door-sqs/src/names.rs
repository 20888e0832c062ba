//! Names of queues, as AWS restricts them: 1 to 80 letters, digits, hyphens and underscores; a FIFO queue's ends in `.fifo`, and
//! no other's does.
//!
//! What it is not: the broker's rule, which is wider. A queue that another door gave a wider name cannot be reached from here.

use crate::errors::SqsError;
use crate::limits::QUEUE_NAME_CHARACTERS_MAX;

/// How the names of FIFO queues end.
pub(crate) const FIFO_SUFFIX: &str = ".fifo";

/// Whether `name` can be a queue's.
pub(crate) fn is_valid(name: &str) -> bool {
    let letters = name.strip_suffix(FIFO_SUFFIX).unwrap_or(name);
    name.len() <= QUEUE_NAME_CHARACTERS_MAX && has_letters(letters, QUEUE_NAME_CHARACTERS_MAX)
}

/// Whether `text` has 1 to `max` letters, digits, hyphens and underscores.
pub(crate) fn has_letters(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// Refuses a name that a queue, FIFO or not, cannot be made with.
pub(crate) fn check(name: &str, fifo: bool) -> Result<(), SqsError> {
    match (is_valid(name), fifo) {
        (true, _) if name.ends_with(FIFO_SUFFIX) == fifo => Ok(()),
        (_, true) => Err(SqsError::invalid(
            "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo \
             suffix and be 1 to 80 in length.",
        )),
        (_, false) => Err(SqsError::invalid(
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_awss_letters_and_length() {
        for good in ["a", "A-b_9", &"x".repeat(80)] {
            assert_eq!(
                (is_valid(good), check(good, false), check(good, true).is_ok()),
                (true, Ok(()), false),
                "{good:?}"
            );
        }
        for bad in ["", "a b", "a.b", "ä", "a/b", &"x".repeat(81), ".fifo", "a.fifo.fifo"] {
            assert!(!is_valid(bad) && check(bad, false).is_err() && check(bad, true).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_ending_tells_fifo_queues_and_no_others() {
        let longest = format!("{}.fifo", "x".repeat(75));
        for name in ["orders.fifo", &longest] {
            assert_eq!(
                (is_valid(name), check(name, true), check(name, false).is_ok()),
                (true, Ok(()), false),
                "{name}"
            );
        }
        assert!(!is_valid(&format!("x{longest}")));
    }
}
