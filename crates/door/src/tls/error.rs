//! Why a certificate, its key or the authorities of clients cannot be used. Each text names the file and what it should hold.

use rustls::pki_types::pem;
use rustls::server::VerifierBuilderError;
use std::io;
use std::path::PathBuf;

/// Why TLS cannot be spoken with these files. Nothing of a key is ever part of the text.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file is not there or not readable.
    #[error("the TLS file {} cannot be read: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A file is not PEM.
    #[error("the TLS file {} is not PEM: {source}", .path.display())]
    NotPem {
        /// The file.
        path: PathBuf,
        /// Where it goes wrong.
        source: pem::Error,
    },
    /// A file that should hold certificates holds none.
    #[error("the TLS file {} has no certificate; expected blocks of BEGIN CERTIFICATE, the server's own first", .0.display())]
    NoCertificate(PathBuf),
    /// A file that should hold a private key holds none.
    #[error("the TLS file {} has no private key; expected one block of BEGIN PRIVATE KEY without a passphrase", .0.display())]
    NoKey(PathBuf),
    /// Certificate and key do not belong together, or are of a kind that is not supported.
    #[error("the certificate in {} and the key in {} cannot be used: {source}", .cert.display(), .key.display())]
    Unfit {
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// Why.
        source: rustls::Error,
    },
    /// A certificate of the clients' authorities is no certificate.
    #[error("a certificate in {} cannot be used: {source}", .path.display())]
    BadAuthority {
        /// The bundle.
        path: PathBuf,
        /// Why.
        source: rustls::Error,
    },
    /// The clients' authorities cannot verify anybody.
    #[error("the authorities in {} cannot verify clients: {source}", .path.display())]
    UnfitAuthorities {
        /// The bundle.
        path: PathBuf,
        /// Why.
        source: VerifierBuilderError,
    },
}
