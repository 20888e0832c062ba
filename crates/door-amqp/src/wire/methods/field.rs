//! Arguments: how each type of one is read and written, bits among them.
//!
//! ```text
//!  bits that follow one another share octets, the first one lowest:   … | d c b a | …
//! ```

use crate::wire::octets::{Malformed, Octets, put_long, put_short};
use crate::wire::table::Table;
use bytes::{BufMut, BytesMut};

const BITS_PER_OCTET: u32 = u8::BITS;

/// A type of argument.
pub trait Field<'r>: Sized {
    /// Takes the next argument.
    ///
    /// # Errors
    /// It is cut off or malformed.
    fn read(fields: &mut FieldReader<'r>) -> Result<Self, Malformed>;
    /// Appends it.
    fn write(&self, out: &mut FieldWriter<'_>);
}

/// Takes arguments in order.
#[derive(Clone, Copy, Debug)]
pub struct FieldReader<'r> {
    octets: Octets<'r>,
    /// The octet whose bits are being taken, and how many were.
    bits: u8,
    bits_taken: u32,
}

impl<'r> FieldReader<'r> {
    #[inline]
    pub(super) fn new(octets: Octets<'r>) -> Self {
        Self { octets, bits: 0, bits_taken: BITS_PER_OCTET }
    }

    /// What reads octets; bits after it start a new one.
    #[inline]
    fn octets(&mut self) -> &mut Octets<'r> {
        self.bits_taken = BITS_PER_OCTET;
        &mut self.octets
    }

    #[inline]
    fn bit(&mut self) -> Result<bool, Malformed> {
        if self.bits_taken == BITS_PER_OCTET {
            (self.bits, self.bits_taken) = (self.octets.u8()?, 0);
        }
        let bit = self.bits >> self.bits_taken & 1;
        self.bits_taken += 1;
        Ok(bit == 1)
    }

    #[inline]
    pub(super) fn end(self) -> Result<(), Malformed> {
        match self.octets.rest() {
            [] => Ok(()),
            _ => Err(Malformed { expected: "the end of the arguments" }),
        }
    }
}

/// Appends arguments in order.
#[derive(Debug)]
pub struct FieldWriter<'o> {
    out: &'o mut BytesMut,
    /// How many bits the last octet holds; all, if it holds none.
    bits_put: u32,
}

impl<'o> FieldWriter<'o> {
    #[inline]
    pub(super) fn new(out: &'o mut BytesMut) -> Self {
        Self { out, bits_put: BITS_PER_OCTET }
    }

    #[inline]
    fn octets(&mut self) -> &mut BytesMut {
        self.bits_put = BITS_PER_OCTET;
        self.out
    }

    #[inline]
    fn bit(&mut self, bit: bool) {
        if self.bits_put == BITS_PER_OCTET {
            self.out.put_u8(0);
            self.bits_put = 0;
        }
        let last = self.out.len() - 1;
        self.out[last] |= u8::from(bit) << self.bits_put;
        self.bits_put += 1;
    }
}

macro_rules! field {
    ($kind:ty, $read:expr, $write:expr $(, $life:lifetime)?) => {
        impl<'r $(: $life, $life)?> Field<'r> for $kind {
            #[inline]
            fn read(fields: &mut FieldReader<'r>) -> Result<Self, Malformed> {
                $read(fields.octets())
            }

            #[inline]
            fn write(&self, out: &mut FieldWriter<'_>) {
                $write(out.octets(), *self);
            }
        }
    };
}

field!(u8, Octets::u8, BytesMut::put_u8);
field!(u16, Octets::u16, BytesMut::put_u16);
field!(u32, Octets::u32, BytesMut::put_u32);
field!(u64, Octets::u64, BytesMut::put_u64);
// A `&str` is a short string and a `&[u8]` a long one: no method has a long string that must be text.
field!(&'a str, Octets::short_str, |out, text: &str| put_short(out, text.as_bytes()), 'a);
field!(&'a [u8], Octets::long_bytes, put_long, 'a);
field!(Table<'a>, Table::read, |out, table: Table<'_>| put_long(out, table.bytes()), 'a);

impl Field<'_> for bool {
    #[inline]
    fn read(fields: &mut FieldReader<'_>) -> Result<Self, Malformed> {
        fields.bit()
    }

    #[inline]
    fn write(&self, out: &mut FieldWriter<'_>) {
        out.bit(*self);
    }
}
