//! One question at a time over HTTP: JSON there, JSON back, or a stream of bytes.
//!
//! Invariants: everything that is not a GET carries the header that says that it is meant; no proxy of the environment comes
//! between this client and its server.

use super::error::Refusal;
use super::{Address, AskError, Path};
use crate::cli::ServerArgs;
use crate::trust;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::io::Read;
use std::time::Duration;
use ureq::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use ureq::http::{Method, Request, Response};
use ureq::{Agent, Body};

/// The secret's variable. Command lines are seen by everybody on the machine.
const SECRET: &str = "LONGSHORE_SECRET";

/// A server that is there takes a connection at once.
const CONNECT: Duration = Duration::from_secs(5);

/// Longer than the longest wait that a question can ask for.
const ANSWER: Duration = Duration::from_secs(90);

/// Longest answer that is kept in memory, in bytes: a page of whole messages.
const ANSWER_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// Longest refusal that is read, in bytes.
const REFUSAL_BYTES_MAX: u64 = 64 * 1024;

/// A server, and how to ask it.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    agent: Agent,
    address: Address,
    authorization: Option<HeaderValue>,
}

impl Client {
    /// The server that the arguments name.
    pub(crate) fn new(server: &ServerArgs) -> Result<Self, AskError> {
        let address = match &server.tls_ca {
            Some(_) => server.server.clone().secured(),
            None => server.server.clone(),
        };
        let tls = match &server.tls_ca {
            Some(authorities) => trust::file(authorities)?,
            None => trust::machines(address.is_secure()),
        };
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .user_agent(concat!("longshore/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(ANSWER))
            .tls_config(tls);
        let secret = std::env::var(SECRET).ok();
        let authorization = authorization(server.user.as_deref(), secret.as_deref());
        Ok(Self { agent: config.build().new_agent(), address, authorization })
    }

    /// Where the server is.
    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    /// Asks, and understands the answer.
    pub(crate) fn get<T: DeserializeOwned>(&self, path: &Path) -> Result<T, AskError> {
        self.read(self.ask(&Method::GET, path, None)?)
    }

    /// Asks for something to be done.
    pub(crate) fn post<T: DeserializeOwned>(&self, path: &Path, body: &Value) -> Result<T, AskError> {
        self.read(self.ask(&Method::POST, path, Some(body))?)
    }

    /// Asks for something to be done that is answered by nothing but its success.
    pub(crate) fn post_quiet(&self, path: &Path, body: &Value) -> Result<(), AskError> {
        self.ask(&Method::POST, path, Some(body)).map(|_| ())
    }

    /// Asks for a change.
    pub(crate) fn patch<T: DeserializeOwned>(&self, path: &Path, body: &Value) -> Result<T, AskError> {
        self.read(self.ask(&Method::PATCH, path, Some(body))?)
    }

    /// Asks for something to be gone.
    pub(crate) fn delete(&self, path: &Path) -> Result<(), AskError> {
        self.ask(&Method::DELETE, path, None).map(|_| ())
    }

    /// Asks for bytes without an end that is known beforehand.
    pub(crate) fn stream(&self, method: &Method, path: &Path) -> Result<impl Read + use<>, AskError> {
        Ok(self.ask(method, path, None)?.into_body().into_reader())
    }

    fn ask(&self, method: &Method, path: &Path, body: Option<&Value>) -> Result<Response<Body>, AskError> {
        let mut request = Request::builder().method(method.clone()).uri(format!("{}{path}", self.address));
        if *method != Method::GET {
            request = request.header("longshore-change", "yes");
        }
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let not_asked = |error: ureq::http::Error| AskError::of(&self.address, ureq::Error::Http(error));
        let answer = match body {
            Some(body) => {
                let request = request.header(CONTENT_TYPE, "application/json");
                self.agent.run(request.body(body.to_string()).map_err(not_asked)?)
            }
            None if *method == Method::POST => self.agent.run(request.body(String::new()).map_err(not_asked)?),
            None => self.agent.run(request.body(()).map_err(not_asked)?),
        };
        let answer = answer.map_err(|error| AskError::of(&self.address, error))?;
        if answer.status().is_success() { Ok(answer) } else { Err(self.refusal(answer)) }
    }

    fn read<T: DeserializeOwned>(&self, mut answer: Response<Body>) -> Result<T, AskError> {
        let text = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
        let text = text.map_err(|error| AskError::of(&self.address, error))?;
        let not_ours = |error: serde_json::Error| AskError::NotOurs {
            address: self.address.clone(),
            why: format!("its answer cannot be understood: {error}"),
        };
        serde_json::from_slice(&text).map_err(not_ours)
    }

    fn refusal(&self, mut answer: Response<Body>) -> AskError {
        #[derive(Deserialize)]
        struct Envelope {
            error: Refusal,
        }
        let status = answer.status();
        let body = answer.body_mut().with_config().limit(REFUSAL_BYTES_MAX).lossy_utf8(true).read_to_string();
        let body = body.unwrap_or_default();
        match serde_json::from_str(&body) {
            Ok(Envelope { error: refusal }) => AskError::Refused { status: status.as_u16(), refusal },
            Err(_) if status.as_u16() == 503 => AskError::Refused {
                status: 503,
                refusal: Refusal { message: body.trim().to_owned(), ..Refusal::default() },
            },
            Err(_) => {
                let said = body.lines().next().unwrap_or_default().chars().take(200).collect::<String>();
                AskError::NotOurs { address: self.address.clone(), why: format!("{status} {said}") }
            }
        }
    }
}

/// A name and a secret are Basic; a secret alone is a bearer's. A name without a secret proves nothing and is left to the server
/// to refuse.
fn authorization(user: Option<&str>, secret: Option<&str>) -> Option<HeaderValue> {
    let text = match (user, secret) {
        (None, None) => return None,
        (None, Some(secret)) => format!("Bearer {secret}"),
        (Some(user), secret) => format!("Basic {}", STANDARD.encode(format!("{user}:{}", secret.unwrap_or_default()))),
    };
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_basic_and_a_secret_alone_a_bearers() {
        let shown = |user, secret| authorization(user, secret).map(|value| value.to_str().expect("text").to_owned());
        assert_eq!(shown(None, None), None);
        assert_eq!(shown(Some("shop"), Some("hush")).as_deref(), Some("Basic c2hvcDpodXNo"));
        assert_eq!(shown(None, Some("hush")).as_deref(), Some("Bearer hush"));
        let hidden = format!("{:?}", authorization(Some("shop"), Some("hush")));
        assert!(!hidden.contains("c2hv"), "{hidden}");
    }
}
