//! Whom the client trusts: one file of authorities where it was given, else those that this machine trusts.

use super::AskError;
use std::path::Path;
use std::sync::Arc;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem};

/// TLS as the rest of the program speaks it. Authorities are only looked for where they are needed.
pub(crate) fn config(authorities: Option<&Path>, needed: bool) -> Result<TlsConfig, AskError> {
    let roots = match authorities {
        Some(file) => from_file(file)?,
        None if needed => rustls_native_certs::load_native_certs()
            .certs
            .iter()
            .map(|certificate| Certificate::from_der(certificate).to_owned())
            .collect(),
        None => Vec::new(),
    };
    Ok(TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(RootCerts::from(roots))
        .build())
}

fn from_file(file: &Path) -> Result<Vec<Certificate<'static>>, AskError> {
    let wrong = |why: String| AskError::Authorities { file: file.display().to_string(), why };
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
    Ok(certificates)
}
