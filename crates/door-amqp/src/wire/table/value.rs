//! One typed value of a table or array.
//!
//! Invariant: [`Value::read`] looks no deeper than one level, so its caller checks what lies in a table or array.

use super::{Array, Table};
use crate::wire::octets::{Malformed, Octets, put_long};
use bytes::{BufMut, BytesMut};

/// A value, borrowed from its table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// `t`; any octet but 0 is true.
    Bool(bool),
    /// `b`
    I8(i8),
    /// `B`
    U8(u8),
    /// `s`
    I16(i16),
    /// `u`
    U16(u16),
    /// `I`
    I32(i32),
    /// `i`
    U32(u32),
    /// `l`, and `L`, which RabbitMQ reads as signed too.
    I64(i64),
    /// `f`
    F32(f32),
    /// `d`
    F64(f64),
    /// `D`
    Decimal {
        /// Digits after the point.
        scale: u8,
        /// All digits as one number.
        digits: u32,
    },
    /// `S`; usually text, but nobody checks.
    Text(&'a [u8]),
    /// `x`
    Bytes(&'a [u8]),
    /// `T`, in seconds since the Unix epoch.
    Timestamp(u64),
    /// `F`
    Table(Table<'a>),
    /// `A`
    Array(Array<'a>),
    /// `V`
    Void,
}

impl<'a> Value<'a> {
    /// The type's letter and the value.
    #[inline]
    pub(super) fn read(octets: &mut Octets<'a>) -> Result<Self, Malformed> {
        Ok(match octets.u8()? {
            b't' => Self::Bool(octets.u8()? != 0),
            b'b' => Self::I8(octets.u8()?.cast_signed()),
            b'B' => Self::U8(octets.u8()?),
            b's' => Self::I16(octets.u16()?.cast_signed()),
            b'u' => Self::U16(octets.u16()?),
            b'I' => Self::I32(octets.u32()?.cast_signed()),
            b'i' => Self::U32(octets.u32()?),
            b'l' | b'L' => Self::I64(octets.u64()?.cast_signed()),
            b'f' => Self::F32(f32::from_bits(octets.u32()?)),
            b'd' => Self::F64(f64::from_bits(octets.u64()?)),
            b'D' => Self::Decimal { scale: octets.u8()?, digits: octets.u32()? },
            b'S' => Self::Text(octets.long_bytes()?),
            b'x' => Self::Bytes(octets.long_bytes()?),
            b'T' => Self::Timestamp(octets.u64()?),
            b'F' => Self::Table(Table { bytes: octets.long_bytes()? }),
            b'A' => Self::Array(Array { bytes: octets.long_bytes()? }),
            b'V' => Self::Void,
            _ => return Err(Malformed { expected: "a known type of field" }),
        })
    }

    /// Appends the type's letter and the value.
    pub(super) fn put(&self, out: &mut BytesMut) {
        out.put_u8(self.letter());
        match *self {
            Self::Bool(value) => out.put_u8(u8::from(value)),
            Self::I8(value) => out.put_i8(value),
            Self::U8(value) => out.put_u8(value),
            Self::I16(value) => out.put_i16(value),
            Self::U16(value) => out.put_u16(value),
            Self::I32(value) => out.put_i32(value),
            Self::U32(value) => out.put_u32(value),
            Self::I64(value) => out.put_i64(value),
            Self::F32(value) => out.put_u32(value.to_bits()),
            Self::F64(value) => out.put_u64(value.to_bits()),
            Self::Decimal { scale, digits } => {
                out.put_u8(scale);
                out.put_u32(digits);
            }
            Self::Text(value) | Self::Bytes(value) => put_long(out, value),
            Self::Timestamp(value) => out.put_u64(value),
            Self::Table(table) => put_long(out, table.bytes),
            Self::Array(array) => put_long(out, array.bytes),
            Self::Void => {}
        }
    }

    /// The letter that says its type.
    #[must_use]
    pub fn letter(&self) -> u8 {
        match self {
            Self::Bool(_) => b't',
            Self::I8(_) => b'b',
            Self::U8(_) => b'B',
            Self::I16(_) => b's',
            Self::U16(_) => b'u',
            Self::I32(_) => b'I',
            Self::U32(_) => b'i',
            Self::I64(_) => b'l',
            Self::F32(_) => b'f',
            Self::F64(_) => b'd',
            Self::Decimal { .. } => b'D',
            Self::Text(_) => b'S',
            Self::Bytes(_) => b'x',
            Self::Timestamp(_) => b'T',
            Self::Table(_) => b'F',
            Self::Array(_) => b'A',
            Self::Void => b'V',
        }
    }

    /// The whole number it is, in whichever width it came.
    #[must_use]
    pub fn integer(&self) -> Option<i64> {
        match *self {
            Self::I8(value) => Some(value.into()),
            Self::U8(value) => Some(value.into()),
            Self::I16(value) => Some(value.into()),
            Self::U16(value) => Some(value.into()),
            Self::I32(value) => Some(value.into()),
            Self::U32(value) => Some(value.into()),
            Self::I64(value) => Some(value),
            _ => None,
        }
    }

    /// The text it is.
    #[must_use]
    pub fn text(&self) -> Option<&'a str> {
        match self {
            Self::Text(value) => std::str::from_utf8(value).ok(),
            _ => None,
        }
    }

    /// Whether it is true or false.
    #[must_use]
    pub fn bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }
}
