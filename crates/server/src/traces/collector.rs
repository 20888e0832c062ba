//! One collector: a request is posted, and the answer says whether it was taken.
//!
//! What it is not: trying again. Invariant: no text of an error shows the URL or a header.

use crate::config::{OtlpHeaders, WebAddress};
use crate::trust::{self, TrustError};
use std::path::Path;
use std::time::Duration;
use ureq::Agent;
use ureq::http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use ureq::http::{Request, Uri};

/// A collector that takes longer has not taken it.
const ANSWER: Duration = Duration::from_secs(10);

/// Where collectors take traces, behind their address.
const PATH: &str = "/v1/traces";

/// Why there is no collector.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CollectorError {
    /// Not an address.
    #[error("otlp_endpoint is no URL with a host")]
    Url,
    /// What no header can hold.
    #[error("otlp_headers: {0:?} cannot be sent as a header")]
    Header(String),
    /// The file with whom it trusts cannot be used.
    #[error("otlp_ca: {0}")]
    Authorities(#[from] TrustError),
}

/// Whom spans are sent to.
#[derive(Clone, Debug)]
pub(crate) struct Collector {
    agent: Agent,
    url: Uri,
    headers: HeaderMap,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was taken.
    Taken,
    /// It was not, and may be another time.
    NotNow(&'static str),
    /// It was not, and will never be.
    Never(u16),
}

impl Collector {
    /// The collector at an address, with these headers on each request.
    pub(crate) fn new(
        address: &WebAddress,
        headers: Option<&OtlpHeaders>,
        authorities: Option<&Path>,
    ) -> Result<Self, CollectorError> {
        let url: Uri = endpoint(address.as_str()).parse().map_err(|_| CollectorError::Url)?;
        if url.host().is_none() {
            return Err(CollectorError::Url);
        }
        let tls = match authorities {
            Some(file) => trust::file(file)?,
            None => trust::machines(url.scheme_str() == Some("https")),
        };
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(ANSWER))
            .user_agent(concat!("longshore/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls);
        let mut map = HeaderMap::new();
        for (name, value) in headers.into_iter().flat_map(OtlpHeaders::iter) {
            let wrong = || CollectorError::Header(name.to_owned());
            let mut value = HeaderValue::from_str(value.expose()).map_err(|_| wrong())?;
            value.set_sensitive(true);
            map.insert(HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?, value);
        }
        Ok(Self { agent: config.build().new_agent(), url, headers: map })
    }

    /// Posts a request and waits for the answer; blocks.
    pub(super) fn send(&self, body: Vec<u8>) -> Outcome {
        let mut request = Request::post(self.url.clone()).header(CONTENT_TYPE, "application/x-protobuf");
        if let Some(headers) = request.headers_mut() {
            headers.extend(self.headers.clone());
        }
        let request = request.body(body).expect("its parts were checked when it was made");
        match self.agent.run(request) {
            Ok(answer) => outcome(answer.status().as_u16()),
            Err(error) => Outcome::NotNow(kind(&error)),
        }
    }
}

/// The address with the path for traces, which it may have already.
fn endpoint(address: &str) -> String {
    let address = address.trim_end_matches('/');
    if address.ends_with(PATH) { address.to_owned() } else { format!("{address}{PATH}") }
}

/// OTLP names the answers after which a request may be sent again.
fn outcome(status: u16) -> Outcome {
    match status {
        200..300 => Outcome::Taken,
        429 => Outcome::NotNow("it has too much to do"),
        502..=504 => Outcome::NotNow("it is not available"),
        _ => Outcome::Never(status),
    }
}

/// An error's own text may quote the URL.
fn kind(error: &ureq::Error) -> &'static str {
    match error {
        ureq::Error::Timeout(_) => "it did not answer in time",
        ureq::Error::HostNotFound => "its host is not known",
        ureq::Error::Rustls(_) | ureq::Error::Tls(_) => "its certificate is not trusted, or it speaks no TLS",
        ureq::Error::Io(error) if trust::is_of_tls(error) => "its certificate is not trusted, or it speaks no TLS",
        ureq::Error::Io(_) | ureq::Error::ConnectionFailed => "it cannot be reached",
        _ => "it did not answer as HTTP does; is it a collector of gRPC?",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::listener::https;
    use door::tls::test_support::{Authority, write};

    #[test]
    fn the_path_is_added_where_it_is_missing() {
        for address in ["http://c:4318", "http://c:4318/", "http://c:4318/v1/traces"] {
            assert_eq!(endpoint(address), "http://c:4318/v1/traces");
        }
        assert_eq!(endpoint("https://c/otlp"), "https://c/otlp/v1/traces");
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        assert_eq!(outcome(200), Outcome::Taken);
        for status in [429, 502, 503, 504] {
            assert!(matches!(outcome(status), Outcome::NotNow(_)), "{status}");
        }
        for status in [301, 400, 401, 404, 500] {
            assert_eq!(outcome(status), Outcome::Never(status));
        }
    }

    #[test]
    fn a_collector_over_tls_is_sent_to_where_its_authority_is_trusted() {
        let (folder, authority) = (tempfile::tempdir().expect("a folder"), Authority::new("ours"));
        let (url, bodies) = https(&authority.server());
        let address = url.parse().expect("a URL");
        let authorities = folder.path().join("ca.pem");
        write(&authorities, &authority.pem);
        let trusting = Collector::new(&address, None, Some(&authorities)).expect("a collector");
        assert_eq!(trusting.send(b"spans".to_vec()), Outcome::Taken);
        assert_eq!(bodies.recv().expect("it was taken"), b"spans");
        let stranger = Collector::new(&address, None, None).expect("a collector");
        assert_eq!(stranger.send(Vec::new()), Outcome::NotNow("its certificate is not trusted, or it speaks no TLS"));
    }
}
