//! The doors that keep properties of their own with a message: their numbers, and what such a block is worth once somebody has
//! changed the message.
//!
//! What it is not: what stands in a block. Only the door that wrote one can read it.
//!
//! Invariant: a number stands in stored messages, so it keeps its meaning for ever.

/// Amazon SQS: digests of the body and of the attributes, and their types.
pub const SQS: u8 = 1;

/// AMQP 0-9-1: the properties, headers among them.
pub const AMQP: u8 = 2;

/// What was changed of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its body.
    pub body: bool,
    /// Its headers.
    pub headers: bool,
}

/// The name of the door with this number.
#[must_use]
pub fn door_name(number: u8) -> Option<&'static str> {
    match number {
        SQS => Some("sqs"),
        AMQP => Some("amqp"),
        _ => None,
    }
}

/// Whether the block of the door with this number still tells the truth of a message that was changed so.
#[must_use]
pub fn survives(number: u8, changed: Changed) -> bool {
    match number {
        AMQP => !changed.headers,
        _ => !changed.body && !changed.headers,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_survives_what_it_says_nothing_of() {
        let check = |number, body, headers, expected| {
            assert_eq!(survives(number, Changed { body, headers }), expected, "{number} {body} {headers}");
        };
        check(SQS, false, false, true);
        check(SQS, true, false, false);
        check(SQS, false, true, false);
        check(AMQP, true, false, true);
        check(AMQP, false, true, false);
        check(200, true, false, false);
        check(200, false, false, true);
    }
}
