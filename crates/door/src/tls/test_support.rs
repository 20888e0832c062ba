//! Certificates for tests, made as they run, and clients that trust them.
//!
//! What it is not: part of the server. It exists under the feature `test-support` alone.

use super::Files;
use rcgen::{BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Somebody who signs certificates.
#[derive(Debug)]
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its own certificate, in PEM.
    pub pem: String,
}

/// A certificate and its key, in PEM.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The certificate.
    pub cert: String,
    /// The key.
    pub key: String,
}

impl Authority {
    /// A new authority with a key of its own.
    ///
    /// # Panics
    /// When no key can be made.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// A certificate for a server on loopback.
    ///
    /// # Panics
    /// When no key can be made.
    #[must_use]
    pub fn server(&self) -> Identity {
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
        self.sign(CertificateParams::new(names).expect("good names"), ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// A certificate for the client `name`.
    ///
    /// # Panics
    /// When no key can be made.
    #[must_use]
    pub fn client(&self, name: &str) -> Identity {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::OrganizationName, "Example");
        params.distinguished_name.push(DnType::CommonName, name);
        self.sign(params, ExtendedKeyUsagePurpose::ClientAuth)
    }

    fn sign(&self, mut params: CertificateParams, usage: ExtendedKeyUsagePurpose) -> Identity {
        params.extended_key_usages = vec![usage];
        let key = KeyPair::generate().expect("a key");
        let cert = params.signed_by(&key, &self.issuer).expect("a certificate").pem();
        Identity { cert, key: key.serialize_pem() }
    }
}

impl Identity {
    /// Writes it into `folder`, over what was there, and gives the files' names.
    ///
    /// # Panics
    /// When the system refuses.
    #[must_use]
    pub fn files(&self, folder: &Path) -> Files {
        let files = Files { cert: folder.join("server.crt"), key: folder.join("server.key"), client_ca: None };
        write(&files.cert, &self.cert);
        write(&files.key, &self.key);
        files
    }
}

/// Writes one of the operator's files.
///
/// # Panics
/// When the system refuses.
pub fn write(path: &Path, text: &str) {
    #[expect(clippy::disallowed_methods, reason = "a test plays the operator")]
    std::fs::write(path, text).expect("a file");
}

/// A client of TLS.
#[derive(Clone, Debug)]
pub struct Client {
    roots: RootCertStore,
    identity: Option<Identity>,
    protocols: Vec<Vec<u8>>,
    versions: &'static [&'static SupportedProtocolVersion],
}

impl Client {
    /// One that trusts `authority`, shows no certificate, names no protocol and speaks every version.
    ///
    /// # Panics
    /// Never: the authority made its certificate itself.
    #[must_use]
    pub fn trusting(authority: &Authority) -> Self {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(authority.pem.as_bytes()) {
            roots.add(certificate.expect("PEM")).expect("a certificate");
        }
        Self { roots, identity: None, protocols: Vec::new(), versions: rustls::ALL_VERSIONS }
    }

    /// The same, showing this certificate.
    #[must_use]
    pub fn showing(self, identity: &Identity) -> Self {
        Self { identity: Some(identity.clone()), ..self }
    }

    /// The same, naming these protocols (ALPN).
    #[must_use]
    pub fn naming(self, protocols: &[&str]) -> Self {
        Self { protocols: protocols.iter().map(|name| name.as_bytes().to_vec()).collect(), ..self }
    }

    /// The same, speaking only these versions of TLS.
    #[must_use]
    pub fn speaking(self, versions: &'static [&'static SupportedProtocolVersion]) -> Self {
        Self { versions, ..self }
    }

    /// Connects to this port of loopback and shakes hands.
    ///
    /// # Errors
    /// As the connection or the handshake fails.
    ///
    /// # Panics
    /// When the certificate to show is none.
    pub async fn connect(&self, port: u16) -> io::Result<TlsStream<TcpStream>> {
        let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()));
        let builder = builder.with_protocol_versions(self.versions).expect("versions that the provider has");
        let builder = builder.with_root_certificates(self.roots.clone());
        let mut config = match &self.identity {
            None => builder.with_no_client_auth(),
            Some(identity) => {
                let chain = CertificateDer::pem_slice_iter(identity.cert.as_bytes());
                let chain = chain.map(|certificate| certificate.expect("PEM")).collect();
                let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).expect("PEM");
                builder.with_client_auth_cert(chain, key).expect("a certificate and its key")
            }
        };
        config.alpn_protocols.clone_from(&self.protocols);
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let socket = TcpStream::connect(address).await?;
        let name = ServerName::IpAddress(address.ip().into());
        TlsConnector::from(Arc::new(config)).connect(name, socket).await
    }
}
