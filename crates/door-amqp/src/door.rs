//! The door itself: the broker it speaks to, and what all its connections share.

use crate::Vhost;
use crate::client::Peer;
use crate::config::AmqpConfig;
use crate::errors::{self, AmqpError};
use crate::figures::Figures;
use crate::queue_arguments::Notes;
use crate::session::{self, Replies};
use crate::uses::{ConnectionId, Uses};
use broker::{Annotations, Broker, CreateRouterError, Error};
use door::{Connection, Door, Shutdown, Stream, Tally, timeout};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use vocab::clock::Clock;
use vocab::random::{Random, SystemRandom};
use vocab::{QueueId, RouterKind, RouterSettings};

/// The exchanges that every virtual host has, besides the one without a name.
pub(crate) const DEFAULT_EXCHANGES: &[(&str, RouterKind)] = &[
    ("amq.direct", RouterKind::Direct),
    ("amq.fanout", RouterKind::Fanout),
    ("amq.topic", RouterKind::Pattern),
    ("amq.headers", RouterKind::Headers),
    ("amq.match", RouterKind::Headers),
];

/// How often queues are looked at that go when nobody uses them.
const LOOK_FOR_UNUSED: Duration = Duration::from_millis(250);

/// In every so many of these looks, queues that another door has deleted are looked for: every 4 s.
const LOOKS_FOR_GONE: u32 = 16;

/// The AMQP door. One serves any number of listeners and connections.
pub struct AmqpDoor {
    pub(crate) broker: Broker,
    pub(crate) config: AmqpConfig,
    pub(crate) uses: Uses,
    pub(crate) replies: Replies,
    pub(crate) figures: Figures,
    tally: Arc<Tally>,
    clock: Arc<dyn Clock>,
    connections: AtomicU64,
    secrets: SystemRandom,
}

impl AmqpDoor {
    /// A door to `broker`. The clock times heartbeats and unused queues; messages live in log time.
    #[must_use]
    pub fn new(broker: Broker, config: AmqpConfig, clock: Arc<dyn Clock>) -> Self {
        Self {
            broker,
            config,
            uses: Uses::default(),
            replies: Replies::default(),
            figures: Figures::new(),
            tally: Arc::new(Tally::new(&[])),
            clock,
            connections: AtomicU64::new(1),
            secrets: SystemRandom::new(),
        }
    }

    /// Serves one connection over any stream of bytes, as [`Door::serve`] does over a socket.
    pub async fn serve_stream<S: AsyncRead + AsyncWrite>(self: Arc<Self>, stream: S, shutdown: Shutdown) {
        session::serve(self, stream, Peer::default(), shutdown).await;
    }

    /// Deletes queues that nobody has used for as long as they were to stay, and forgets those that other doors have deleted, for
    /// ever: the server runs it beside the door.
    pub async fn keep_house(self: Arc<Self>) {
        self.find_expiring();
        let mut looks: u32 = 0;
        loop {
            timeout::pause(LOOK_FOR_UNUSED).await;
            for queue in self.uses.expired(self.now_ms()) {
                tracing::info!(%queue, "nobody used the queue for as long as it was to stay: it goes");
                self.delete_queue(queue).await;
            }
            looks = looks.wrapping_add(1);
            if looks.is_multiple_of(LOOKS_FOR_GONE) {
                let is_gone = |queue: &QueueId| self.broker.queue_by_id(*queue).is_none();
                self.uses.known().into_iter().filter(is_gone).for_each(|queue| self.uses.forget(queue));
            }
        }
    }

    /// Queues of earlier runs that are to go when nobody uses them: their time begins anew.
    fn find_expiring(&self) {
        let now_ms = self.now_ms();
        for queue in self.broker.list_queues("", None, usize::MAX) {
            if let Some(expires_ms) = Notes::of(&queue.annotations).expires_ms() {
                self.uses.expire_after(queue.id, expires_ms, now_ms);
            }
        }
    }

    /// The machine's monotonic time in milliseconds.
    pub(crate) fn now_ms(&self) -> u64 {
        self.clock.mono_us() / 1000
    }

    pub(crate) fn next_connection(&self) -> ConnectionId {
        ConnectionId(self.connections.fetch_add(1, Ordering::Relaxed))
    }

    /// A number that nobody can guess.
    pub(crate) fn secret(&self) -> u128 {
        (u128::from(self.secrets.next_u64()) << 64) | u128::from(self.secrets.next_u64())
    }

    /// Deletes a queue, whoever uses it; one that is gone already is no trouble.
    pub(crate) async fn delete_queue(&self, queue: QueueId) {
        if let Err(error) = self.broker.delete_queue(queue).await {
            tracing::debug!(%error, %queue, "a queue was not deleted");
        }
        self.uses.forget(queue);
    }

    /// Deletes a queue that its last consumer has left, if it is to go then.
    pub(crate) async fn delete_unused(&self, queue: QueueId) {
        let info = self.broker.queue_by_id(queue);
        let goes = info.is_some_and(|info| Notes::of(&info.annotations).auto_delete);
        if goes && self.uses.consumers(queue) == 0 {
            self.delete_queue(queue).await;
        }
    }

    /// Makes the exchanges that a virtual host has from the first.
    pub(crate) async fn make_default_exchanges(&self, vhost: &Vhost) -> Result<(), AmqpError> {
        for (name, kind) in DEFAULT_EXCHANGES {
            let stored = vhost.stored(name);
            if self.broker.router(&stored).is_some() {
                continue;
            }
            let made = self.broker.create_router(&stored, *kind, RouterSettings::default(), Annotations::new()).await;
            match made {
                Ok(_) | Err(Error::Refused(CreateRouterError::Exists(_))) => {}
                Err(error) => return Err(errors::create_router(error, name)),
            }
        }
        Ok(())
    }
}

impl Door for AmqpDoor {
    fn name(&self) -> &'static str {
        "amqp"
    }

    fn refusal(&self) -> &'static [u8] {
        // There is no word for it before the handshake; the header says that something speaks AMQP here.
        &crate::wire::protocol::HEADER
    }

    fn tls_expected(&self) -> &'static [u8] {
        &crate::wire::protocol::HEADER
    }

    fn tally(&self) -> &Arc<Tally> {
        &self.tally
    }

    fn errors(&self) -> Vec<(&'static str, u64)> {
        self.figures.rows()
    }

    async fn serve(self: Arc<Self>, connection: Connection) {
        let Connection { stream, client_subject, connected, shutdown, .. } = connection;
        let peer = Peer { subject: client_subject, connected: Some(connected) };
        // One type for each, so that connections in plain text are not as large as those over TLS.
        match stream {
            Stream::Plain(stream) => session::serve(self, stream, peer, shutdown).await,
            Stream::Tls(stream) => session::serve(self, stream, peer, shutdown).await,
        }
    }
}

impl std::fmt::Debug for AmqpDoor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AmqpDoor").field("config", &self.config).finish_non_exhaustive()
    }
}
