//! A message's fields: everything but its body.
//!
//! ```text
//!  tag (with bit 7 set: critical)   value
//!  0x00  end                        no length, no value: the body follows
//!  0x81  published                  u64, ms since the Unix epoch
//!  0x82  due                        u64, likewise
//!  0x83  expires                    u64, likewise
//!  0x84  lane                       UTF-8
//!  0x05  sender                     UTF-8
//!  0x86  origin                     drawn in [`super::origin`]
//!  0x87  header, once per header    name bytes | kind u8 | value, the rest
//!        kind                       0 text, 1 number as text, 2 bytes, 3 false, 4 true
//!  0x88  native                     door u8 | content, the rest
//!  0x89  dedup                      UTF-8
//!  0x8A  moved                      nothing
//!  0x8B  route                      router name bytes | key bytes, once per key
//!  0x8C  priority                   u8, above 0
//!  0x8D  deaths                     drawn in [`super::origin`]; after the origin
//! ```
//!
//! To add a field: take the next tag, set bit 7 if a reader that skips it would act wrongly. A field's
//! layout never changes; a changed one is another field.

use super::DecodeError;
use super::origin::{decode_deaths, decode_origin, put_deaths, put_origin};
use crate::wire::{Malformed, Reader, Write};
use bytes::Bytes;
use vocab::{Facts, Header, HeaderValue, Message, Native, Route};

/// Ends the fields; the body follows.
pub(super) const END: u8 = 0;

const CRITICAL: u8 = 0x80;
const PUBLISHED: u8 = CRITICAL | 1;
const DUE: u8 = CRITICAL | 2;
const EXPIRES: u8 = CRITICAL | 3;
const LANE: u8 = CRITICAL | 4;
const SENDER: u8 = 5;
const ORIGIN: u8 = CRITICAL | 6;
const HEADER: u8 = CRITICAL | 7;
const NATIVE: u8 = CRITICAL | 8;
const DEDUP: u8 = CRITICAL | 9;
const MOVED: u8 = CRITICAL | 10;
const ROUTE: u8 = CRITICAL | 11;
const PRIORITY: u8 = CRITICAL | 12;
const DEATHS: u8 = CRITICAL | 13;

const HEADER_TEXT: u8 = 0;
const HEADER_NUMBER: u8 = 1;
const HEADER_BYTES: u8 = 2;
const HEADER_FALSE: u8 = 3;
const HEADER_TRUE: u8 = 4;

/// A field that this version does not know and must not skip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a message has field {tag:#04x}, which this version does not know and may not skip")]
pub struct UnknownField {
    /// The field's tag.
    pub tag: u8,
}

/// Appends every field of `message`, without the end mark.
pub(super) fn put(buffer: &mut Vec<u8>, message: &Message) {
    let facts = &message.facts;
    put_time(buffer, PUBLISHED, Some(facts.published_ms));
    put_time(buffer, DUE, facts.due_ms);
    put_time(buffer, EXPIRES, facts.expires_ms);
    put_text(buffer, LANE, facts.lane.as_deref());
    put_text(buffer, DEDUP, facts.dedup.as_deref());
    put_text(buffer, MOVED, facts.moved.then_some(""));
    if facts.priority > 0 {
        buffer.extend_from_slice(&[PRIORITY, 1, facts.priority]);
    }
    put_text(buffer, SENDER, facts.sender.as_deref());
    if let Some(route) = &facts.route {
        put_route(buffer, route);
    }
    if let Some(origin) = &facts.origin {
        put_field(buffer, ORIGIN, |value| put_origin(value, origin));
        if !origin.deaths.is_empty() {
            put_field(buffer, DEATHS, |value| put_deaths(value, &origin.deaths));
        }
    }
    for header in &message.headers {
        put_header(buffer, header);
    }
    if let Some(native) = &message.native {
        buffer.put_u8(NATIVE);
        buffer.put_varint(1 + native.bytes.len() as u64);
        buffer.put_u8(native.door);
        buffer.extend_from_slice(&native.bytes);
    }
}

fn put_time(buffer: &mut Vec<u8>, tag: u8, ms: Option<u64>) {
    if let Some(ms) = ms {
        buffer.put_u8(tag);
        buffer.put_varint(8);
        buffer.put_u64(ms);
    }
}

fn put_text(buffer: &mut Vec<u8>, tag: u8, text: Option<&str>) {
    if let Some(text) = text {
        buffer.put_u8(tag);
        buffer.put_bytes(text.as_bytes());
    }
}

/// Fields of buried messages are rare, so they are built aside and copied.
fn put_field(buffer: &mut Vec<u8>, tag: u8, put: impl FnOnce(&mut Vec<u8>)) {
    let mut value = Vec::with_capacity(128);
    put(&mut value);
    buffer.put_u8(tag);
    buffer.put_bytes(&value);
}

fn put_header(buffer: &mut Vec<u8>, header: &Header) {
    let (kind, value): (u8, &[u8]) = match &header.value {
        HeaderValue::Text(text) => (HEADER_TEXT, text.as_bytes()),
        HeaderValue::Number(text) => (HEADER_NUMBER, text.as_bytes()),
        HeaderValue::Bytes(bytes) => (HEADER_BYTES, bytes),
        HeaderValue::Bool(false) => (HEADER_FALSE, &[]),
        HeaderValue::Bool(true) => (HEADER_TRUE, &[]),
    };
    let name = header.name.as_bytes();
    buffer.put_u8(HEADER);
    buffer.put_varint((varint_len(name.len()) + name.len() + 1 + value.len()) as u64);
    buffer.put_bytes(name);
    buffer.put_u8(kind);
    buffer.extend_from_slice(value);
}

fn varint_len(value: usize) -> usize {
    let bits = (usize::BITS - value.leading_zeros()).max(1);
    bits.div_ceil(7) as usize
}

fn put_route(buffer: &mut Vec<u8>, route: &Route) {
    let texts = || std::iter::once(&route.router).chain(&route.keys);
    buffer.put_u8(ROUTE);
    buffer.put_varint(texts().map(|text| (varint_len(text.len()) + text.len()) as u64).sum());
    for text in texts() {
        buffer.put_bytes(text.as_bytes());
    }
}

/// Reads fields up to the end mark; the rest is the body. Body, native block and byte headers are slices of `content`.
pub(super) fn decode(content: &Bytes) -> Result<Message, DecodeError> {
    let mut reader = Reader::new(content);
    let mut message = Message::default();
    loop {
        let tag = reader.u8("a field's tag")?;
        if tag == END {
            break;
        }
        let value = reader.bytes("a field's value")?;
        decode_field(tag, value, content, &mut message)?;
    }
    message.body = content.slice(reader.offset()..);
    Ok(message)
}

fn decode_field(tag: u8, value: &[u8], content: &Bytes, message: &mut Message) -> Result<(), DecodeError> {
    let facts: &mut Facts = &mut message.facts;
    let mut reader = Reader::new(value);
    match tag {
        PUBLISHED => facts.published_ms = reader.u64("a time")?,
        DUE => facts.due_ms = Some(reader.u64("a time")?),
        EXPIRES => facts.expires_ms = Some(reader.u64("a time")?),
        LANE => facts.lane = Some(text(value)?),
        DEDUP => facts.dedup = Some(text(value)?),
        MOVED => facts.moved = true,
        PRIORITY => facts.priority = reader.u8("a priority")?,
        SENDER => facts.sender = Some(text(value)?),
        ROUTE => facts.route = Some(Box::new(decode_route(&mut reader)?)),
        ORIGIN => facts.origin = Some(Box::new(decode_origin(&mut reader)?)),
        DEATHS => match &mut facts.origin {
            Some(origin) => origin.deaths = decode_deaths(&mut reader)?,
            None => return Err(Malformed { offset: 0, expected: "deaths after their origin" }.into()),
        },
        HEADER => message.headers.push(decode_header(&mut reader, content)?),
        NATIVE => {
            let door = reader.u8("a native block's door")?;
            message.native = Some(Native { door, bytes: content.slice_ref(rest(&mut reader)?) });
        }
        unknown if unknown & CRITICAL != 0 => return Err(UnknownField { tag: unknown }.into()),
        _skipped => {}
    }
    Ok(())
}

fn decode_header(reader: &mut Reader<'_>, content: &Bytes) -> Result<Header, DecodeError> {
    let name = reader.text("a header's name")?.to_owned();
    let kind_at = reader.offset();
    let kind = reader.u8("a header's kind")?;
    let value = rest(reader)?;
    let value = match kind {
        HEADER_TEXT => HeaderValue::Text(text(value)?),
        HEADER_NUMBER => HeaderValue::Number(text(value)?),
        HEADER_BYTES => HeaderValue::Bytes(content.slice_ref(value)),
        HEADER_FALSE => HeaderValue::Bool(false),
        HEADER_TRUE => HeaderValue::Bool(true),
        _ => return Err(Malformed { offset: kind_at, expected: "a header's kind" }.into()),
    };
    Ok(Header { name, value })
}

fn decode_route(reader: &mut Reader<'_>) -> Result<Route, Malformed> {
    let mut route = Route { router: reader.text("a router's name")?.to_owned(), keys: Vec::new() };
    while !reader.is_empty() {
        route.keys.push(reader.text("a key")?.to_owned());
    }
    Ok(route)
}

fn rest<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], Malformed> {
    reader.take(reader.remaining(), "the rest of a field")
}

fn text(value: &[u8]) -> Result<String, Malformed> {
    let text = std::str::from_utf8(value).map_err(|_| Malformed { offset: 0, expected: "UTF-8" })?;
    Ok(text.to_owned())
}
