//! Spans as the request that collectors take: `ExportTraceServiceRequest` of OTLP 1, in the fields' numbers.
//!
//! ```text
//!  1 resource spans
//!  ├─ 1 resource ─ 1 attributes                          key 1, value 2 ─ string 1, integer 3
//!  └─ 2 scope spans
//!     ├─ 1 scope ─ 1 name, 2 version
//!     └─ 2 spans ─ 1 trace id, 2 span id, 3 trace state, 4 parent's id, 5 name, 6 kind, 7 start, 8 end, 9 attributes,
//!                  15 status ─ 2 message, 3 code;   16 flags
//! ```
//!
//! What it is not: what is said of a span, which is [`super::attributes`]'s.

use super::attributes::{Attributes, Described, Value, describe};
use super::protobuf::Writer;
use broker::Broker;
use broker::traces::Span;

/// The status of what went wrong.
const ERROR: u64 = 2;

/// The trace is recorded; and it is known whether the parent was somebody else's, which it may have been.
const FLAGS_SAMPLED: u32 = 1;

/// Who says it.
#[derive(Clone, Debug)]
pub(super) struct Resource {
    /// What the operator calls this server.
    pub(super) service: String,
    /// Tells this process from others of the same name.
    pub(super) instance: String,
}

/// A request's body.
pub(super) fn body(resource: &Resource, broker: &Broker, spans: &[Span]) -> Vec<u8> {
    let mut request = Writer::default();
    request.message(1, |all| {
        all.message(1, |out| {
            let attributes = [
                ("service.name", Value::Text(resource.service.as_str().into())),
                ("service.instance.id", Value::Text(resource.instance.as_str().into())),
                ("service.version", Value::Text(env!("CARGO_PKG_VERSION").into())),
                ("telemetry.sdk.language", Value::Text("rust".into())),
                ("telemetry.sdk.name", Value::Text("longshore".into())),
            ];
            put_attributes(out, 1, &attributes);
        });
        all.message(2, |out| {
            out.message(1, |scope| {
                scope.bytes(1, b"longshore");
                scope.bytes(2, env!("CARGO_PKG_VERSION").as_bytes());
            });
            for span in spans {
                out.message(2, |out| put_span(out, span, &describe(broker, span)));
            }
        });
    });
    request.into_bytes()
}

fn put_span(out: &mut Writer, span: &Span, described: &Described<'_>) {
    out.bytes(1, &span.trace.0.to_be_bytes());
    out.bytes(2, &span.id.0.to_be_bytes());
    out.bytes(3, span.state.as_deref().unwrap_or_default().as_bytes());
    if let Some(parent) = span.parent {
        out.bytes(4, &parent.0.to_be_bytes());
    }
    out.bytes(5, described.name.as_bytes());
    out.varint(6, described.kind as u64);
    out.fixed64(7, span.start_us.saturating_mul(1000));
    out.fixed64(8, span.end_us.saturating_mul(1000));
    put_attributes(out, 9, &described.attributes);
    if let Some(error) = &described.error {
        out.message(15, |status| {
            status.bytes(2, error.as_bytes());
            status.varint(3, ERROR);
        });
    }
    out.fixed32(16, FLAGS_SAMPLED);
}

fn put_attributes(out: &mut Writer, field: u32, attributes: &Attributes<'_>) {
    for (key, value) in attributes {
        out.message(field, |pair| {
            pair.bytes(1, key.as_bytes());
            pair.message(2, |out| match value {
                Value::Text(text) => out.bytes(1, text.as_bytes()),
                Value::Integer(number) => out.varint(3, *number),
            });
        });
    }
}
