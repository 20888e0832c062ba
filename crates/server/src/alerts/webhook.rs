//! One webhook: a JSON object is posted, and the answer's status says whether it was taken.
//!
//! What it is not: following or trying again. Invariant: no text of an error shows the URL.

use super::notice::Notice;
use crate::config::AlertEntry;
use crate::trust::{self, TrustError};
use figment::value::magic::RelativePathBuf;
use std::io;
use std::path::PathBuf;
use std::time::Duration;
use ureq::Agent;
use ureq::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use ureq::http::{Request, Uri};

/// A receiver that takes longer has not taken it.
const ANSWER: Duration = Duration::from_secs(10);

/// Why an alert has no webhook.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WebhookError {
    /// Not an address.
    #[error("alert: {0:?}: its url is no URL")]
    Url(String),
    /// The file with its header cannot be read, or holds what no header can.
    #[error("alert: {name:?}: the authorization cannot be read from {}: {source}", .file.display())]
    Authorization {
        /// Which alert.
        name: String,
        /// Which file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file with whom it trusts cannot be used.
    #[error("alert: {name:?}: the authorities cannot be read from {source}")]
    Authorities {
        /// Which alert.
        name: String,
        /// Why.
        source: TrustError,
    },
}

/// Whom one alert tells.
#[derive(Clone, Debug)]
pub(super) struct Webhook {
    agent: Agent,
    url: Uri,
    authorization: Option<HeaderValue>,
}

/// What became of a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was taken.
    Taken,
    /// It was not, and may be another time.
    NotNow(String),
    /// It was not, and will never be.
    Never(String),
}

impl Webhook {
    /// The webhook of an alert.
    pub(super) fn of(entry: &AlertEntry) -> Result<Self, WebhookError> {
        let name = || entry.name.clone();
        let url: Uri = entry.url.expose().parse().map_err(|_| WebhookError::Url(name()))?;
        if url.host().is_none() {
            return Err(WebhookError::Url(name()));
        }
        let tls = match &entry.tls_ca_file {
            Some(file) => {
                trust::file(&file.relative()).map_err(|source| WebhookError::Authorities { name: name(), source })?
            }
            None => trust::machines(url.scheme_str() == Some("https")),
        };
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(ANSWER))
            .user_agent(concat!("longshore/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls);
        Ok(Self { agent: config.build().new_agent(), url, authorization: authorization(entry)? })
    }

    /// Posts a notice and waits for the answer; blocks.
    pub(super) fn tell(&self, notice: &Notice) -> Outcome {
        let mut request = Request::post(self.url.clone()).header(CONTENT_TYPE, "application/json");
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let body = serde_json::to_string(notice).expect("a notice is plain data");
        let request = request.body(body).expect("its parts were checked when it was made");
        match self.agent.run(request) {
            Ok(answer) => outcome(answer.status().as_u16()),
            Err(error) => Outcome::NotNow(kind(&error).to_owned()),
        }
    }
}

/// Whoever says that the request is at fault would say so again, but for those who are busy.
fn outcome(status: u16) -> Outcome {
    match status {
        200..300 => Outcome::Taken,
        408 | 425 | 429 => Outcome::NotNow(format!("it answered {status}")),
        300..500 => Outcome::Never(format!("it answered {status}")),
        _ => Outcome::NotNow(format!("it answered {status}")),
    }
}

/// An error's own text may quote the URL.
fn kind(error: &ureq::Error) -> &'static str {
    match error {
        ureq::Error::Timeout(_) => "it did not answer in time",
        ureq::Error::HostNotFound => "its host is not known",
        ureq::Error::Io(error) if trust::is_of_tls(error) => "its certificate is not trusted, or it speaks no TLS",
        ureq::Error::Io(_) | ureq::Error::ConnectionFailed => "it cannot be reached",
        ureq::Error::Rustls(_) | ureq::Error::Tls(_) => "its certificate is not trusted, or it speaks no TLS",
        _ => "it did not answer as HTTP does",
    }
}

/// The first line of the file.
fn authorization(entry: &AlertEntry) -> Result<Option<HeaderValue>, WebhookError> {
    let Some(file) = entry.authorization_file.as_ref().map(RelativePathBuf::relative) else { return Ok(None) };
    #[expect(clippy::disallowed_methods, reason = "a secret is configuration, not a part of the store")]
    let text = std::fs::read_to_string(&file);
    let header = text.and_then(|text| {
        let line = text.lines().next().unwrap_or_default().trim();
        HeaderValue::from_str(line).map_err(|_| io::Error::other("its first line is no value of a header"))
    });
    let mut header = header.map_err(|source| WebhookError::Authorization { name: entry.name.clone(), file, source })?;
    header.set_sensitive(true);
    Ok(Some(header))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alerts::notice::{State, text};
    use crate::config::Condition;
    use crate::trust::listener::https;
    use door::access::Secret;
    use door::tls::test_support::{Authority, write};

    #[test]
    fn a_webhook_over_tls_is_told_where_its_authority_is_trusted() {
        let (folder, authority) = (tempfile::tempdir().expect("a folder"), Authority::new("ours"));
        let (url, bodies) = https(&authority.server());
        let authorities = folder.path().join("ca.pem");
        write(&authorities, &authority.pem);
        let condition = Condition::DepthAbove(1);
        let entry = AlertEntry {
            name: "deep".to_owned(),
            queues: "*".to_owned(),
            condition,
            for_ms: 0,
            again_after_ms: 0,
            url: Secret::new(url),
            authorization_file: None,
            tls_ca_file: Some(authorities.into()),
        };
        let notice = Notice {
            alert: "deep".to_owned(),
            state: State::Firing,
            condition: "depth_above",
            queue: "orders".to_owned(),
            value: 2,
            threshold: 1,
            since_ms: 1,
            at_ms: 2,
            text: text(condition, State::Firing, "orders", 2),
        };
        assert_eq!(Webhook::of(&entry).expect("a webhook").tell(&notice), Outcome::Taken);
        let told: serde_json::Value = serde_json::from_slice(&bodies.recv().expect("it was told")).expect("JSON");
        assert_eq!(told["alert"], "deep");
        let stranger = Webhook::of(&AlertEntry { tls_ca_file: None, ..entry }).expect("a webhook");
        assert_eq!(
            stranger.tell(&notice),
            Outcome::NotNow("its certificate is not trusted, or it speaks no TLS".into())
        );
    }

    #[test]
    fn a_fault_of_ours_is_not_repeated_and_trouble_of_theirs_is() {
        assert_eq!(outcome(204), Outcome::Taken);
        for status in [301, 400, 403, 404, 410] {
            assert!(matches!(outcome(status), Outcome::Never(_)), "{status}");
        }
        for status in [408, 429, 500, 503] {
            assert!(matches!(outcome(status), Outcome::NotNow(_)), "{status}");
        }
    }
}
