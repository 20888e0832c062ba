//! The properties of a message of class basic.
//!
//! ```text
//!  flags u16 | the properties whose bit is set, from the highest bit down
//!  bit 15 content-type      14 content-encoding  13 headers       12 delivery-mode  11 priority
//!      10 correlation-id     9 reply-to           8 expiration     7 message-id      6 timestamp
//!       5 type               4 user-id            3 app-id         2 cluster-id      1, 0 never set
//! ```
//!
//! Every field is borrowed. Each has one encoding, so that what is parsed and put is the same to the bit; to replace or
//! remove a property is to set its field before.
//!
//! Invariant: short strings are bytes here, as in RabbitMQ: nobody checks that a correlation id is text.

use super::octets::{Malformed, Octets, put_long, put_short};
use super::table::Table;
use bytes::{BufMut, BytesMut};

/// The delivery mode of a message that outlives a restart.
pub const PERSISTENT: u8 = 2;

/// The properties of one message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Properties<'a> {
    /// MIME type of the body.
    pub content_type: Option<&'a [u8]>,
    /// MIME encoding of the body.
    pub content_encoding: Option<&'a [u8]>,
    /// The application's own, and the broker's `x-` ones.
    pub headers: Option<Table<'a>>,
    /// 1 for transient, [`PERSISTENT`] for what outlives a restart.
    pub delivery_mode: Option<u8>,
    /// 0 to 255, the largest first.
    pub priority: Option<u8>,
    /// Which request this answers.
    pub correlation_id: Option<&'a [u8]>,
    /// The queue that takes answers.
    pub reply_to: Option<&'a [u8]>,
    /// How long it lives, in milliseconds, in decimal.
    pub expiration: Option<&'a [u8]>,
    /// The application's name for the message.
    pub message_id: Option<&'a [u8]>,
    /// Seconds since the Unix epoch, by the application's clock.
    pub timestamp: Option<u64>,
    /// The application's name for its kind.
    pub kind: Option<&'a [u8]>,
    /// Who sent it; must be the connection's user.
    pub user_id: Option<&'a [u8]>,
    /// Which application sent it.
    pub app_id: Option<&'a [u8]>,
    /// Obsolete, but kept.
    pub cluster_id: Option<&'a [u8]>,
}

const UNKNOWN_FLAGS: u16 = 0b11;

impl<'a> Properties<'a> {
    /// Takes the flags and properties that follow the body's size in a content header.
    ///
    /// # Errors
    /// A property is cut off, a flag is unknown, the headers are no table, or something follows.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut octets = Octets::new(bytes);
        let flags = octets.u16()?;
        if flags & UNKNOWN_FLAGS != 0 {
            return Err(Malformed { expected: "known flags of properties" });
        }
        let mut reader = Reader { octets, flags };
        let properties = Self {
            content_type: reader.next(Octets::short_bytes)?,
            content_encoding: reader.next(Octets::short_bytes)?,
            headers: reader.next(Table::read)?,
            delivery_mode: reader.next(Octets::u8)?,
            priority: reader.next(Octets::u8)?,
            correlation_id: reader.next(Octets::short_bytes)?,
            reply_to: reader.next(Octets::short_bytes)?,
            expiration: reader.next(Octets::short_bytes)?,
            message_id: reader.next(Octets::short_bytes)?,
            timestamp: reader.next(Octets::u64)?,
            kind: reader.next(Octets::short_bytes)?,
            user_id: reader.next(Octets::short_bytes)?,
            app_id: reader.next(Octets::short_bytes)?,
            cluster_id: reader.next(Octets::short_bytes)?,
        };
        match reader.octets.rest() {
            [] => Ok(properties),
            _ => Err(Malformed { expected: "the end of the properties" }),
        }
    }

    /// Appends flags and properties.
    pub fn put(&self, out: &mut BytesMut) {
        let start = out.len();
        out.put_u16(0);
        let mut writer = Writer { out, flags: 0, bit: 1 << 15 };
        writer.next(self.content_type, put_short);
        writer.next(self.content_encoding, put_short);
        writer.next(self.headers.map(|headers| headers.bytes()), put_long);
        writer.next(self.delivery_mode, BytesMut::put_u8);
        writer.next(self.priority, BytesMut::put_u8);
        writer.next(self.correlation_id, put_short);
        writer.next(self.reply_to, put_short);
        writer.next(self.expiration, put_short);
        writer.next(self.message_id, put_short);
        writer.next(self.timestamp, BytesMut::put_u64);
        writer.next(self.kind, put_short);
        writer.next(self.user_id, put_short);
        writer.next(self.app_id, put_short);
        writer.next(self.cluster_id, put_short);
        let flags = writer.flags.to_be_bytes();
        out[start..start + 2].copy_from_slice(&flags);
    }
}

struct Reader<'a> {
    octets: Octets<'a>,
    /// The flags not yet used, the next one highest.
    flags: u16,
}

impl<'a> Reader<'a> {
    #[inline]
    fn next<T>(&mut self, read: impl FnOnce(&mut Octets<'a>) -> Result<T, Malformed>) -> Result<Option<T>, Malformed> {
        let present = self.flags >> 15 == 1;
        self.flags <<= 1;
        present.then(|| read(&mut self.octets)).transpose()
    }
}

struct Writer<'o> {
    out: &'o mut BytesMut,
    flags: u16,
    bit: u16,
}

impl Writer<'_> {
    #[inline]
    fn next<T>(&mut self, value: Option<T>, put: impl FnOnce(&mut BytesMut, T)) {
        if let Some(value) = value {
            self.flags |= self.bit;
            put(self.out, value);
        }
        self.bit >>= 1;
    }
}

#[cfg(test)]
mod tests;
