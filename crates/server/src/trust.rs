//! Whom this program trusts where it is a client: the authorities of one file, else those that this machine trusts, over the TLS that the
//! doors speak too.
//!
//! What it is not: who is let in at a door, which is [`crate::tls`]'s. Invariant: the machine's authorities are read only for a server
//! that is spoken to over TLS.

use std::io;
use std::path::Path;
use std::sync::Arc;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem};

/// A file of authorities that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {why}")]
pub(crate) struct TrustError {
    /// Which file.
    pub(crate) file: String,
    /// What is wrong with it.
    pub(crate) why: String,
}

/// TLS for a client that trusts this machine's authorities; `needed` where it will be spoken.
pub(crate) fn machines(needed: bool) -> TlsConfig {
    let found = if needed { rustls_native_certs::load_native_certs().certs } else { Vec::new() };
    with_roots(found.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect())
}

/// TLS for a client that trusts the authorities in a file alone.
pub(crate) fn file(file: &Path) -> Result<TlsConfig, TrustError> {
    let wrong = |why: String| TrustError { file: file.display().to_string(), why };
    #[expect(clippy::disallowed_methods, reason = "an operator's own file, no part of a store")]
    let pem = std::fs::read(file).map_err(|error| wrong(error.to_string()))?;
    let items: Result<Vec<PemItem<'static>>, ureq::Error> = parse_pem(&pem).collect();
    let certificates = items.map_err(|error| wrong(error.to_string()))?.into_iter().filter_map(|item| match item {
        PemItem::Certificate(certificate) => Some(certificate),
        _ => None,
    });
    let certificates: Vec<_> = certificates.collect();
    if certificates.is_empty() {
        return Err(wrong("it holds no certificate in PEM".to_owned()));
    }
    Ok(with_roots(certificates))
}

/// Whether a connection broke because its TLS did: the library tells it as an error of the connection.
pub(crate) fn is_of_tls(error: &io::Error) -> bool {
    error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>)
}

fn with_roots(roots: Vec<Certificate<'static>>) -> TlsConfig {
    TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(RootCerts::from(roots))
        .build()
}

#[cfg(test)]
pub(crate) mod listener;
#[cfg(test)]
mod tests;
