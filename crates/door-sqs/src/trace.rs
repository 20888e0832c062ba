//! AWS's trace header (X-Ray's), and the neutral context that other doors know: one as the other.
//!
//! ```text
//!  Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1
//!         | |        └ 12 bytes             └ 8 bytes               └ 1: recorded; 0; ? or nothing: not decided
//!         | └ 4 bytes: seconds; with what follows the trace's 16 bytes
//!         └ version
//!  00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01
//! ```
//!
//! What it is not: a change to either. What a client sent through this door, this door hands out as it was. Invariant: a header that names no
//! trace or no parent has no neutral form, for that needs both; what is not decided is told as not recorded.

use vocab::trace::TRACE_PARENT;
use vocab::{Header, HeaderValue, SpanId, TraceContext, TraceId};

/// Bytes of the neutral header, name and value.
const HEADER_BYTES: u64 = 11 + 55;

/// The context that a trace header tells.
pub(crate) fn context(trace: &str) -> Option<TraceContext> {
    let field = |name: &str| {
        let mut fields = trace.split(';').filter_map(|field| field.trim().split_once('='));
        fields.find(|(known, _)| *known == name).map(|(_, value)| value)
    };
    let (seconds, rest) = field("Root")?.strip_prefix("1-")?.split_once('-')?;
    let root = (seconds.len() == 8 && rest.len() == 24).then(|| format!("{seconds}{rest}").to_ascii_lowercase())?;
    let parent = field("Parent")?.to_ascii_lowercase();
    let flags = if field("Sampled") == Some("1") { "01" } else { "00" };
    TraceContext::parse(&format!("00-{root}-{parent}-{flags}"))
}

/// A context as a trace header.
pub(crate) fn header(context: &TraceContext) -> String {
    let TraceContext { trace: TraceId(trace), parent: SpanId(parent), sampled } = context;
    let root = format!("{trace:032x}");
    let (seconds, rest) = root.split_at(8);
    format!("Root=1-{seconds}-{rest};Parent={parent:016x};Sampled={}", u8::from(*sampled))
}

/// The neutral header for a message of `bytes` that came with this trace header: none where its attributes have one already, or where
/// it would make the message longer than it may be.
pub(crate) fn neutral(trace: Option<&str>, headers: &[Header], bytes: usize, bytes_max: u64) -> Option<Header> {
    let context = context(trace?)?;
    let has_own = headers.iter().any(|header| header.name.eq_ignore_ascii_case(TRACE_PARENT));
    let fits = bytes as u64 + HEADER_BYTES <= bytes_max;
    let value = HeaderValue::Text(context.to_string());
    (fits && !has_own).then(|| Header { name: TRACE_PARENT.to_owned(), value })
}

#[cfg(test)]
mod tests {
    use super::*;

    const AWS: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    const W3C: &str = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01";

    #[test]
    fn one_is_read_as_the_other_and_back() {
        let read = context(AWS).expect("AWS's own example");
        assert_eq!(read.to_string(), W3C);
        assert_eq!(header(&read), AWS);
        let check = |text: &str, flags: Option<&str>| {
            assert_eq!(context(text).map(|context| context.to_string()[53..].to_owned()).as_deref(), flags, "{text}");
        };
        check(&AWS.replace("=1", "=0").replace("Root=0", "Root=1"), Some("00"));
        check(&AWS.replace("Sampled=1", "Sampled=?"), Some("00"));
        check(&AWS.replace(";Sampled=1", ""), Some("00"));
        check(&format!("Self=1-67891234-12456789abcdef012345678;{AWS};Lineage=a:1"), Some("01"));
        check("Parent=53995c3f42cd8ad8; Sampled=1; Root=1-5759E988-BD862E3FE1BE46A994272793", Some("01"));
        for text in
            ["", "Root=1", "Root=1-5759e988-bd862e3fe1be46a994272793", "Root=1-x-y;Parent=z", &AWS.replace("53", "x")]
        {
            check(text, None);
        }
    }

    #[test]
    fn the_neutral_header_stands_back_where_there_is_one_and_where_it_does_not_fit() {
        let own = [Header { name: "traceparent".into(), value: HeaderValue::Text("own".into()) }];
        let made = neutral(Some(AWS), &[], 100, 166).expect("it fits");
        assert_eq!((made.name.as_str(), made.value), ("traceparent", HeaderValue::Text(W3C.into())));
        assert_eq!(neutral(Some(AWS), &[], 101, 166), None);
        assert_eq!(neutral(Some(AWS), &own, 100, 1000), None);
        assert_eq!(neutral(Some("own"), &[], 100, 1000), None);
        assert_eq!(neutral(None, &[], 100, 1000), None);
    }
}
