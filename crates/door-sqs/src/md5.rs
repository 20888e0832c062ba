//! The MD5 digests that SDKs check: over a body, and over attributes in AWS's own encoding.
//!
//! ```text
//!   for each attribute, in the byte order of the names (all numbers big-endian):
//!   | len u32 | name | len u32 | data type | 1: string, 2: binary | len u32 | value |
//! ```
//!
//! Source: "Calculating the MD5 message digest for message attributes" in the SQS developer guide.

mod lanes;

use crate::message_attributes::{Attribute, Value};
use ::md5::{Digest as _, Md5};

/// An MD5 digest.
pub(crate) type Digest = [u8; 16];

/// Of a body.
pub(crate) fn of_bytes(bytes: &[u8]) -> Digest {
    Md5::digest(bytes).into()
}

/// Of several bodies, in order.
pub(crate) fn of_many(bodies: &[&[u8]]) -> Vec<Digest> {
    match bodies {
        [body] => vec![of_bytes(body)],
        several => lanes::digests(several),
    }
}

/// Of attributes, in any order. `None` for none at all: AWS then sends no digest.
pub(crate) fn of_attributes(attributes: &[Attribute<'_>]) -> Option<Digest> {
    if attributes.is_empty() {
        return None;
    }
    let mut sorted: Vec<&Attribute<'_>> = attributes.iter().collect();
    sorted.sort_by(|a, b| a.name.as_bytes().cmp(b.name.as_bytes()));
    let mut md5 = Md5::new();
    for attribute in sorted {
        field(&mut md5, attribute.name.as_bytes());
        field(&mut md5, attribute.data_type.as_bytes());
        match &attribute.value {
            Value::Text(text) => {
                md5.update([1]);
                field(&mut md5, text.as_bytes());
            }
            Value::Binary(bytes) => {
                md5.update([2]);
                field(&mut md5, bytes);
            }
        }
    }
    Some(md5.finalize().into())
}

fn field(md5: &mut Md5, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).expect("messages are far smaller than 4 GiB");
    md5.update(length.to_be_bytes());
    md5.update(bytes);
}

/// A digest as SQS writes it: 32 lower-case hexadecimal digits.
pub(crate) fn hex(digest: &Digest) -> [u8; 32] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = [0; 32];
    for (pair, byte) in text.chunks_exact_mut(2).zip(digest) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 0xF)];
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    fn text<'a>(name: &'a str, data_type: &'a str, value: &'a str) -> Attribute<'a> {
        Attribute {
            name: Cow::Borrowed(name),
            data_type: Cow::Borrowed(data_type),
            value: Value::Text(Cow::Borrowed(value)),
        }
    }

    fn check(attributes: &[Attribute<'_>], expected: &str) {
        let digest = of_attributes(attributes).expect("there are attributes");
        assert_eq!(std::str::from_utf8(&hex(&digest)), Ok(expected));
    }

    #[test]
    fn a_body_has_its_plain_digest() {
        assert_eq!(&hex(&of_bytes(b"foobar")), b"3858f62230ac3c915f300c664312c63f");
    }

    // The expected digests were answered by AWS.
    #[test]
    fn attributes_have_awss_digests() {
        check(&[text("timestamp", "Number", "1493147359900")], "235c5c510d26fb653d073faed50ae77c");
        let (hello, general) = (text("Hello", "String", "There"), text("General", "String", "Kenobi"));
        let help = text("Help.Me", "String", "Me");
        check(&[hello.clone(), general.clone(), help.clone()], "4c360f3fdafd970e05fae2f149d997f5");
        check(&[general, hello.clone()], "fca026605781cb4126a1e9044df24232");
        check(&[help, hello], "83fee93c1bcd8b9a5a923ffacdc636c7");
        let binary = Attribute {
            name: Cow::Borrowed("attr1"),
            data_type: Cow::Borrowed("Binary"),
            value: Value::Binary(b"traceparent\x1e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01"[..].into()),
        };
        check(&[binary], "8cbe4db156db8a94db8b801b7addb984");
    }

    #[test]
    fn no_attributes_have_no_digest() {
        assert_eq!(of_attributes(&[]), None);
    }
}
