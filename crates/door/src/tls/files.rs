//! The PEM files that a TLS listener needs, read in one go.
//!
//! Invariant: whether they have changed is told by what is in them, not by their times: links are swapped and times are copied.

use super::TlsError;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// Where certificate and key are. All files are PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// The server's certificate, followed by those of the authorities between it and a root.
    pub cert: PathBuf,
    /// The certificate's private key, without a passphrase.
    pub key: PathBuf,
    /// Authorities; if given, only clients with a certificate of one of them are let in.
    pub client_ca: Option<PathBuf>,
}

/// What was in the files at one moment. It has no `Debug`, so that a key never reaches a log.
pub(super) struct Contents {
    pub(super) cert: Vec<u8>,
    pub(super) key: Vec<u8>,
    pub(super) client_ca: Option<Vec<u8>>,
}

impl Files {
    /// Reads all of them.
    pub(super) fn read(&self) -> Result<Contents, TlsError> {
        let client_ca = self.client_ca.as_deref().map(read).transpose()?;
        Ok(Contents { cert: read(&self.cert)?, key: read(&self.key)?, client_ca })
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    #[expect(clippy::disallowed_methods, reason = "the operator's files, not the store's: no simulation reads them")]
    std::fs::read(path).map_err(|source| TlsError::Unreadable { path: path.to_owned(), source })
}

impl Contents {
    /// A number that differs when the contents do.
    pub(super) fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.cert, &self.key, &self.client_ca).hash(&mut hasher);
        hasher.finish()
    }
}
