//! Where the server is to be found at the moment, if it is, and whether the run still goes on.

use std::net::SocketAddr;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// After a refused connection the next attempt waits for news, but no longer than this: the refusal may have been the
/// last moment of a server that is already being replaced.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(20);

/// What the clients are to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Produce and work.
    Load,
    /// Take everything out.
    Drain,
    /// Stop.
    Over,
}

/// One life of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which life, from 1: ports may repeat.
    pub life: u64,
    /// Where it listens.
    pub address: SocketAddr,
}

/// Known to all clients.
pub struct Endpoint {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    phase: Phase,
    lives: u64,
    address: Option<SocketAddr>,
    harmed: bool,
}

impl Default for Endpoint {
    fn default() -> Self {
        let state = State { phase: Phase::Load, lives: 0, address: None, harmed: false };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }
}

impl Endpoint {
    /// The server began another life, at `address`.
    pub fn born(&self, address: SocketAddr) {
        let mut state = self.lock();
        state.lives += 1;
        state.address = Some(address);
        state.harmed = false;
        self.changed.notify_all();
    }

    /// The server is about to be killed: connections may break from here on.
    pub fn harm(&self) {
        self.lock().harmed = true;
    }

    /// The server is gone.
    pub fn gone(&self) {
        self.lock().address = None;
    }

    /// Whether this life goes on and nobody has harmed it.
    pub fn is_unharmed(&self, place: Place) -> bool {
        let state = self.lock();
        state.place() == Some(place) && !state.harmed
    }

    /// The run goes on to `phase`.
    pub fn enter(&self, phase: Phase) {
        self.lock().phase = phase;
        self.changed.notify_all();
    }

    /// The phase.
    pub fn phase(&self) -> Phase {
        self.lock().phase
    }

    /// Where the server is, if it is.
    pub fn place(&self) -> Option<Place> {
        self.lock().place()
    }

    /// Waits until there is a server; `None` once the run is over.
    pub fn wait_for_place(&self) -> Option<Place> {
        let mut state = self.lock();
        while state.phase != Phase::Over {
            if let Some(place) = state.place() {
                return Some(place);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        None
    }

    /// Waits a moment for news after a connection was refused.
    pub fn wait_for_news(&self) {
        // Whether there were news or only time went by: the caller looks at the place again.
        let _ = self.changed.wait_timeout(self.lock(), LOOK_AGAIN_AFTER);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn place(&self) -> Option<Place> {
        self.address.map(|address| Place { life: self.lives, address })
    }
}
