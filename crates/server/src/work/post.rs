//! A message as a request: the body as its body, the facts as headers.
//!
//! What it is not: following. A redirection is an answer that is not 2xx, and has failed.

use super::delivery::Delivery;
use super::reason::LastWords;
use super::settlement::Ending;
use crate::cli::Span;
use crate::tools::ToolError;
use crate::trust;
use std::io::Read;
use std::time::{Duration, SystemTime};
use ureq::Agent;
use ureq::http::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use ureq::http::{Request, Uri};
use vocab::clock::{Clock, SystemClock};

/// Bytes of a refusal's body that are kept as its reason.
const SAID_BYTES: u64 = 2048;

/// Where messages go.
#[derive(Debug)]
pub(super) struct Post {
    agent: Agent,
    url: Uri,
}

impl Post {
    /// To this URL, each answered within `limit`.
    pub(super) fn new(url: &str, limit: Span) -> Result<Self, ToolError> {
        let wrong = |why: String| ToolError::Wrong { what: format!("--post {url}"), why };
        let parsed: Uri = url.parse().map_err(|error| wrong(format!("{error}")))?;
        if !matches!(parsed.scheme_str(), Some("http" | "https")) || parsed.host().is_none() {
            return Err(wrong("expected a URL that begins with http:// or https://".to_owned()));
        }
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_millis(limit.ms)))
            .user_agent(concat!("longshore/", env!("CARGO_PKG_VERSION")))
            .tls_config(trust::machines(parsed.scheme_str() == Some("https")));
        Ok(Self { agent: config.build().new_agent(), url: parsed })
    }

    /// Sends one, and waits for its answer.
    pub(super) fn send(&self, body: &[u8], variables: &[(String, String)], delivery: &Delivery) -> (Ending, LastWords) {
        let mut request = Request::post(self.url.clone()).header(CONTENT_TYPE, content_type(delivery));
        for (name, value) in variables {
            if let Some((name, value)) = header(name, value) {
                request = request.header(name, value);
            }
        }
        let broken = |error: String| (Ending::Broken(format!("no answer: {error}")), LastWords::default());
        let request = match request.body(body) {
            Ok(request) => request,
            Err(error) => return broken(error.to_string()),
        };
        let answer = match self.agent.run(request) {
            Ok(answer) => answer,
            Err(error) => return broken(error.to_string()),
        };
        let status = answer.status().as_u16();
        let asked = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after_ms = asked.and_then(|text| retry_after_ms(text, SystemClock::new().wall_ms()));
        let mut said = Vec::new();
        // What is left of the answer is no matter: its status decides.
        let _read = answer.into_body().into_reader().take(SAID_BYTES).read_to_end(&mut said);
        let mut words = LastWords::default();
        words.add(&said);
        (Ending::Answered { status, retry_after_ms }, words)
    }
}

/// What the message says of itself, or bytes.
fn content_type(delivery: &Delivery) -> HeaderValue {
    let said = delivery.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let said = said.and_then(|(_, value)| HeaderValue::from_str(value.as_str()?).ok());
    said.unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

/// `LONGSHORE_MESSAGE_ID` as `longshore-message-id`. What no header can hold is left out.
fn header(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    let name = name.to_ascii_lowercase().replace('_', "-");
    Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_bytes(value.as_bytes()).ok()?))
}

/// Seconds, or a date.
fn retry_after_ms(text: &str, now_ms: u64) -> Option<u64> {
    if let Ok(seconds) = text.trim().parse::<u64>() {
        return seconds.checked_mul(1000);
    }
    let date = httpdate::parse_http_date(text).ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(u64::try_from(date.as_millis()).ok()?.saturating_sub(now_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(retry_after_ms("120", 0), Some(120_000));
        assert_eq!(retry_after_ms("Thu, 01 Jan 1970 00:01:00 GMT", 15_000), Some(45_000));
        assert_eq!(retry_after_ms("Thu, 01 Jan 1970 00:00:00 GMT", 15_000), Some(0));
        assert_eq!(retry_after_ms("soon", 0), None);
    }

    #[test]
    fn facts_are_headers_of_the_same_names() {
        let (name, value) = header("LONGSHORE_MESSAGE_ID", "x").expect("a header");
        assert_eq!((name.as_str(), value.to_str().expect("text")), ("longshore-message-id", "x"));
        assert!(header("LONGSHORE_HEADER_A", "line\nbreak").is_none());
    }

    #[test]
    fn only_urls_of_the_web_are_taken() {
        let limit = Span { ms: 1000 };
        assert!(Post::new("http://localhost:1/x", limit).is_ok());
        for url in ["localhost:1", "ftp://a/", "/path", "http://"] {
            Post::new(url, limit).expect_err(url);
        }
    }
}
