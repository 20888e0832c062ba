//! What this door keeps with a message beyond neutral headers, so that receiving it costs no digest and loses no detail.
//!
//! ```text
//!  | ver u8 | flags u8 | body md5 16 | attributes md5 16 ? | trace: len u16, text ? | labels: (header u8, len u16, text)* |
//!                                      if flag 1             if flag 2                to the end
//!
//!  flag 4: the message's last header is the neutral form of `trace` for other doors, and no attribute.
//!  ver 1. Numbers are big-endian. A label is a data type that says more than its header's own
//!  type, as `Number.int`; the header is named by its index.
//! ```
//!
//! Invariant: whatever another version or another door wrote reads as `None`, and everything is then computed from the message.

use crate::md5::Digest;
use bytes::{BufMut, Bytes, BytesMut};
use vocab::Native;

/// This door's number among the doors that write native blocks.
pub(crate) const DOOR: u8 = door::native::SQS;

const VERSION: u8 = 1;
const HAS_ATTRIBUTES: u8 = 1;
const HAS_TRACE: u8 = 2;
const HAS_CONTEXT: u8 = 4;

/// The contents of a native block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notes<'a> {
    /// MD5 of the body.
    pub(crate) body_md5: Digest,
    /// MD5 of all message attributes, if there are any.
    pub(crate) attributes_md5: Option<Digest>,
    /// The X-Ray trace header.
    pub(crate) trace: Option<&'a str>,
    /// Whether the last header is the trace's neutral form.
    pub(crate) context: bool,
    /// Data types with labels, by the index of their header.
    pub(crate) labels: Vec<(u8, &'a str)>,
}

impl<'a> Notes<'a> {
    /// The block to publish. Texts are at most 64 KiB long; the caller has checked.
    pub(crate) fn write(&self) -> Native {
        let labels: usize = self.labels.iter().map(|(_, label)| 3 + label.len()).sum();
        let mut out = BytesMut::with_capacity(36 + self.trace.map_or(0, str::len) + labels);
        let attributes = if self.attributes_md5.is_some() { HAS_ATTRIBUTES } else { 0 };
        let trace = if self.trace.is_some() { HAS_TRACE } else { 0 };
        out.put_u8(VERSION);
        let context = if self.context { HAS_CONTEXT } else { 0 };
        out.put_u8(attributes | trace | context);
        out.put_slice(&self.body_md5);
        if let Some(digest) = &self.attributes_md5 {
            out.put_slice(digest);
        }
        if let Some(trace) = self.trace {
            put_text(&mut out, trace);
        }
        for (header, label) in &self.labels {
            out.put_u8(*header);
            put_text(&mut out, label);
        }
        Native { door: DOOR, bytes: out.freeze() }
    }

    /// The contents of a block, if this door wrote it.
    pub(crate) fn read(native: &'a Native) -> Option<Self> {
        if native.door != DOOR {
            return None;
        }
        let mut rest: &'a [u8] = &native.bytes;
        let [version, flags] = take(&mut rest)?;
        if version != VERSION {
            return None;
        }
        let body_md5 = take(&mut rest)?;
        let attributes_md5 = if flags & HAS_ATTRIBUTES == 0 { None } else { Some(take(&mut rest)?) };
        let trace = if flags & HAS_TRACE == 0 { None } else { Some(take_text(&mut rest)?) };
        let mut labels = Vec::new();
        while !rest.is_empty() {
            let [header] = take(&mut rest)?;
            labels.push((header, take_text(&mut rest)?));
        }
        Some(Self { body_md5, attributes_md5, trace, context: flags & HAS_CONTEXT != 0, labels })
    }
}

fn put_text(out: &mut BytesMut, text: &str) {
    let length = u16::try_from(text.len()).expect("the limits on headers and data types keep texts below 64 KiB");
    out.put_u16(length);
    out.put_slice(text.as_bytes());
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, left) = rest.split_first_chunk::<N>()?;
    *rest = left;
    Some(*taken)
}

fn take_text<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let length = usize::from(u16::from_be_bytes(take(rest)?));
    let (taken, left) = rest.split_at_checked(length)?;
    *rest = left;
    std::str::from_utf8(taken).ok()
}

/// Whether reading never panics, for the fuzzer.
pub(crate) fn read_any(bytes: &[u8]) {
    let native = Native { door: DOOR, bytes: Bytes::copy_from_slice(bytes) };
    drop(Notes::read(&native));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_layout_is_frozen() {
        let notes = Notes {
            body_md5: [0xAA; 16],
            attributes_md5: Some([0xBB; 16]),
            trace: Some("R"),
            context: true,
            labels: vec![(2, "Number.int")],
        };
        let mut expected = vec![1, 7];
        expected.extend([0xAA; 16]);
        expected.extend([0xBB; 16]);
        expected.extend(*b"\0\x01R\x02\0\x0ANumber.int");
        assert_eq!(notes.write().bytes, expected);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(
            body_md5: Digest, attributes_md5: Option<Digest>, trace: Option<String>, context: bool,
            labels: Vec<(u8, String)>,
        ) {
            let labels = labels.iter().map(|(header, label)| (*header, label.as_str())).collect();
            let notes = Notes { body_md5, attributes_md5, trace: trace.as_deref(), context, labels };
            let native = notes.write();
            prop_assert_eq!(Notes::read(&native), Some(notes));
        }

        #[test]
        fn any_bytes_read_without_a_panic(bytes: Vec<u8>) {
            read_any(&bytes);
        }
    }

    #[test]
    fn what_others_wrote_is_left_alone() {
        let native = Native { door: 2, bytes: Bytes::from_static(&[1; 40]) };
        assert_eq!(Notes::read(&native), None);
        let later = Native { door: DOOR, bytes: Bytes::from_static(&[9; 40]) };
        assert_eq!(Notes::read(&later), None);
    }
}
