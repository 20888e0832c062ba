//! Names of queues, as AWS restricts them: 1 to 80 letters, digits, hyphens and underscores.
//!
//! What it is not: the broker's rule, which is wider. A queue that another door gave a wider name cannot be reached from here.

use crate::errors::SqsError;
use crate::limits::QUEUE_NAME_CHARACTERS_MAX;

/// How the names of FIFO queues end.
pub(crate) const FIFO_SUFFIX: &str = ".fifo";

/// Whether `name` can be a standard queue's.
pub(crate) fn is_valid(name: &str) -> bool {
    has_letters(name, QUEUE_NAME_CHARACTERS_MAX)
}

/// Whether `text` has 1 to `max` letters, digits, hyphens and underscores.
pub(crate) fn has_letters(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// Refuses a name that a queue cannot be made with.
pub(crate) fn check(name: &str) -> Result<(), SqsError> {
    if name.ends_with(FIFO_SUFFIX) {
        return Err(SqsError::invalid(
            "FIFO queues are not supported by this server: a queue name cannot end in .fifo",
        ));
    }
    if !is_valid(name) {
        return Err(SqsError::invalid(
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_awss_letters_and_length() {
        assert!(is_valid("a") && is_valid("A-b_9") && is_valid(&"x".repeat(80)));
        for bad in ["", "a b", "a.b", "ä", "a/b", &"x".repeat(81)] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_fifo_name_is_refused_with_the_reason() {
        let error = check("orders.fifo").expect_err("FIFO");
        assert!(error.text.contains("FIFO queues are not supported"), "{}", error.text);
    }
}
