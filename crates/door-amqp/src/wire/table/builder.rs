//! Tables and arrays that we write: server properties, capabilities, records of dead-lettering.
//!
//! What it is not: a way to change a table. What a producer wrote goes on as its bytes ([`TableBuilder::extend`]).

use super::{Array, Table, Value};
use crate::wire::octets::{Octets, put_short};
use bytes::{Bytes, BytesMut};

/// A table in the making, without its length.
#[derive(Clone, Debug, Default)]
pub struct TableBuilder {
    out: BytesMut,
}

impl TableBuilder {
    /// With nothing in it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a value. Names are short strings: what is past 255 bytes is cut off.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value<'_>) -> Self {
        self.put(name.as_bytes(), value);
        self
    }

    /// Adds a value.
    pub fn put(&mut self, name: &[u8], value: Value<'_>) {
        put_short(&mut self.out, name);
        value.put(&mut self.out);
    }

    /// Adds everything of a table but some names, bit for bit.
    pub fn extend(&mut self, table: Table<'_>, but: &[&str]) {
        let mut rest = Octets::new(table.bytes);
        loop {
            let before = rest.rest();
            let (Ok(name), Ok(_)) = (rest.short_bytes(), Value::read(&mut rest)) else { break };
            if !but.iter().any(|but| but.as_bytes() == name) {
                self.out.extend_from_slice(&before[..before.len() - rest.rest().len()]);
            }
        }
    }

    /// What was written, to look at.
    #[must_use]
    pub fn table(&self) -> Table<'_> {
        Table { bytes: &self.out }
    }

    /// What was written, to keep.
    #[must_use]
    pub fn finish(self) -> Bytes {
        self.out.freeze()
    }
}

/// An array in the making, without its length.
#[derive(Clone, Debug, Default)]
pub struct ArrayBuilder {
    out: BytesMut,
}

impl ArrayBuilder {
    /// With nothing in it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a value at the end.
    pub fn push(&mut self, value: Value<'_>) {
        value.put(&mut self.out);
    }

    /// What was written, to look at.
    #[must_use]
    pub fn array(&self) -> Array<'_> {
        Array { bytes: &self.out }
    }
}
