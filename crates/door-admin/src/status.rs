//! What the admin door knows of the server it speaks for.
//!
//! Invariant: recovering → ready → draining, never back.

use broker::Broker;
use door::{Connections, Door, Limits, Listener, Shutdown, Tally};
use std::fmt;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// Shared by the server, which reports progress, and the admin door, which answers from it.
#[derive(Debug)]
pub struct Status {
    shutdown: Shutdown,
    running: OnceLock<Running>,
    ready_ms: OnceLock<u64>,
}

/// What exists once the store is open and every door listens.
#[derive(Clone)]
pub struct Running {
    /// The broker behind the doors.
    pub broker: Broker,
    /// Every door that listens.
    pub doors: Vec<DoorFigures>,
    /// The open connections of all of them.
    pub connections: Connections,
    /// Queues with series of their own in the metrics, the first in order of name; the others are summed.
    pub queues_listed_max: usize,
    /// The data folder.
    pub data: PathBuf,
    /// Writes the store as it is at the moment of the call.
    pub backup: WriteBackup,
}

/// Writes a whole archive of the store; blocks until that is done.
pub type WriteBackup = Arc<dyn Fn(&mut dyn Write) -> io::Result<()> + Send + Sync>;

/// A door's errors by code, read at the moment of the call.
type Errors = Arc<dyn Fn() -> Vec<(&'static str, u64)> + Send + Sync>;

/// One door's counts, read when metrics are asked for.
#[derive(Clone)]
pub struct DoorFigures {
    /// The door's name.
    pub name: &'static str,
    /// Its connections.
    pub limits: Limits,
    /// Its requests.
    pub tally: Arc<Tally>,
    /// Where it listens.
    pub addresses: Vec<SocketAddr>,
    /// Whether it speaks TLS.
    pub is_tls: bool,
    errors: Errors,
}

/// How far the server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The store is being opened.
    Recovering,
    /// Every door serves.
    Ready,
    /// The server is stopping.
    Draining,
}

impl Status {
    /// A server that is still opening its store.
    #[must_use]
    pub fn new(shutdown: Shutdown) -> Self {
        Self { shutdown, running: OnceLock::new(), ready_ms: OnceLock::new() }
    }

    /// Says that the store is open and every door serves. Only the first call counts.
    pub fn ready(&self, running: Running) {
        let _first = self.ready_ms.set(running.broker.log_ms());
        let _first = self.running.set(running);
    }

    /// When every door began to serve (log time); `None` before.
    #[must_use]
    pub fn ready_ms(&self) -> Option<u64> {
        self.ready_ms.get().copied()
    }

    /// Tells when the server stops.
    #[must_use]
    pub fn shutdown(&self) -> &Shutdown {
        &self.shutdown
    }

    /// How far the server is.
    #[must_use]
    pub fn phase(&self) -> Phase {
        match (self.shutdown.is_stopping(), self.running.get()) {
            (true, _) => Phase::Draining,
            (false, Some(_)) => Phase::Ready,
            (false, None) => Phase::Recovering,
        }
    }

    /// What runs, once it does.
    #[must_use]
    pub fn running(&self) -> Option<&Running> {
        self.running.get()
    }
}

impl DoorFigures {
    /// The counts of `door`, which listens at `listeners`, and whose connections `limits` counts.
    #[must_use]
    pub fn of<D: Door>(door: &Arc<D>, limits: &Limits, listeners: &[Listener]) -> Self {
        let (name, limits, tally) = (door.name(), limits.clone(), Arc::clone(door.tally()));
        let addresses = listeners.iter().map(Listener::local).collect();
        let is_tls = listeners.iter().any(|listener| listener.tls().is_some());
        let door = Arc::clone(door);
        Self { name, limits, tally, addresses, is_tls, errors: Arc::new(move || door.errors()) }
    }

    /// Errors told to its clients, by the code of its protocol.
    #[must_use]
    pub fn errors(&self) -> Vec<(&'static str, u64)> {
        (self.errors)()
    }
}

impl fmt::Debug for DoorFigures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DoorFigures").field("name", &self.name).finish_non_exhaustive()
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("doors", &self.doors).finish_non_exhaustive()
    }
}
