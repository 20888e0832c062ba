//! Why a question got no answer, and what to do next.

use super::Address;
use crate::trust::{self, TrustError};
use serde::Deserialize;
use std::io;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskError {
    /// Nobody is there.
    #[error(
        "no server answers at {address} ({why})\n  start one:          longshore serve\n  or say where it is: --server HOST:PORT, \
         or LONGSHORE_ADMIN in the environment"
    )]
    NotRunning {
        /// Where it was looked for.
        address: Address,
        /// The system's words.
        why: String,
    },
    /// The connection broke, or took too long.
    #[error("the server at {address} was asked, and then {why}")]
    Broken {
        /// Where it was asked.
        address: Address,
        /// What happened.
        why: String,
    },
    /// TLS is not as it should be.
    #[error(
        "TLS with {address} fails: {why}\n  --tls-ca FILE names the authority that the server's certificate is signed by; --server http://… speaks \
         plain text"
    )]
    Tls {
        /// Where it was asked.
        address: Address,
        /// What is wrong.
        why: String,
    },
    /// The file with the authorities cannot be used.
    #[error("--tls-ca {0}")]
    Authorities(#[from] TrustError),
    /// The server said no.
    #[error("{}", refused(*.status, .refusal))]
    Refused {
        /// The HTTP status.
        status: u16,
        /// In its own words.
        refusal: Refusal,
    },
    /// The answer is none of a server of ours.
    #[error("what answers at {address} is no admin door of Longshore: {why}")]
    NotOurs {
        /// Where it was asked.
        address: Address,
        /// What came.
        why: String,
    },
}

/// A refusal, as the admin API writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Refusal {
    /// One of the contract's codes.
    pub(crate) code: String,
    /// In plain words.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) hint: Option<String>,
}

fn refused(status: u16, refusal: &Refusal) -> String {
    let advice = match (refusal.hint.as_deref(), status) {
        (Some(hint), _) => hint,
        (None, 401) => "say who you are: --user NAME or LONGSHORE_USER, with the secret in LONGSHORE_SECRET",
        (None, 403) => "this user may not do that: longshore users shows who may",
        (None, 503) => "the server is starting or stopping: ask again in a moment",
        (None, _) => return refusal.message.clone(),
    };
    format!("{}\n  {advice}", refusal.message)
}

impl AskError {
    /// Whether the same question may be answered in a moment.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::NotRunning { .. } | Self::Broken { .. } => true,
            Self::Refused { status, .. } => *status >= 500 || *status == 429,
            Self::Tls { .. } | Self::Authorities(_) | Self::NotOurs { .. } => false,
        }
    }

    /// What the HTTP client met, in these words.
    pub(super) fn of(address: &Address, error: ureq::Error) -> Self {
        let address = address.clone();
        match error {
            ureq::Error::Io(error) if is_nobody(&error) => Self::NotRunning { address, why: error.to_string() },
            ureq::Error::HostNotFound => Self::NotRunning { address, why: "there is no such host".to_owned() },
            ureq::Error::ConnectionFailed => Self::NotRunning { address, why: "nobody listens there".to_owned() },
            ureq::Error::Timeout(ureq::Timeout::Connect) => {
                Self::NotRunning { address, why: "it takes no connection".to_owned() }
            }
            ureq::Error::Tls(why) => Self::Tls { address, why: why.to_owned() },
            ureq::Error::Rustls(error) => Self::Tls { address, why: error.to_string() },
            ureq::Error::Io(error) if trust::is_of_tls(&error) => Self::Tls { address, why: error.to_string() },
            ureq::Error::Protocol(error) => {
                Self::NotOurs { address, why: format!("{error}; does it speak TLS? then --server https://…") }
            }
            other => Self::Broken { address, why: other.to_string() },
        }
    }
}

fn is_nobody(error: &io::Error) -> bool {
    use io::ErrorKind::{AddrNotAvailable, ConnectionRefused, HostUnreachable, NetworkUnreachable};
    matches!(error.kind(), ConnectionRefused | HostUnreachable | NetworkUnreachable | AddrNotAvailable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_says_what_to_do_next() {
        let address: Address = "9325".parse().expect("an address");
        let nobody = AskError::of(&address, ureq::Error::Io(io::ErrorKind::ConnectionRefused.into()));
        assert!(nobody.to_string().contains("longshore serve") && nobody.may_pass(), "{nobody}");
        let refusal = |hint: Option<&str>| Refusal {
            code: "no_such_queue".to_owned(),
            message: "there is no queue `x`".to_owned(),
            hint: hint.map(str::to_owned),
        };
        assert_eq!(refused(404, &refusal(Some("look"))), "there is no queue `x`\n  look");
        assert_eq!(refused(404, &refusal(None)), "there is no queue `x`");
        assert!(refused(401, &refusal(None)).contains("LONGSHORE_SECRET"));
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let of = |status| AskError::Refused { status, refusal: Refusal::default() };
        assert!(of(503).may_pass() && of(429).may_pass());
        assert!(!of(404).may_pass() && !of(403).may_pass());
    }
}
