//! A certificate's subject as text, in the manner of RFC 4514: `CN=orders,O=Example`.
//!
//! ```text
//!   Name, without its own tag and length          RFC 5280, section 4.1.2.4
//!   ┌──────────────────────────────────────────┐
//!   │ SET ─ SEQUENCE ─ OID, value    (O)       │  the text begins with the last of them
//!   │ SET ─ SEQUENCE ─ OID, value    (CN)      │  several pairs in one SET are joined by +
//!   └──────────────────────────────────────────┘
//! ```
//!
//! What it is not: a reader of certificates. The certificate was verified before; this only spells its name.
//!
//! Invariant: two subjects that differ never have the same text: what a name's text could be mistaken for is escaped.

use std::fmt::Write;

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OID: u8 = 0x06;
const UTF8_STRING: u8 = 0x0c;
const PRINTABLE_STRING: u8 = 0x13;
const IA5_STRING: u8 = 0x16;

/// The attributes that have short names (RFC 4514, section 3).
const SHORT_NAMES: [(&[u8], &str); 9] = [
    (&[0x55, 4, 3], "CN"),
    (&[0x55, 4, 7], "L"),
    (&[0x55, 4, 8], "ST"),
    (&[0x55, 4, 10], "O"),
    (&[0x55, 4, 11], "OU"),
    (&[0x55, 4, 6], "C"),
    (&[0x55, 4, 9], "STREET"),
    (&[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25], "DC"),
    (&[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1], "UID"),
];

/// The subject whose DER contents these are; `None` if they are no name.
pub(super) fn text(name: &[u8]) -> Option<String> {
    let mut parts = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        parts.push(relative_name(expect(&mut rest, SET)?)?);
    }
    parts.reverse();
    Some(parts.join(","))
}

fn relative_name(mut pairs: &[u8]) -> Option<String> {
    let mut parts = Vec::new();
    while !pairs.is_empty() {
        let mut pair = expect(&mut pairs, SEQUENCE)?;
        let oid = expect(&mut pair, OID)?;
        let (value, tag, contents) = element(&mut pair)?;
        if !pair.is_empty() {
            return None;
        }
        parts.push(spelled(oid, value, tag, contents)?);
    }
    Some(parts.join("+"))
}

/// One pair. A value that is no plain text, or whose attribute has no short name, is spelled in hexadecimal, with its tag.
fn spelled(oid: &[u8], value: &[u8], tag: u8, contents: &[u8]) -> Option<String> {
    let short = SHORT_NAMES.iter().find(|(known, _)| *known == oid).map(|(_, name)| *name);
    let plain = matches!(tag, UTF8_STRING | PRINTABLE_STRING | IA5_STRING);
    match (short, std::str::from_utf8(contents)) {
        (Some(name), Ok(text)) if plain => Some(format!("{name}={}", escaped(text))),
        (name, _) => {
            let name = name.map_or_else(|| dotted(oid), |name| Some(name.to_owned()))?;
            let hexadecimal = value.iter().fold(String::new(), |mut text, byte| {
                write!(text, "{byte:02x}").expect("text takes all that is written");
                text
            });
            Some(format!("{name}=#{hexadecimal}"))
        }
    }
}

/// RFC 4514, section 2.4.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let last = text.len().saturating_sub(1);
    for (at, character) in text.char_indices() {
        match character {
            '\0' => escaped.push_str("\\00"),
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => escaped.extend(['\\', character]),
            ' ' if at == 0 || at == last => escaped.push_str("\\ "),
            '#' if at == 0 => escaped.push_str("\\#"),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// An object identifier as numbers with dots: seven bits of a number to the byte, the first two numbers in one.
fn dotted(oid: &[u8]) -> Option<String> {
    let mut numbers: Vec<u64> = Vec::new();
    let mut number: u64 = 0;
    for &byte in oid {
        number = number.checked_mul(128)? | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            numbers.push(std::mem::take(&mut number));
        }
    }
    if oid.last().is_none_or(|last| last & 0x80 != 0) {
        return None;
    }
    let first = numbers[0];
    let top = (first / 40).min(2);
    let start = format!("{top}.{}", first - top * 40);
    Some(numbers[1..].iter().fold(start, |text, number| format!("{text}.{number}")))
}

fn expect<'a>(input: &mut &'a [u8], expected: u8) -> Option<&'a [u8]> {
    let (_whole, tag, contents) = element(input)?;
    (tag == expected).then_some(contents)
}

/// The next element: all of it, its tag, its contents. Lengths have one byte, or up to four behind a count.
fn element<'a>(input: &mut &'a [u8]) -> Option<(&'a [u8], u8, &'a [u8])> {
    let (&[tag, length], rest) = input.split_first_chunk::<2>()?;
    let (length, head) = match length {
        short @ 0..=0x7f => (usize::from(short), 2),
        long @ 0x81..=0x84 => {
            let count = usize::from(long & 0x7f);
            let bytes = rest.get(..count)?;
            (bytes.iter().fold(0, |length, &byte| (length << 8) | usize::from(byte)), 2 + count)
        }
        0x80 | 0x85..=0xff => return None,
    };
    let end = head.checked_add(length)?;
    let whole = input.get(..end)?;
    *input = &input[end..];
    Some((whole, tag, &whole[head..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, DnType, DnValue, KeyPair};
    use webpki::EndEntityCert;

    fn check(attributes: &[(DnType, DnValue)], expected: &str) {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        for (kind, value) in attributes {
            params.distinguished_name.push(kind.clone(), value.clone());
        }
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        let certificate = EndEntityCert::try_from(certificate.der()).expect("a certificate");
        assert_eq!(text(certificate.subject()).as_deref(), Some(expected));
    }

    fn utf8(text: &str) -> DnValue {
        DnValue::Utf8String(text.to_owned())
    }

    #[test]
    fn names_are_spelled_the_last_first() {
        check(
            &[(DnType::OrganizationName, utf8("Example")), (DnType::CommonName, utf8("orders"))],
            "CN=orders,O=Example",
        );
        check(&[(DnType::CommonName, DnValue::PrintableString("a b".try_into().expect("printable")))], "CN=a b");
        check(&[], "");
    }

    #[test]
    fn what_could_be_mistaken_for_structure_is_escaped() {
        check(&[(DnType::CommonName, utf8("a,O=b+c\\"))], "CN=a\\,O=b\\+c\\\\");
        check(&[(DnType::CommonName, utf8(" #grüße "))], "CN=\\ #grüße\\ ");
        check(&[(DnType::CommonName, utf8("#1\0"))], "CN=\\#1\\00");
    }

    #[test]
    fn what_is_no_plain_text_or_has_no_short_name_is_hexadecimal() {
        let bmp = DnValue::BmpString("hi".try_into().expect("BMP"));
        check(&[(DnType::CommonName, bmp)], "CN=#1e0400680069");
        check(&[(DnType::CustomDnType(vec![2, 5, 4, 5]), utf8("7"))], "2.5.4.5=#0c0137");
        check(&[(DnType::CustomDnType(vec![1, 2, 840, 113_549]), utf8(""))], "1.2.840.113549=#0c00");
    }

    #[test]
    fn what_is_no_name_has_no_text() {
        for name in [&[SET][..], &[SET, 5, 0], &[SET, 0x80], &[SET, 0x85, 1, 1, 1, 1, 1], &[SEQUENCE, 0]] {
            assert_eq!(text(name), None, "{name:?}");
        }
        for pair in
            [&[OID, 0, UTF8_STRING, 0][..], &[OID, 1, 0x80, UTF8_STRING, 0], &[OID, 1, 42], &[OID, 1, 42, 12, 0, 0]]
        {
            let length = u8::try_from(pair.len()).expect("short");
            let name = [&[SET, length + 2, SEQUENCE, length], pair].concat();
            assert_eq!(text(&name), None, "{pair:?}");
        }
    }
}
