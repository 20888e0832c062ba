//! Why the server ended, and what it tells whoever started it.
//!
//! ```text
//!   0         stopped as asked, the store is sealed
//!   1         failed while it ran: the disk refused a write or sync, or the stop took too long to seal the store
//!   2         the command line or the configuration is wrong, or its TLS files cannot be used (also the command line parser's own code)
//!   3         the store could not be opened
//!   4         a door could not listen
//!   128 + n   a second signal n ended it at once
//! ```

use crate::access::AccessError;
use crate::alerts::WebhookError;
use crate::config::ConfigError;
use crate::import_sqs::ImportError;
use crate::listen::ListenError;
use crate::tls::TlsConfigError;
use crate::traces::CollectorError;
use broker::Unavailable;
use longshore::embed::OpenError;
use std::io;
use std::time::Duration;

/// What kept the server from running on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The users cannot be known.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// A webhook cannot be told of anything.
    #[error(transparent)]
    Webhook(#[from] WebhookError),
    /// No collector can be sent to.
    #[error(transparent)]
    Collector(#[from] CollectorError),
    /// TLS cannot be spoken as the configuration wants it.
    #[error(transparent)]
    Tls(#[from] TlsConfigError),
    /// What was to be imported cannot be.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// A queue of the configuration cannot be as it is declared there.
    #[error("sqs_queues: {place}: {reason}; correct the table and start again")]
    Queue {
        /// Which table.
        place: String,
        /// The key, and what is wrong with it.
        reason: String,
    },
    /// A door cannot listen.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The journal failed.
    #[error(
        "the disk failed, so the server ends; nothing that was acknowledged is lost: mend the disk and start again ({0})"
    )]
    Journal(Unavailable),
    /// The store was not sealed in time.
    #[error("the store was not sealed within {0:?}; the next start recovers it, nothing acknowledged is lost")]
    NotSealed(Duration),
    /// The machine refused something that every process needs.
    #[error("the system refused to start the server: {0}")]
    Machine(#[from] io::Error),
}

impl Failure {
    /// Tells the operator: in the log, or in plain words while there is no log yet.
    pub(crate) fn report(&self) {
        match self {
            Self::Config(error) => eprintln!("error: {error}"),
            Self::Import(error) => eprintln!("error: {error}"),
            Self::Access(_)
            | Self::Webhook(_)
            | Self::Collector(_)
            | Self::Tls(_)
            | Self::Queue { .. }
            | Self::Listen(_)
            | Self::Store(_)
            | Self::Journal(_)
            | Self::NotSealed(_)
            | Self::Machine(_) => {
                tracing::error!("{self}");
            }
        }
    }

    /// The process's exit code.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Journal(_) | Self::NotSealed(_) | Self::Machine(_) => 1,
            Self::Config(_)
            | Self::Access(_)
            | Self::Webhook(_)
            | Self::Collector(_)
            | Self::Tls(_)
            | Self::Import(_)
            | Self::Queue { .. } => 2,
            Self::Store(_) => 3,
            Self::Listen(_) => 4,
        }
    }
}
