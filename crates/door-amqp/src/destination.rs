//! Where publishes with one exchange and one routing key go.
//!
//! What it is not: routing itself, which is the broker's. Publishes that need more than the key (headers, carbon copies) are routed one
//! by one.

use broker::{QueueInfo, RouterInfo};
use std::sync::Arc;
use vocab::Route;

/// An exchange and a key, looked up.
#[derive(Debug)]
pub(crate) struct Destination {
    /// The exchange, as the client said it.
    pub(crate) exchange: Box<str>,
    /// The routing key.
    pub(crate) key: Box<str>,
    pub(crate) found: Found,
}

/// What stands behind an exchange and a key.
#[derive(Debug)]
pub(crate) enum Found {
    /// The default exchange: the queue that the key names, if it is there.
    Queue(Option<Arc<QueueInfo>>),
    /// A router: itself, the queues that its bindings lead messages with this key to, and what such messages keep of it.
    Router { router: Arc<RouterInfo>, queues: Vec<Arc<QueueInfo>>, route: Route },
    /// The requester that waits for a direct reply.
    Requester,
}

impl Destination {
    /// Whether it was looked up for this exchange and key.
    pub(crate) fn is(&self, exchange: &str, key: &str) -> bool {
        *self.key == *key && *self.exchange == *exchange
    }
}
