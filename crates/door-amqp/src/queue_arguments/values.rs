//! Reads single arguments of a declaration, and says what is wrong with one.

use crate::errors::AmqpError;
use crate::wire::table::{Table, Value};

/// The arguments of one declaration.
pub(super) struct Reader<'a> {
    pub(super) queue: &'a str,
    pub(super) vhost: &'a str,
    pub(super) arguments: Table<'a>,
}

impl<'a> Reader<'a> {
    /// A number that is not negative.
    pub(super) fn natural(&self, name: &str) -> Result<Option<u64>, AmqpError> {
        let Some(value) = self.arguments.get(name) else { return Ok(None) };
        let Some(number) = value.integer() else { return Err(self.refused(name, "expected a number")) };
        u64::try_from(number).map(Some).map_err(|_| self.refused(name, &format!("{number} is negative")))
    }

    /// A text.
    pub(super) fn text(&self, name: &str) -> Result<Option<&'a str>, AmqpError> {
        let Some(value) = self.arguments.get(name) else { return Ok(None) };
        value.text().map(Some).ok_or_else(|| self.refused(name, "expected a text"))
    }

    /// Yes or no; no where nothing is said.
    pub(super) fn flag(&self, name: &str) -> Result<bool, AmqpError> {
        let Some(value) = self.arguments.get(name) else { return Ok(false) };
        value.bool().ok_or_else(|| self.refused(name, "expected true or false"))
    }

    /// A number that is more than 0.
    pub(super) fn positive(&self, name: &str) -> Result<Option<u64>, AmqpError> {
        match self.natural(name)? {
            Some(0) => Err(self.refused(name, "0 is not positive")),
            number => Ok(number),
        }
    }

    /// The highest priority.
    pub(super) fn priorities(&self) -> Result<u8, AmqpError> {
        let number = self.natural("x-max-priority")?.unwrap_or(0);
        u8::try_from(number).map_err(|_| self.refused("x-max-priority", &format!("{number} is over 255")))
    }

    /// The kind of queue must be one that the one durable queue can be.
    pub(super) fn check_kind(&self) -> Result<(), AmqpError> {
        match self.arguments.get("x-queue-type") {
            None | Some(Value::Void) => Ok(()),
            Some(Value::Text(b"classic" | b"quorum")) => Ok(()),
            Some(Value::Text(b"stream")) => {
                Err(self.refused("x-queue-type", "queues of type 'stream' are not supported by this server"))
            }
            Some(_) => Err(self.refused("x-queue-type", "unsupported queue type")),
        }
    }

    /// An argument that cannot be.
    pub(super) fn refused(&self, name: &str, why: &str) -> AmqpError {
        let Self { queue, vhost, .. } = self;
        AmqpError::precondition(format!("invalid arg '{name}' for queue '{queue}' in vhost '{vhost}': {why}"))
    }
}
