//! Field tables and arrays: the typed headers and arguments of methods and messages.
//!
//! ```text
//!  table   length u32 | { name short string | type u8 | value } …
//!  array   length u32 | { type u8 | value } …
//!
//!  t bool u8        b i8    B u8    s i16   u u16   I i32   i u32   l and L i64   f f32   d f64
//!  D decimal: scale u8, value u32           T seconds u64           V nothing
//!  S long string    x bytes, as S           F table                 A array
//! ```
//!
//! The letters are RabbitMQ's, which is what its clients write; the specification's own differ.
//!
//! Invariants: a [`Table`] and an [`Array`] are well-formed to their depths: they were checked when they were made, so reading
//! them cannot fail. They are the bytes they came as, and go out as these.

use super::octets::{Malformed, Octets};

mod builder;
mod value;

pub use builder::{ArrayBuilder, TableBuilder};
pub use value::Value;

/// How deep tables and arrays may lie in one another.
pub const DEPTH_MAX: u32 = 64;

/// A well-formed table, without its length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Table<'a> {
    bytes: &'a [u8],
}

/// A well-formed array, without its length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Array<'a> {
    bytes: &'a [u8],
}

impl<'a> Table<'a> {
    /// Takes a table's bytes, without its length.
    ///
    /// # Errors
    /// A value is cut off or of an unknown type, or tables lie too deep.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        check(bytes, Members::Named, DEPTH_MAX)?;
        Ok(Self { bytes })
    }

    /// Takes a table with its length from `octets`.
    #[inline]
    pub(super) fn read(octets: &mut Octets<'a>) -> Result<Self, Malformed> {
        Self::parse(octets.long_bytes()?)
    }

    /// The bytes it was made of.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Names and values in the order they were written in. A name is bytes: nobody checks that it is text.
    pub fn iter(&self) -> impl Iterator<Item = (&'a [u8], Value<'a>)> + use<'a> {
        let mut octets = Octets::new(self.bytes);
        std::iter::from_fn(move || Some((octets.short_bytes().ok()?, Value::read(&mut octets).ok()?)))
    }

    /// The value of this name; of several the first, as RabbitMQ takes it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Value<'a>> {
        self.iter().find(|(known, _)| *known == name.as_bytes()).map(|(_, value)| value)
    }
}

impl<'a> Array<'a> {
    /// Takes an array's bytes, without its length.
    ///
    /// # Errors
    /// A value is cut off or of an unknown type, or tables lie too deep.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        check(bytes, Members::Bare, DEPTH_MAX)?;
        Ok(Self { bytes })
    }

    /// The bytes it was made of.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The values in their order.
    pub fn iter(&self) -> impl Iterator<Item = Value<'a>> + use<'a> {
        let mut octets = Octets::new(self.bytes);
        std::iter::from_fn(move || Value::read(&mut octets).ok())
    }
}

#[derive(Clone, Copy)]
enum Members {
    Named,
    Bare,
}

fn check(bytes: &[u8], members: Members, depth_left: u32) -> Result<(), Malformed> {
    let mut octets = Octets::new(bytes);
    while !octets.rest().is_empty() {
        if matches!(members, Members::Named) {
            octets.short_bytes()?;
        }
        let inner = match Value::read(&mut octets)? {
            Value::Table(table) => Some((table.bytes, Members::Named)),
            Value::Array(array) => Some((array.bytes, Members::Bare)),
            _ => None,
        };
        if let Some((bytes, members)) = inner {
            let depth_left = depth_left.checked_sub(1).ok_or(Malformed { expected: "a shallower table" })?;
            check(bytes, members, depth_left)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
