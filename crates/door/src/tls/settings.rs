//! From PEM to what rustls needs: TLS 1.2 and 1.3 with the cryptography of `ring`, and a verifier of clients where there are
//! authorities for them.

use super::TlsError;
use super::files::{Contents, Files};
use rustls::crypto::ring;
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig};
use std::path::Path;
use std::sync::Arc;

/// Settings without a door's protocols, which are added with each handshake.
///
/// Sessions to resume are kept in them, so a client that resumes has shown its certificate to these very settings.
pub(super) fn settings(files: &Files, contents: &Contents) -> Result<ServerConfig, TlsError> {
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().expect("ring's provider has suites of both versions");
    let builder = match (&files.client_ca, &contents.client_ca) {
        (Some(path), Some(pem)) => builder.with_client_cert_verifier(verifier(path, pem)?),
        _ => builder.with_no_client_auth(),
    };
    let chain = certificates(&files.cert, &contents.cert)?;
    let key = private_key(&files.key, &contents.key)?;
    let unfit = |source| TlsError::Unfit { cert: files.cert.clone(), key: files.key.clone(), source };
    builder.with_single_cert(chain, key).map_err(unfit)
}

fn verifier(path: &Path, pem: &[u8]) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let mut roots = RootCertStore::empty();
    for authority in certificates(path, pem)? {
        roots.add(authority).map_err(|source| TlsError::BadAuthority { path: path.to_owned(), source })?;
    }
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::new(ring::default_provider()));
    builder.build().map_err(|source| TlsError::UnfitAuthorities { path: path.to_owned(), source })
}

fn certificates(path: &Path, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Result<Vec<_>, PemError> = CertificateDer::pem_slice_iter(pem).collect();
    let found = found.map_err(|source| TlsError::NotPem { path: path.to_owned(), source })?;
    if found.is_empty() { Err(TlsError::NoCertificate(path.to_owned())) } else { Ok(found) }
}

fn private_key(path: &Path, pem: &[u8]) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_slice(pem).map_err(|error| match error {
        PemError::NoItemsFound => TlsError::NoKey(path.to_owned()),
        source => TlsError::NotPem { path: path.to_owned(), source },
    })
}
