//! What a client is told when something is refused or fails.
//!
//! An error has two names, one in each protocol (`QueueDoesNotExist` in JSON, `AWS.SimpleQueueService.NonExistentQueue` in
//! Query), one HTTP status, and a text that for a few errors differs too. [`Code`] is the table; [`SqsError`] is one
//! occurrence; `from_broker` is the exhaustive translation of the broker's errors.

mod code;
mod from_broker;

pub use code::{Code, Row};
pub(crate) use from_broker::{
    cancel_redrive_error, create_queue_error, delete_error, delete_fifo_error, list_redrives_error,
    no_such_queue_error, publish_error, receive_error, start_redrive_error, update_queue_error, visibility_error,
};

use crate::frame::style::Style;
use crate::limits::QUOTED_BYTES_MAX;
use std::borrow::Cow;
use std::fmt;

/// The text that is another one in the Query protocol.
const NO_QUEUE: &str = "The specified queue does not exist.";

/// One refusal or failure, ready to be written in either protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqsError {
    /// Which row of the table.
    pub code: Code,
    /// What happened, for people.
    pub text: Cow<'static, str>,
}

impl SqsError {
    /// An error with a text of its own.
    pub(crate) fn new(code: Code, text: impl Into<Cow<'static, str>>) -> Self {
        Self { code, text: text.into() }
    }

    /// The queue named does not exist.
    pub(crate) fn no_queue() -> Self {
        Self::new(Code::QueueDoesNotExist, NO_QUEUE)
    }

    /// The queue named does not exist, or the caller may not know of it.
    pub(crate) fn no_queue_or_no_access() -> Self {
        Self::new(Code::QueueDoesNotExist, "The specified queue does not exist or you do not have access to it.")
    }

    /// A parameter has a value that it cannot have.
    pub(crate) fn invalid(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::InvalidParameterValue, text)
    }

    /// A parameter has a value that it cannot have, in AWS's usual words.
    pub(crate) fn invalid_value(value: impl fmt::Display, parameter: &str, reason: impl fmt::Display) -> Self {
        let value = quoted(&value.to_string()).into_owned();
        Self::invalid(format!("Value {value} for parameter {parameter} is invalid. Reason: {reason}"))
    }

    /// A parameter that must be there is not.
    pub(crate) fn missing(parameter: &str) -> Self {
        Self::new(Code::MissingParameter, format!("The request must contain the parameter {parameter}."))
    }

    /// The text as `style`'s protocol has it.
    pub(crate) fn text_in(&self, style: Style) -> &str {
        match (self.code, style) {
            (Code::QueueDoesNotExist, Style::Xml | Style::QueryJson) if self.text == NO_QUEUE => {
                "The specified queue does not exist for this wsdl version."
            }
            _ => &self.text,
        }
    }
}

/// As much of a client's value as belongs into an error's text.
pub(crate) fn quoted(value: &str) -> Cow<'_, str> {
    if value.len() <= QUOTED_BYTES_MAX {
        return Cow::Borrowed(value);
    }
    let end = (0..=QUOTED_BYTES_MAX).rev().find(|&end| value.is_char_boundary(end)).unwrap_or(0);
    Cow::Owned(format!("{}…", &value[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_is_quoted_in_part_and_never_within_a_character() {
        assert_eq!(quoted("short"), "short");
        let long = "é".repeat(1000);
        assert_eq!(quoted(&long), format!("{}…", "é".repeat(128)));
        assert_eq!(quoted(&format!("x{long}")), format!("x{}…", "é".repeat(127)));
    }

    #[test]
    fn a_missing_queue_is_worded_differently_in_the_two_protocols() {
        let error = SqsError::no_queue();
        assert_eq!(error.text_in(Style::Json), "The specified queue does not exist.");
        assert_eq!(error.text_in(Style::Xml), "The specified queue does not exist for this wsdl version.");
    }
}
