//! Where a message stands in somebody's trace: the context of the W3C's recommendation, which travels in two neutral headers.
//!
//! ```text
//!  traceparent   00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
//!                |  |                                |                └ flags, in hexadecimal; bit 0: the trace is recorded
//!                |  trace, 16 bytes, not all zero    span that the message was sent in, 8 bytes, not all zero
//!                version; a later one may have more behind
//!  tracestate    whatever tracing systems add, not ours to read
//! ```
//!
//! What it is not: spans, or whether one is made. Invariant: a text that the recommendation does not allow is no context, and the header
//! stays what it is.

use crate::message::{Header, HeaderValue};
use std::fmt;

/// The header that has the context.
pub const TRACE_PARENT: &str = "traceparent";

/// The header that has what tracing systems add to it.
pub const TRACE_STATE: &str = "tracestate";

/// One trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceId(pub u128);

/// One span of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanId(pub u64);

/// Where in a trace something was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceContext {
    /// The trace.
    pub trace: TraceId,
    /// The span that it was sent in.
    pub parent: SpanId,
    /// Whether the sender records the trace.
    pub sampled: bool,
}

/// Bytes of a context as version 0 writes it.
const TEXT_BYTES: usize = 55;

impl TraceContext {
    /// Reads a `traceparent`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (fixed, rest) = text.split_at_checked(TEXT_BYTES)?;
        let mut parts = fixed.split('-');
        let version = hex(parts.next()?, 2)?;
        let (trace, parent, flags) = (hex(parts.next()?, 32)?, hex(parts.next()?, 16)?, hex(parts.next()?, 2)?);
        let is_whole = match version {
            0 => rest.is_empty(),
            255 => false,
            _ => rest.is_empty() || rest.starts_with('-'),
        };
        let parent = u64::try_from(parent).ok()?;
        let is_valid = is_whole && parts.next().is_none() && trace != 0 && parent != 0;
        is_valid.then_some(Self { trace: TraceId(trace), parent: SpanId(parent), sampled: flags & 1 == 1 })
    }

    /// The context that a message carries.
    #[must_use]
    pub fn of(headers: &[Header]) -> Option<Self> {
        Self::parse(text_of(headers, TRACE_PARENT)?)
    }
}

/// What tracing systems added to a message's context.
#[must_use]
pub fn trace_state(headers: &[Header]) -> Option<&str> {
    text_of(headers, TRACE_STATE)
}

/// As version 0 writes it.
impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{:032x}-{:016x}-{:02x}", self.trace.0, self.parent.0, u8::from(self.sampled))
    }
}

fn text_of<'a>(headers: &'a [Header], name: &str) -> Option<&'a str> {
    match &headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?.value {
        HeaderValue::Text(text) => Some(text),
        HeaderValue::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
        HeaderValue::Number(_) | HeaderValue::Bool(_) => None,
    }
}

/// So many digits; capitals are not allowed.
fn hex(digits: &str, count: usize) -> Option<u128> {
    let is_hex = digits.len() == count && digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    if is_hex { u128::from_str_radix(digits, 16).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_context_reads_and_writes_as_the_recommendation_has_it() {
        let context = TraceContext::parse(KNOWN).expect("the recommendation's own example");
        assert_eq!(context.trace, TraceId(0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736));
        assert_eq!((context.parent, context.sampled), (SpanId(0x00f0_67aa_0ba9_02b7), true));
        assert_eq!(context.to_string(), KNOWN);
        let check = |text: &str, sampled: Option<bool>| {
            assert_eq!(TraceContext::parse(text).map(|context| context.sampled), sampled, "{text}");
        };
        check(&KNOWN.replace("-01", "-00"), Some(false));
        check(&KNOWN.replace("-01", "-03"), Some(true));
        check(&format!("cc{}-more", &KNOWN[2..]), Some(true));
        check(&format!("cc{}", &KNOWN[2..]), Some(true));
    }

    #[test]
    fn what_the_recommendation_forbids_is_no_context() {
        for text in [
            "",
            "00",
            &KNOWN[..54],
            &format!("{KNOWN}-more"),
            &format!("ff{}", &KNOWN[2..]),
            &format!("cc{}more", &KNOWN[2..]),
            &KNOWN.to_uppercase(),
            &KNOWN.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
            &KNOWN.replace("00f067aa0ba902b7", &"0".repeat(16)),
            &KNOWN.replace('-', "0"),
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-é",
        ] {
            assert_eq!(TraceContext::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_message_carries_it_in_a_header_of_either_case_as_text_or_bytes() {
        let header = |name: &str, value| vec![Header { name: name.into(), value }];
        for value in [HeaderValue::Text(KNOWN.into()), HeaderValue::Bytes(KNOWN.into())] {
            assert!(TraceContext::of(&header("Traceparent", value)).is_some());
        }
        assert_eq!(TraceContext::of(&header("traceparent", HeaderValue::Bool(true))), None);
        assert_eq!(TraceContext::of(&header("x-traceparent", HeaderValue::Text(KNOWN.into()))), None);
        assert_eq!(trace_state(&header("tracestate", HeaderValue::Text("a=1".into()))), Some("a=1"));
    }
}
