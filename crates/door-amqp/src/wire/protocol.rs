//! The protocol header: the eight bytes that a client says first.
//!
//! ```text
//!  "AMQP" | protocol id u8 | major u8 | minor u8 | revision u8      0-9-1 is 0 0 9 1
//! ```
//!
//! Whoever says anything else is told [`HEADER`] and hung up on.

/// What a client of AMQP 0-9-1 says first, and what any other is answered.
pub const HEADER: [u8; 8] = *b"AMQP\x00\x00\x09\x01";

/// What the first bytes of a connection are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// The header; frames follow after its eight bytes.
    Amqp091,
    /// The start of the header.
    Incomplete,
    /// Another version or another protocol.
    Other,
}

/// Judges the first bytes of a connection, as few as there are: a stranger is known by its first wrong byte.
#[must_use]
pub fn opening(input: &[u8]) -> Opening {
    match input.first_chunk() {
        Some(first) if *first == HEADER => Opening::Amqp091,
        None if HEADER.starts_with(input) => Opening::Incomplete,
        _ => Opening::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_beginning_is_told_apart() {
        for length in 0..HEADER.len() {
            assert_eq!(opening(&HEADER[..length]), Opening::Incomplete);
        }
        assert_eq!(opening(&[&HEADER[..], b"\x01"].concat()), Opening::Amqp091);
        for other in [&b"GET "[..], b"AMQP\x00\x01\x00\x00", b"AMQP\x01\x01\x00\x09", b"AMQP\x03", b"\x16\x03\x01"] {
            assert_eq!(opening(other), Opening::Other, "{other:?}");
        }
    }
}
