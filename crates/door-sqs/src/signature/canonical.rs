//! The canonical form of a request's head, which is what is signed: the same bytes whatever a proxy did to case, order and spaces.
//!
//! ```text
//!   METHOD \n PATH \n QUERY \n (name:value \n)* \n SIGNED_HEADERS \n        the hash of the body follows
//! ```
//!
//! Path: dot segments and doubled slashes resolved, then percent-encoded once more as it came (every service but S3).
//! Query: decoded, encoded, sorted by name and value, without the signature itself. Headers: names in lower case, values
//! trimmed with runs of spaces made one, repeated ones joined by commas.

use hyper::header::HeaderMap;
use hyper::http::request::Parts;
use hyper::http::uri::Authority;
use percent_encoding::percent_decode_str;
use std::fmt::Write;

const SIGNATURE_PARAMETER: &str = "X-Amz-Signature";

/// What a signature covers of a request, besides its body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestHead<'a> {
    /// Its method.
    pub(crate) method: &'a str,
    /// Its path, as it was sent.
    pub(crate) path: &'a str,
    /// Its query, as it was sent; empty where there is none.
    pub(crate) query: &'a str,
    /// Its headers.
    pub(crate) headers: &'a HeaderMap,
    /// Where HTTP/2 puts what HTTP/1.1 calls `Host`.
    pub(crate) authority: Option<&'a str>,
}

impl<'a> RequestHead<'a> {
    /// Of a request as hyper has it.
    pub(crate) fn of(parts: &'a Parts) -> Self {
        Self {
            method: parts.method.as_str(),
            path: parts.uri.path(),
            query: parts.uri.query().unwrap_or_default(),
            headers: &parts.headers,
            authority: parts.uri.authority().map(Authority::as_str),
        }
    }

    /// A header's first value, if it is text.
    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether a header was sent.
    pub(super) fn has(&self, name: &str) -> bool {
        self.headers.contains_key(name)
    }

    /// The canonical form up to the hash of the body. `None` where the signed headers are not in strictly ascending order, as every
    /// client writes them: repeating one could make this long.
    pub(super) fn canonical(&self, signed_headers: &str) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(512 + self.query.len());
        for part in [self.method, &path(self.path), &query(self.query, true)] {
            out.extend_from_slice(part.as_bytes());
            out.push(b'\n');
        }
        let mut before = "";
        for name in signed_headers.split(';') {
            if name <= before {
                return None;
            }
            before = name;
            out.extend_from_slice(name.as_bytes());
            out.push(b':');
            self.write_values(&mut out, name);
            out.push(b'\n');
        }
        out.push(b'\n');
        out.extend_from_slice(signed_headers.as_bytes());
        out.push(b'\n');
        Some(out)
    }

    fn write_values(&self, out: &mut Vec<u8>, name: &str) {
        let mut values = self.headers.get_all(name).iter().peekable();
        if name == "host" && values.peek().is_none() {
            out.extend_from_slice(self.authority.unwrap_or_default().as_bytes());
        }
        while let Some(value) = values.next() {
            write_trimmed(out, value.as_bytes());
            if values.peek().is_some() {
                out.push(b',');
            }
        }
    }
}

/// A value without spaces around it, and with one for each run within.
fn write_trimmed(out: &mut Vec<u8>, value: &[u8]) {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t');
    let mut words = value.split(is_space).filter(|word| !word.is_empty());
    if let Some(first) = words.next() {
        out.extend_from_slice(first);
    }
    for word in words {
        out.push(b' ');
        out.extend_from_slice(word);
    }
}

/// A path, normalised and encoded once more.
pub(super) fn path(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    let mut out = String::with_capacity(path.len() + 8);
    for segment in &segments {
        out.push('/');
        encode(&mut out, segment.as_bytes());
    }
    let ends_open = path.ends_with('/') || path.ends_with("/.") || path.ends_with("/..");
    if segments.is_empty() || ends_open {
        out.push('/');
    }
    out
}

/// A query, sorted, without the signature where that is meant.
pub(super) fn query(query: &str, without_signature: bool) -> String {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let pairs = pairs.filter(|(name, _)| !without_signature || *name != SIGNATURE_PARAMETER);
    let mut pairs: Vec<(String, String)> = pairs.map(|(name, value)| (recoded(name), recoded(value))).collect();
    pairs.sort_unstable();
    let mut out = String::with_capacity(query.len() + 16);
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        out.extend([name.as_str(), "=", &value]);
    }
    out
}

/// A name or value: read as a form's, then written with every byte encoded that need be.
fn recoded(text: &str) -> String {
    let spaced = text.replace('+', " ");
    let mut out = String::with_capacity(text.len());
    encode(&mut out, &percent_decode_str(&spaced).collect::<Vec<u8>>());
    out
}

fn encode(out: &mut String, bytes: &[u8]) {
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("a String takes everything");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalised_and_encoded_once_more() {
        let check = |given: &str, expected: &str| assert_eq!(path(given), expected, "{given}");
        check("", "/");
        check("/", "/");
        check("//", "/");
        check("/000000000000/jobs", "/000000000000/jobs");
        check("/a/./b/../c", "/a/c");
        check("/a/..", "/");
        check("/../..", "/");
        check("/a//b/", "/a/b/");
        check("/a b/ü", "/a%20b/%C3%BC");
        check("/a%20b", "/a%2520b");
    }

    #[test]
    fn queries_are_sorted_by_name_then_value() {
        let check = |given: &str, expected: &str| assert_eq!(query(given, true), expected, "{given}");
        check("", "");
        check("b=2&a=1&b=1", "a=1&b=1&b=2");
        check("Param-3=x&Param=y", "Param=y&Param-3=x");
        check("flag&empty=", "empty=&flag=");
        check("a=x%2fy+z&X-Amz-Signature=00", "a=x%2Fy%20z");
        assert_eq!(query("X-Amz-Signature=00", false), "X-Amz-Signature=00");
    }

    #[test]
    fn a_header_named_twice_is_refused() {
        let headers = HeaderMap::new();
        let head = RequestHead { method: "GET", path: "/", query: "", headers: &headers, authority: Some("h") };
        assert_eq!(head.canonical("host").as_deref(), Some(&b"GET\n/\n\nhost:h\n\nhost\n"[..]));
        for bad in ["host;host", "x-amz-date;host", ""] {
            assert_eq!(head.canonical(bad), None, "{bad}");
        }
    }
}
