//! As much of the encoding of Protocol Buffers as a request takes: fields of four kinds, and messages within messages.
//!
//! ```text
//!  field   | key: varint (number << 3 | kind) | value |
//!           kind 0: varint      1: 8 bytes, little-endian      2: length as varint, bytes      5: 4 bytes, little-endian
//! ```
//!
//! Invariant: a field that is zero or empty is left out, as the format has it, where that means the same.

/// Bytes of a message under construction.
#[derive(Debug, Default)]
pub(super) struct Writer {
    out: Vec<u8>,
}

const VARINT: u32 = 0;
const EIGHT_BYTES: u32 = 1;
const BYTES: u32 = 2;
const FOUR_BYTES: u32 = 5;

impl Writer {
    /// What was written.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    /// A number.
    pub(super) fn varint(&mut self, field: u32, value: u64) {
        self.key(field, VARINT);
        self.put_varint(value);
    }

    /// Eight bytes of a number.
    pub(super) fn fixed64(&mut self, field: u32, value: u64) {
        self.key(field, EIGHT_BYTES);
        self.out.extend(value.to_le_bytes());
    }

    /// Four bytes of a number.
    pub(super) fn fixed32(&mut self, field: u32, value: u32) {
        self.key(field, FOUR_BYTES);
        self.out.extend(value.to_le_bytes());
    }

    /// Bytes, or a text.
    pub(super) fn bytes(&mut self, field: u32, value: &[u8]) {
        if !value.is_empty() {
            self.key(field, BYTES);
            self.put_varint(value.len() as u64);
            self.out.extend(value);
        }
    }

    /// A message within this one, empty or not.
    pub(super) fn message(&mut self, field: u32, write: impl FnOnce(&mut Self)) {
        self.key(field, BYTES);
        let mut inner = Self::default();
        write(&mut inner);
        self.put_varint(inner.out.len() as u64);
        self.out.extend(inner.out);
    }

    fn key(&mut self, field: u32, kind: u32) {
        self.put_varint(u64::from(field << 3 | kind));
    }

    fn put_varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.out.push(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        self.out.push(value.to_le_bytes()[0]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_written_as_the_format_documents_them() {
        let mut writer = Writer::default();
        writer.varint(1, 150);
        writer.bytes(2, b"testing");
        writer.bytes(3, b"");
        writer.message(3, |inner| inner.varint(1, 150));
        writer.fixed32(16, 1);
        writer.fixed64(7, 0x0102);
        let expected = [
            &[0x08, 0x96, 0x01, 0x12, 0x07][..],
            b"testing",
            &[0x1a, 0x03, 0x08, 0x96, 0x01, 0x85, 0x01, 1, 0, 0, 0, 0x39, 2, 1, 0, 0, 0, 0, 0, 0],
        ];
        assert_eq!(writer.into_bytes(), expected.concat());
    }

    #[test]
    fn a_number_takes_seven_bits_a_byte() {
        for (value, bytes) in [(0, 1), (127, 1), (128, 2), (u64::MAX, 10)] {
            let mut writer = Writer::default();
            writer.varint(1, value);
            assert_eq!(writer.into_bytes().len(), 1 + bytes, "{value}");
        }
    }
}
