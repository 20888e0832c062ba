//! Entry points for fuzzing: plain functions over bytes that must never panic, whatever the bytes.

use crate::wire::content::{Assembly, Content};
use crate::wire::frame::{self, FRAME_MIN_SIZE, FrameKind};
use crate::wire::methods::{ClientMethod, ServerMethod};
use crate::wire::properties::Properties;
use crate::wire::table::{Table, Value};
use crate::wire::{content, methods};
use bytes::BytesMut;

/// More than any seed's body, and less than what a lying header announces.
const BODY_BYTES_MAX: usize = 1 << 16;

/// What a client sends after the protocol header: frames, their methods and contents.
pub fn frames(input: &[u8]) {
    let mut input = BytesMut::from(input);
    let mut assembly = Assembly::default();
    if let Some((_, whole)) = content::take_publish(&mut input.clone(), FRAME_MIN_SIZE, BODY_BYTES_MAX) {
        message(&whole);
    }
    while let Ok(Some(frame)) = frame::take(&mut input, FRAME_MIN_SIZE) {
        let whole = match frame.kind {
            FrameKind::Method => {
                method(&frame.payload);
                let publishes = matches!(ClientMethod::decode(&frame.payload), Ok(ClientMethod::BasicPublish(_)));
                if assembly.method().is_ok() && publishes {
                    assembly.begin(frame.payload);
                }
                Ok(None)
            }
            FrameKind::Header => assembly.header(&frame.payload, BODY_BYTES_MAX),
            FrameKind::Body => assembly.body(frame.payload),
            FrameKind::Heartbeat => Ok(None),
        };
        if let Ok(Some(whole)) = whole {
            message(&whole);
        }
    }
}

/// A method frame's payload, from either side: what is read is written so that it reads the same.
pub fn method(payload: &[u8]) {
    let mut out = BytesMut::new();
    if let Ok(read) = ClientMethod::decode(payload) {
        read.put(&mut out, 1);
        let again = frame::peek(&out, u32::MAX).ok().flatten().expect("what is written is a frame");
        assert_eq!(ClientMethod::decode(again.payload), Ok(read));
    }
    out.clear();
    if let Ok(read) = ServerMethod::decode(payload) {
        read.put(&mut out, 1);
        let again = frame::peek(&out, u32::MAX).ok().flatten().expect("what is written is a frame");
        assert_eq!(ServerMethod::decode(again.payload), Ok(read));
    }
}

/// Flags and properties of a message: what is read is written to the bit.
pub fn properties(input: &[u8]) {
    if let Ok(properties) = Properties::parse(input) {
        let mut out = BytesMut::new();
        properties.put(&mut out);
        assert_eq!(&out[..], input, "properties have one encoding");
        if let Some(headers) = properties.headers {
            walk(headers);
        }
    }
    if let Ok(table) = Table::parse(input) {
        walk(table);
    }
}

fn message(whole: &Content) {
    properties(&whole.properties);
    if let Ok(publish) = methods::decode::<methods::basic::Publish<'_>>(&whole.method) {
        let mut out = BytesMut::new();
        content::put_content(&mut out, 1, &publish, &whole.properties, &whole.body, FRAME_MIN_SIZE);
        assert!(out.len() > whole.body.len());
    }
}

fn walk(table: Table<'_>) {
    for (_, value) in table.iter() {
        if let Value::Table(inner) = value {
            walk(inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_bytes_panic(input: Vec<u8>) {
            frames(&input);
            method(&input);
            properties(&input);
        }
    }
}
