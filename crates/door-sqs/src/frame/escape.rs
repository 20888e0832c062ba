//! Strings into JSON and XML.
//!
//! Both writers copy runs of harmless bytes at once and look at the others one by one; UTF-8 beyond ASCII passes as it is.

/// Bytes looked at together.
const CHUNK: usize = 32;

/// Appends `bytes` as the inside of a JSON string.
pub(crate) fn json(out: &mut Vec<u8>, bytes: &[u8]) {
    runs(out, bytes, |byte| (byte < 0x20) | (byte == b'"') | (byte == b'\\'), json_escape);
}

/// Appends `bytes` as XML character data, also fit for attribute values. A carriage return is written as a reference, or
/// parsers would turn it into a line feed; so are the control characters that XML 1.0 cannot hold, which messages from
/// this door never contain.
pub(crate) fn xml(out: &mut Vec<u8>, bytes: &[u8]) {
    let control = |byte| (byte < 0x20) & (byte != b'\t') & (byte != b'\n');
    let markup = |byte| (byte == b'&') | (byte == b'<') | (byte == b'>') | (byte == b'"');
    runs(out, bytes, |byte| control(byte) | markup(byte), xml_escape);
}

/// Copies `bytes`, with every byte that is `special` written by `escape`. `special` has no branches, so that a whole chunk is
/// looked at in parallel.
fn runs(out: &mut Vec<u8>, bytes: &[u8], special: impl Fn(u8) -> bool, escape: impl Fn(&mut Vec<u8>, u8)) {
    let mut copied = 0;
    for (index, chunk) in bytes.chunks(CHUNK).enumerate() {
        if !chunk.iter().fold(false, |found, &byte| found | special(byte)) {
            continue;
        }
        for (place, &byte) in (index * CHUNK..).zip(chunk) {
            if special(byte) {
                out.extend_from_slice(&bytes[copied..place]);
                escape(out, byte);
                copied = place + 1;
            }
        }
    }
    out.extend_from_slice(&bytes[copied..]);
}

fn json_escape(out: &mut Vec<u8>, byte: u8) {
    match byte {
        b'"' => out.extend_from_slice(b"\\\""),
        b'\\' => out.extend_from_slice(b"\\\\"),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\r' => out.extend_from_slice(b"\\r"),
        b'\t' => out.extend_from_slice(b"\\t"),
        control => {
            out.extend_from_slice(b"\\u00");
            out.extend_from_slice(&hex(control));
        }
    }
}

fn xml_escape(out: &mut Vec<u8>, byte: u8) {
    match byte {
        b'&' => out.extend_from_slice(b"&amp;"),
        b'<' => out.extend_from_slice(b"&lt;"),
        b'>' => out.extend_from_slice(b"&gt;"),
        b'"' => out.extend_from_slice(b"&quot;"),
        control => {
            out.extend_from_slice(b"&#x");
            out.extend_from_slice(&hex(control));
            out.push(b';');
        }
    }
}

fn hex(byte: u8) -> [u8; 2] {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 0xF)]]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(write: fn(&mut Vec<u8>, &[u8]), text: &str) -> String {
        let mut out = Vec::new();
        write(&mut out, text.as_bytes());
        String::from_utf8(out).expect("UTF-8 stays UTF-8")
    }

    #[test]
    fn xml_keeps_what_parsers_would_change() {
        assert_eq!(written(xml, "a<b>&\"c\"\r\n\té"), "a&lt;b&gt;&amp;&quot;c&quot;&#x0D;\n\té");
    }

    #[test]
    fn json_escapes_what_json_forbids() {
        assert_eq!(written(json, "a\"\\\n\r\t\u{1}é"), "a\\\"\\\\\\n\\r\\t\\u0001é");
    }

    proptest! {
        #[test]
        fn any_string_survives_json(text: String) {
            let quoted = format!("\"{}\"", written(json, &text));
            prop_assert_eq!(serde_json::from_str::<String>(&quoted).expect("valid JSON"), text);
        }
    }
}
