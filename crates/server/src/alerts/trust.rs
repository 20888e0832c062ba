//! Whom webhooks' clients trust: the authorities that this machine trusts, over the TLS that the doors speak too.

use std::sync::Arc;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

/// TLS for a client. Authorities are only looked for where they are `needed`.
pub(super) fn tls_config(needed: bool) -> TlsConfig {
    let found = if needed { rustls_native_certs::load_native_certs().certs } else { Vec::new() };
    let roots: Vec<_> = found.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect();
    TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(RootCerts::from(roots))
        .build()
}
