//! Why the engine refuses what concerns routers and transactions.

use crate::core::error::{NoSuchQueue, PublishError};
use crate::core::routers::RouterInfo;
use std::sync::Arc;
use vocab::limits::{BATCH_COUNT_MAX, BINDING_BYTES_MAX, BINDINGS_MAX, COMMIT_BYTES_MAX, ROUTERS_MAX};
use vocab::{Kind, RouterId};

/// The router named by its id does not exist (any more).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("router {0} does not exist")]
pub struct NoSuchRouter(pub RouterId);

/// Why a router was not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreateRouterError {
    /// One of this name exists. It is shown as it is, so that the caller can compare.
    #[error("a router named {:?} exists", .0.name)]
    Exists(Arc<RouterInfo>),
    /// The name is empty or longer than [`vocab::limits::ROUTE_KEY_BYTES_MAX`].
    #[error("a router's name has 1 to {max} bytes, not {got}")]
    Name {
        /// The longest name.
        max: usize,
        /// The length of the name given.
        got: usize,
    },
    /// There are as many as there may be.
    #[error("there are {ROUTERS_MAX} routers, which is the limit; delete some first")]
    TooMany,
    /// No router id is left: 2³² routers were made in this store.
    #[error("this store has made all the routers it can ever make")]
    IdsExhausted,
}

/// Why a router was not deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeleteRouterError {
    /// It does not exist.
    #[error(transparent)]
    NoSuchRouter(#[from] NoSuchRouter),
    /// Bindings lead out of it, and it was to be deleted only if none does.
    #[error("router {0} is in use: bindings lead out of it")]
    InUse(RouterId),
}

/// Why there is no such binding now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BindError {
    /// The source, or the router it should lead to, does not exist.
    #[error(transparent)]
    NoSuchRouter(#[from] NoSuchRouter),
    /// The queue it should lead to does not exist.
    #[error(transparent)]
    NoSuchQueue(#[from] NoSuchQueue),
    /// The key is longer than [`vocab::limits::ROUTE_KEY_BYTES_MAX`].
    #[error("a key has at most {max} bytes, not {got}")]
    Key {
        /// The longest key.
        max: usize,
        /// The length of the key given.
        got: usize,
    },
    /// It has too many criteria and annotations.
    #[error("a binding has at most {BINDING_BYTES_MAX} bytes, not {bytes}")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// There are as many as there may be.
    #[error("there are {BINDINGS_MAX} bindings, which is the limit; take some away first")]
    TooMany,
}

/// Why nothing of a transaction happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransactError {
    /// One of its publishes was refused.
    #[error("publish {publish} was refused, and everything with it: {error}")]
    Refused {
        /// Which one.
        publish: usize,
        /// Why.
        error: PublishError,
    },
    /// It is larger than one commit may be.
    #[error(
        "the transaction has {items} messages and settlements, {bytes} bytes; one has at most {BATCH_COUNT_MAX}, \
         {COMMIT_BYTES_MAX} bytes"
    )]
    TooLarge {
        /// Messages, counted once for each of their queues, and settlements.
        items: usize,
        /// Size of the messages, counted likewise.
        bytes: u64,
    },
}

impl NoSuchRouter {
    /// What to do about it.
    #[must_use]
    pub fn kind(&self) -> Kind {
        Kind::NotFound
    }
}

impl CreateRouterError {
    /// What to do about it.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Exists(_) => Kind::Conflict,
            Self::Name { .. } => Kind::Invalid,
            Self::TooMany => Kind::Busy,
            Self::IdsExhausted => Kind::Full,
        }
    }
}

impl DeleteRouterError {
    /// What to do about it.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::NoSuchRouter(error) => error.kind(),
            Self::InUse(_) => Kind::Conflict,
        }
    }
}

impl BindError {
    /// What to do about it.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::NoSuchRouter(error) => error.kind(),
            Self::NoSuchQueue(error) => error.kind(),
            Self::Key { .. } | Self::TooLarge { .. } => Kind::Invalid,
            Self::TooMany => Kind::Busy,
        }
    }
}

impl TransactError {
    /// What to do about it.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Refused { error, .. } => error.kind(),
            Self::TooLarge { .. } => Kind::Invalid,
        }
    }
}
