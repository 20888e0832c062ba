//! Errors at the broker's edge: an operation's own refusal, or the broker being unavailable.

use engine::{
    BindError, CancelRedriveError, CreateQueueError, CreateRouterError, DeleteRouterError, MoveMessagesError,
    NoSuchQueue, PublishError, ReceiveError, StartRedriveError, TransactError, UpdateQueueError,
};
use std::sync::Arc;
use vocab::Kind;

/// Why an operation failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error<R> {
    /// The engine refused it, for this reason; nothing was changed.
    #[error("{0}")]
    Refused(R),
    /// The broker cannot answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// The broker cannot answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// The journal failed. Whether the operation happened is not known; a restart will tell.
    #[error("the outcome is unknown: {0}")]
    Poisoned(Arc<str>),
    /// The broker is stopping; the operation did not happen.
    #[error("the server is stopping")]
    Stopping,
    /// Stored data could not be read back.
    #[error("{0}")]
    Damaged(Arc<str>),
}

impl Unavailable {
    /// What to do about it.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Poisoned(_) => Kind::Unknown,
            Self::Stopping => Kind::Busy,
            Self::Damaged(_) => Kind::Corrupt,
        }
    }
}

macro_rules! kinds {
    ($($refusal:ty),+) => {$(
        impl Error<$refusal> {
            /// What to do about it.
            #[must_use]
            pub fn kind(&self) -> Kind {
                match self {
                    Self::Refused(refusal) => refusal.kind(),
                    Self::Unavailable(unavailable) => unavailable.kind(),
                }
            }
        }
    )+};
}

kinds!(
    CreateQueueError,
    UpdateQueueError,
    PublishError,
    ReceiveError,
    NoSuchQueue,
    StartRedriveError,
    CancelRedriveError,
    CreateRouterError,
    DeleteRouterError,
    BindError,
    TransactError,
    MoveMessagesError
);
