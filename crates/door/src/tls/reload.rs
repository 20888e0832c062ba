//! The certificate in use, and how another takes its place without a restart.
//!
//! Invariants: there is always a whole, usable certificate. New handshakes use the newest good files; a file that went bad changes
//! nothing, and is spoken of once.

use super::TlsError;
use super::files::{Contents, Files};
use super::settings::settings;
use crate::timeout;
use rustls::ServerConfig;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Notify;

/// How often the files are looked at for a change.
pub const CHECK_EVERY: Duration = Duration::from_secs(30);

/// TLS as a listener speaks it. Cheap to clone; clones change together.
#[derive(Clone, Debug)]
pub struct Tls {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    files: Files,
    current: RwLock<Arc<ServerConfig>>,
    /// The fingerprint of what was last looked at, good or bad; `None` where the files could not be read.
    seen: Mutex<Option<u64>>,
}

/// What came of a look at the files.
#[derive(Debug)]
pub(super) enum Look {
    /// Nothing has changed since the last one.
    Unchanged,
    /// New handshakes use what is in the files.
    Replaced,
    /// The files cannot be used; what was in use before still is.
    Kept(TlsError),
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// What is wrong with which file.
    pub fn load(files: Files) -> Result<Self, TlsError> {
        let contents = files.read()?;
        let current = RwLock::new(Arc::new(settings(&files, &contents)?));
        let seen = Mutex::new(Some(contents.fingerprint()));
        Ok(Self { shared: Arc::new(Shared { files, current, seen }) })
    }

    /// Whether clients have to show a certificate.
    #[must_use]
    pub fn asks_clients(&self) -> bool {
        self.shared.files.client_ca.is_some()
    }

    /// What a handshake needs that begins at this moment, for a door that speaks `protocols` (ALPN names, the preferred first).
    ///
    /// The copy is a dozen reference counts, which is nothing beside the handshake's signature.
    pub(super) fn config(&self, protocols: &[&[u8]]) -> Arc<ServerConfig> {
        let current = Arc::clone(&self.shared.current.read().unwrap_or_else(PoisonError::into_inner));
        let mut config = ServerConfig::clone(&current);
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        Arc::new(config)
    }

    /// Reads the files again: always if `asked`, else only if they have changed.
    pub(super) fn look(&self, asked: bool) -> Look {
        let Shared { files, current, seen } = &*self.shared;
        let contents = files.read();
        let fingerprint = contents.as_ref().ok().map(Contents::fingerprint);
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::replace(&mut *seen, fingerprint) == fingerprint && !asked {
            return Look::Unchanged;
        }
        match contents.and_then(|contents| settings(files, &contents)) {
            Ok(config) => {
                *current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(config);
                Look::Replaced
            }
            Err(error) => Look::Kept(error),
        }
    }
}

/// Keeps the certificate fresh until it is dropped: reads the files whenever `asked` is notified, and looks for a change every
/// [`CHECK_EVERY`]. What comes of it goes to the log.
pub async fn watch(tls: Tls, asked: Arc<Notify>) {
    loop {
        let asked = timeout::within(CHECK_EVERY, asked.notified()).await.is_ok();
        let reader = tls.clone();
        // Files may lie on a network's disk, which must not hold up connections.
        let look = tokio::task::spawn_blocking(move || reader.look(asked)).await;
        let cert = tls.shared.files.cert.display();
        match look.expect("looking at files does not panic, and the runtime runs while this does") {
            Look::Unchanged => {}
            Look::Replaced => tracing::info!(%cert, "TLS files read again: new connections use them"),
            Look::Kept(error) => tracing::warn!(%error, "TLS files cannot be used, the certificate stays as it was"),
        }
    }
}
