//! Where spans go, and how many messages have some.
//!
//! Invariant: neither an address nor a header's value is shown, for either may be all the proof that the receiver asks for.

use door::access::Secret;
use percent_encoding::percent_decode_str;
use serde::{Serialize, Serializer};
use std::fmt::{self, Display};
use std::str::FromStr;

/// A URL of `http` or `https`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WebAddress(Secret);

impl WebAddress {
    /// The URL. Whoever calls this answers for where it goes.
    pub(crate) fn as_str(&self) -> &str {
        self.0.expose()
    }
}

impl FromStr for WebAddress {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_web = ["http://", "https://"].iter().any(|scheme| text.starts_with(scheme));
        if is_web { Ok(Self(Secret::new(text))) } else { Err("expected a URL that begins with http:// or https://") }
    }
}

impl Serialize for WebAddress {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Headers, as `name=value,name=value`; values may be percent-encoded, as OpenTelemetry has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OtlpHeaders(Vec<(String, Secret)>);

impl OtlpHeaders {
    /// Names and values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Secret)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl FromStr for OtlpHeaders {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=')?;
            let value = percent_decode_str(value.trim()).decode_utf8().ok()?;
            let name = name.trim();
            (!name.is_empty()).then(|| (name.to_owned(), Secret::new(value)))
        };
        let pairs: Option<Vec<_>> = text.split(',').filter(|text| !text.trim().is_empty()).map(pair).collect();
        pairs.map(Self).ok_or("expected name=value, and commas between several")
    }
}

impl Serialize for OtlpHeaders {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let encoded = |value: &Secret| {
            percent_encoding::utf8_percent_encode(value.expose(), percent_encoding::NON_ALPHANUMERIC).to_string()
        };
        let pairs: Vec<_> = self.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        serializer.serialize_str(&pairs.join(","))
    }
}

/// A share, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct TraceRatio(pub(crate) f64);

impl Default for TraceRatio {
    fn default() -> Self {
        Self(1.0)
    }
}

impl FromStr for TraceRatio {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let ratio = text.parse().ok().filter(|ratio| (0.0..=1.0).contains(ratio));
        ratio.map(Self).ok_or("expected a number from 0 to 1")
    }
}

impl Display for TraceRatio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.0, f)
    }
}

impl Serialize for TraceRatio {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_as_opentelemetry_writes_them_and_never_shown() {
        let headers: OtlpHeaders = "authorization=Basic%20aHVzaA%3D%3D, x-team = shop,".parse().expect("two headers");
        let read: Vec<_> = headers.iter().map(|(name, value)| (name, value.expose())).collect();
        assert_eq!(read, [("authorization", "Basic aHVzaA=="), ("x-team", "shop")]);
        assert!(!format!("{headers:?}").contains("aHVz"));
        let written = serde_json::to_value(&headers).expect("a text");
        assert_eq!(written.as_str().expect("a text").parse(), Ok(headers));
        for refused in ["authorization", "=x", "a=b,c"] {
            assert!(refused.parse::<OtlpHeaders>().is_err(), "{refused}");
        }
    }

    #[test]
    fn ratios_and_addresses_are_checked() {
        assert_eq!("0.25".parse(), Ok(TraceRatio(0.25)));
        for refused in ["", "-0.1", "1.1", "NaN", "half"] {
            assert!(refused.parse::<TraceRatio>().is_err(), "{refused}");
        }
        let address: WebAddress = "https://user:hush@collector:4318".parse().expect("a URL");
        assert!(!format!("{address:?}").contains("hush"));
        assert!("collector:4318".parse::<WebAddress>().is_err());
    }
}
