//! TLS on the doors, as the configuration wants it, and the signal that has its files read again.
//!
//! Invariant: SIGHUP is taken over only where there is something to read again. Elsewhere it ends the server as it ends any program
//! whose terminal is closed.

use crate::config::Config;
use crate::doors::Doors;
use crate::exit::Failure;
use door::Tls;
use door::tls::{Files, TlsError, watch};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Notify;

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsConfigError {
    /// One of two keys that need each other is missing, or both are.
    #[error("{given} is set but {missing} is not; TLS needs --tls-cert and --tls-key")]
    Incomplete {
        /// The key that is there.
        given: &'static str,
        /// The key that is not.
        missing: &'static str,
    },
    /// The files cannot be used.
    #[error(transparent)]
    Files(#[from] TlsError),
}

/// What the doors speak TLS with; `None` if they do not.
pub(crate) fn load(config: &Config) -> Result<Option<Tls>, TlsConfigError> {
    Ok(files(config)?.map(Tls::load).transpose()?)
}

fn files(config: &Config) -> Result<Option<Files>, TlsConfigError> {
    let given = |key: &Option<PathBuf>| key.clone().filter(|path| !path.as_os_str().is_empty());
    match (given(&config.tls_cert), given(&config.tls_key), given(&config.tls_client_ca)) {
        (Some(cert), Some(key), client_ca) => Ok(Some(Files { cert, key, client_ca })),
        (Some(_), None, _) => Err(TlsConfigError::Incomplete { given: "tls_cert", missing: "tls_key" }),
        (None, Some(_), _) => Err(TlsConfigError::Incomplete { given: "tls_key", missing: "tls_cert" }),
        (None, None, Some(_)) => Err(TlsConfigError::Incomplete { given: "tls_client_ca", missing: "tls_cert" }),
        (None, None, None) => Ok(None),
    }
}

/// As the `ready` line shows it.
pub(crate) fn shown(tls: Option<&Tls>) -> &'static str {
    match tls {
        None => "off",
        Some(tls) if tls.asks_clients() => "clients",
        Some(_) => "on",
    }
}

/// Keeps the certificate fresh for as long as `doors` are served.
pub(crate) fn keep_fresh(tls: Tls, doors: &Doors) -> Result<(), Failure> {
    let asked = Arc::new(Notify::new());
    doors.accompany(pass_on(signal(SignalKind::hangup())?, Arc::clone(&asked)));
    doors.accompany(watch(tls, asked));
    Ok(())
}

async fn pass_on(mut hangup: Signal, asked: Arc<Notify>) {
    while hangup.recv().await.is_some() {
        asked.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(cert: Option<&str>, key: Option<&str>, client_ca: Option<&str>) -> Config {
        let path = |name: Option<&str>| name.map(PathBuf::from);
        Config { tls_cert: path(cert), tls_key: path(key), tls_client_ca: path(client_ca), ..Config::default() }
    }

    #[test]
    fn certificate_and_key_need_each_other() {
        let refused =
            |cert, key, client_ca| files(&config(cert, key, client_ca)).expect_err("something is missing").to_string();
        assert!(refused(Some("a"), None, None).contains("tls_key is not"));
        assert!(refused(None, Some("b"), Some("c")).contains("tls_cert is not"));
        assert!(refused(None, None, Some("c")).contains("tls_client_ca is set"));
    }

    #[test]
    fn without_files_there_is_no_tls_and_with_them_there_is() {
        let read = |cert, key, client_ca| files(&config(cert, key, client_ca)).expect("nothing is missing");
        assert_eq!(read(None, None, None), None);
        assert_eq!(read(Some(""), Some(""), None), None);
        let expected = Files { cert: "a".into(), key: "b".into(), client_ca: Some("c".into()) };
        assert_eq!(read(Some("a"), Some("b"), Some("c")), Some(expected));
    }
}
