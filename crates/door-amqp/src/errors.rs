//! An error as AMQP 0-9-1 tells it: a reply code, which decides what is closed, and a text.
//!
//! What it is not: the class and method that it answers, which the session knows.

mod from_broker;

use crate::wire::{Malformed, ReplyCode};

pub(crate) use from_broker::{
    bind, create_queue, create_router, gone, publish_verdict, receive, transact, unavailable,
};

/// Why a method was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AmqpError {
    /// Which kind, and so what it closes.
    pub(crate) code: ReplyCode,
    /// What a person needs to know.
    pub(crate) text: String,
}

impl AmqpError {
    pub(crate) fn new(code: ReplyCode, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }

    /// The text as it goes out: the code's name, and the reason.
    pub(crate) fn reply_text(&self) -> String {
        format!("{} - {}", self.code.name(), self.text)
    }

    pub(crate) fn no_queue(name: &str, vhost: &str) -> Self {
        Self::new(ReplyCode::NotFound, format!("no queue '{name}' in vhost '{vhost}'"))
    }

    pub(crate) fn no_exchange(name: &str, vhost: &str) -> Self {
        Self::new(ReplyCode::NotFound, format!("no exchange '{name}' in vhost '{vhost}'"))
    }

    pub(crate) fn precondition(text: impl Into<String>) -> Self {
        Self::new(ReplyCode::PreconditionFailed, text)
    }

    /// A frame that may not come where it came.
    pub(crate) fn unexpected(text: impl Into<String>) -> Self {
        Self::new(ReplyCode::UnexpectedFrame, text)
    }
}

impl From<Malformed> for AmqpError {
    fn from(malformed: Malformed) -> Self {
        Self::new(malformed.code(), malformed.to_string())
    }
}
