//! The records of routers and bindings, both ways; drawn in [`crate::record`].

use crate::core::event::Event;
use crate::core::routers::RouterInfo;
use crate::record::kind;
use bytes::Bytes;
use journal::wire::{Malformed, Reader, Write};
use std::sync::Arc;
use vocab::{Binding, HeaderMatch, HeaderValue, QueueId, RouterId, RouterKind, Target};

const TO_QUEUE: u8 = 0;
const TO_ROUTER: u8 = 1;

const NO_CRITERIA: u8 = 0;
const ALL: u8 = 1;
const ANY: u8 = 2;

const PRESENT: u8 = 0;
const TEXT: u8 = 1;
const NUMBER: u8 = 2;
const BYTES: u8 = 3;
const FALSE: u8 = 4;
const TRUE: u8 = 5;

pub(super) fn put(event: &Event, out: &mut Vec<u8>) -> u8 {
    match event {
        Event::RouterCreated { router, name, kind, settings, annotations, at_ms } => {
            out.put_varint(u64::from(router.0));
            out.put_varint(*at_ms);
            out.put_u8(kind.code());
            out.put_bytes(name.as_bytes());
            out.put_bytes(&json(settings));
            out.put_bytes(&json(annotations));
            kind::ROUTER_CREATED
        }
        Event::RouterDeleted { router } => {
            out.put_varint(u64::from(router.0));
            kind::ROUTER_DELETED
        }
        Event::Bound(binding) => {
            out.put_varint(u64::from(binding.source.0));
            put_binding(out, binding);
            kind::BOUND
        }
        Event::Unbound(binding) => {
            out.put_varint(u64::from(binding.source.0));
            put_binding(out, binding);
            kind::UNBOUND
        }
        other => unreachable!("{other:?} does not concern a router"),
    }
}

pub(super) fn take(kind: u8, reader: &mut Reader<'_>) -> Result<Event, Malformed> {
    let router = RouterId(reader.number("router id")?);
    match kind {
        kind::ROUTER_CREATED => {
            let at_ms = reader.varint("time")?;
            let kind = take_kind(reader)?;
            let name = reader.text("name")?.to_owned();
            let (settings, annotations) = (take_json(reader)?, take_json(reader)?);
            Ok(Event::RouterCreated { router, name, kind, settings, annotations, at_ms })
        }
        kind::ROUTER_DELETED => Ok(Event::RouterDeleted { router }),
        kind::BOUND => Ok(Event::Bound(Arc::new(take_binding(reader, router)?))),
        _ => Ok(Event::Unbound(Arc::new(take_binding(reader, router)?))),
    }
}

/// A router as its page has it.
pub(crate) fn put_router(out: &mut Vec<u8>, info: &RouterInfo, next_binding: u64) {
    out.put_varint(info.created_ms);
    out.put_u8(info.kind.code());
    out.put_varint(next_binding);
    out.put_bytes(info.name.as_bytes());
    out.put_bytes(&json(&info.settings));
    out.put_bytes(&json(&info.annotations));
}

/// Reads what [`put_router`] wrote: the router, and the number of its next binding.
pub(crate) fn take_router(reader: &mut Reader<'_>, id: RouterId) -> Result<(RouterInfo, u64), Malformed> {
    let created_ms = reader.varint("creation time")?;
    let kind = take_kind(reader)?;
    let next_binding = reader.varint("next binding")?;
    let name = reader.text("name")?.to_owned();
    let (settings, annotations) = (take_json(reader)?, take_json(reader)?);
    Ok((RouterInfo { id, name, kind, settings, annotations, created_ms }, next_binding))
}

/// A binding without its source.
pub(crate) fn put_binding(out: &mut Vec<u8>, binding: &Binding) {
    let (tag, id) = match binding.target {
        Target::Queue(QueueId(id)) => (TO_QUEUE, id),
        Target::Router(RouterId(id)) => (TO_ROUTER, id),
    };
    out.put_u8(tag);
    out.put_varint(u64::from(id));
    out.put_bytes(binding.key.as_bytes());
    match &binding.criteria {
        None => out.put_u8(NO_CRITERIA),
        Some(criteria) => {
            out.put_u8(if criteria.any { ANY } else { ALL });
            out.put_varint(criteria.wanted.len() as u64);
            for (name, value) in &criteria.wanted {
                out.put_bytes(name.as_bytes());
                put_value(out, value.as_ref());
            }
        }
    }
    out.put_bytes(&binding.annotations);
}

/// Reads what [`put_binding`] wrote.
pub(crate) fn take_binding(reader: &mut Reader<'_>, source: RouterId) -> Result<Binding, Malformed> {
    let offset = reader.offset();
    let target = match reader.u8("kind of target")? {
        TO_QUEUE => Target::Queue(QueueId(reader.number("target")?)),
        TO_ROUTER => Target::Router(RouterId(reader.number("target")?)),
        _ => return Err(Malformed { offset, expected: "kind of target, 0 or 1" }),
    };
    let key = reader.text("key")?.to_owned();
    let criteria = take_criteria(reader)?;
    let annotations = Bytes::copy_from_slice(reader.bytes("annotations")?);
    Ok(Binding { source, target, key, criteria, annotations })
}

fn take_criteria(reader: &mut Reader<'_>) -> Result<Option<HeaderMatch>, Malformed> {
    let offset = reader.offset();
    let any = match reader.u8("criteria")? {
        NO_CRITERIA => return Ok(None),
        ALL => false,
        ANY => true,
        _ => return Err(Malformed { offset, expected: "criteria, 0 to 2" }),
    };
    let mut wanted = Vec::new();
    for _ in 0..reader.varint("count of headers")? {
        wanted.push((reader.text("name of a header")?.to_owned(), take_value(reader)?));
    }
    Ok(Some(HeaderMatch { any, wanted }))
}

fn put_value(out: &mut Vec<u8>, value: Option<&HeaderValue>) {
    let (tag, bytes): (u8, &[u8]) = match value {
        None => (PRESENT, &[]),
        Some(HeaderValue::Text(text)) => (TEXT, text.as_bytes()),
        Some(HeaderValue::Number(text)) => (NUMBER, text.as_bytes()),
        Some(HeaderValue::Bytes(bytes)) => (BYTES, bytes),
        Some(HeaderValue::Bool(false)) => return out.put_u8(FALSE),
        Some(HeaderValue::Bool(true)) => return out.put_u8(TRUE),
    };
    out.put_u8(tag);
    if tag != PRESENT {
        out.put_bytes(bytes);
    }
}

fn take_value(reader: &mut Reader<'_>) -> Result<Option<HeaderValue>, Malformed> {
    let offset = reader.offset();
    Ok(Some(match reader.u8("value of a header")? {
        PRESENT => return Ok(None),
        TEXT => HeaderValue::Text(reader.text("text")?.to_owned()),
        NUMBER => HeaderValue::Number(reader.text("number")?.to_owned()),
        BYTES => HeaderValue::Bytes(Bytes::copy_from_slice(reader.bytes("bytes")?)),
        FALSE => HeaderValue::Bool(false),
        TRUE => HeaderValue::Bool(true),
        _ => return Err(Malformed { offset, expected: "value of a header, 0 to 5" }),
    }))
}

fn take_kind(reader: &mut Reader<'_>) -> Result<RouterKind, Malformed> {
    let offset = reader.offset();
    RouterKind::from_code(reader.u8("kind")?).ok_or(Malformed { offset, expected: "kind of a router, 1 to 4" })
}

fn json<T: serde::Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("settings and annotations are plain data with text keys")
}

fn take_json<T: serde::de::DeserializeOwned>(reader: &mut Reader<'_>) -> Result<T, Malformed> {
    let bytes = reader.bytes("JSON")?;
    let expected = "JSON of this version";
    serde_json::from_slice(bytes).map_err(|_| Malformed { offset: reader.offset(), expected })
}
