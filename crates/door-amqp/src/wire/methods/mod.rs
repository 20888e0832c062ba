//! Methods: what the two sides ask of each other, one file per class.
//!
//! ```text
//!  payload of a method frame   class u16 | method u16 | arguments in order
//! ```
//!
//! [`ClientMethod`] is what a server reads, [`ServerMethod`] what a client reads. Both sides write with [`put`], straight from
//! a method's struct. Decoded arguments borrow from the frame.
//!
//! What it is not: no method here means anything. Reserved arguments are read over and written as nothing.

pub mod access;
pub mod basic;
pub mod channel;
pub mod confirm;
pub mod connection;
mod declare;
pub mod exchange;
mod field;
pub mod queue;
mod sets;
pub mod tx;

pub use field::{Field, FieldReader, FieldWriter};
pub use sets::{ClientMethod, ServerMethod};

use super::codes::ReplyCode;
use super::frame::{self, FrameKind, HEAD_BYTES};
use super::octets::{Malformed, Octets};
use bytes::{BufMut, BytesMut};
use std::fmt;

/// The numbers of a class and a method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct MethodId {
    /// Its class, such as 60 for basic.
    pub class: u16,
    /// Its number in the class, such as 40 for publish.
    pub method: u16,
}

impl MethodId {
    /// Its name, such as `basic.publish`.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        ClientMethod::name_of(self).or_else(|| ServerMethod::name_of(self))
    }
}

impl fmt::Display for MethodId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{}.{}", self.class, self.method),
        }
    }
}

/// What is common to all methods.
pub trait Method {
    /// Its numbers.
    const ID: MethodId;
    /// Its name, such as `basic.publish`.
    const NAME: &'static str;
    /// Appends its arguments.
    fn write(&self, out: &mut FieldWriter<'_>);
}

/// A method that borrows from the bytes it is read from.
pub trait Decode<'r>: Method + Sized {
    /// Takes its arguments, to the end.
    ///
    /// # Errors
    /// An argument is cut off, a name is not UTF-8, a table is malformed, or something follows.
    fn read(fields: FieldReader<'r>) -> Result<Self, Malformed>;
}

/// A method frame's payload that is not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MethodError {
    /// Too short to name a method.
    #[error("a method frame without a method")]
    Nameless,
    /// No such method, or not from this side.
    #[error("unknown method {0}")]
    Unknown(MethodId),
    /// Its arguments are not what they should be.
    #[error("cannot decode {id}: {malformed}")]
    Arguments {
        /// Whose arguments.
        id: MethodId,
        /// What is wrong.
        malformed: Malformed,
    },
}

impl MethodError {
    /// What the connection is closed with.
    #[must_use]
    pub fn code(self) -> ReplyCode {
        match self {
            Self::Nameless | Self::Arguments { .. } => ReplyCode::FrameError,
            Self::Unknown(_) => ReplyCode::CommandInvalid,
        }
    }

    /// The method at fault, as far as one was named.
    #[must_use]
    pub fn id(self) -> MethodId {
        match self {
            Self::Nameless => MethodId::default(),
            Self::Unknown(id) | Self::Arguments { id, .. } => id,
        }
    }
}

/// The method that a payload names, and where its arguments start.
///
/// # Errors
/// It is too short.
#[inline]
pub fn split(payload: &[u8]) -> Result<(MethodId, FieldReader<'_>), MethodError> {
    let mut octets = Octets::new(payload);
    match (octets.u16(), octets.u16()) {
        (Ok(class), Ok(method)) => Ok((MethodId { class, method }, FieldReader::new(octets))),
        _ => Err(MethodError::Nameless),
    }
}

/// Reads one method out of its payload, for who knows which it must be.
///
/// # Errors
/// It is another method, or malformed.
#[inline]
pub fn decode<'r, M: Decode<'r>>(payload: &'r [u8]) -> Result<M, MethodError> {
    let (id, fields) = split(payload)?;
    if id != M::ID {
        return Err(MethodError::Unknown(id));
    }
    M::read(fields).map_err(|malformed| MethodError::Arguments { id, malformed })
}

/// Appends a whole method frame.
#[inline]
pub fn put<M: Method>(out: &mut BytesMut, channel: u16, method: &M) {
    let start = out.len();
    frame::put_head(out, FrameKind::Method, channel, 0);
    out.put_u16(M::ID.class);
    out.put_u16(M::ID.method);
    method.write(&mut FieldWriter::new(out));
    let payload_bytes = out.len() - start - HEAD_BYTES;
    out[start..start + HEAD_BYTES].copy_from_slice(&frame::head(FrameKind::Method, channel, payload_bytes));
    out.put_u8(frame::END);
}

#[cfg(test)]
mod tests;
