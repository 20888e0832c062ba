//! Which connections are open, at every door, and what each says of itself.
//!
//! What it is not: a cap, which is [`crate::limits`]'s; and not counts of what a connection does, which are the broker's.
//!
//! Invariants: a connection is listed from before its door serves it until its [`Seat`] is dropped, however it ends. Numbers are
//! given once in the life of a process. What is kept of one connection is bounded: long texts are cut.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use vocab::clock::{Clock, SystemClock};
use vocab::limits::SELF_DESCRIPTION_BYTES_MAX;

/// The list. Cheap to clone; clones share it.
#[derive(Clone)]
pub struct Connections {
    shared: Arc<Shared>,
}

struct Shared {
    clock: Arc<dyn Clock>,
    next: AtomicU64,
    open: Mutex<BTreeMap<u64, Arc<Connected>>>,
}

/// One open connection.
#[derive(Debug)]
pub struct Connected {
    /// Its number, from 1.
    pub id: u64,
    /// The door that it came to.
    pub door: &'static str,
    /// Who is at the other end.
    pub peer: SocketAddr,
    /// Whether it came to a listener that speaks TLS.
    pub is_tls: bool,
    /// Since when (wall time, milliseconds since the Unix epoch).
    pub since_ms: u64,
    about: OnceLock<Box<About>>,
}

/// What a connection says of itself; each is empty where it does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The user that it proved to be.
    pub user: Box<str>,
    /// The program or library, with its version.
    pub client: Box<str>,
    /// What it calls itself.
    pub name: Box<str>,
}

/// A connection's place in the list. Dropping it takes the connection out.
#[derive(Debug)]
pub struct Seat {
    list: Connections,
    id: u64,
}

impl Connections {
    /// Nothing is open.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { shared: Arc::new(Shared { clock, next: AtomicU64::new(1), open: Mutex::default() }) }
    }

    /// A connection is open from here on.
    #[must_use]
    pub fn enter(&self, door: &'static str, peer: SocketAddr, is_tls: bool) -> (Arc<Connected>, Seat) {
        let id = self.shared.next.fetch_add(1, Ordering::Relaxed);
        let since_ms = self.shared.clock.wall_ms();
        let connected = Arc::new(Connected { id, door, peer, is_tls, since_ms, about: OnceLock::new() });
        self.lock().insert(id, Arc::clone(&connected));
        (connected, Seat { list: self.clone(), id })
    }

    /// Up to `limit` connections that are open, those with a greater number than `after`, in order of number.
    #[must_use]
    pub fn list(&self, after: u64, limit: usize, is_wanted: impl Fn(&Connected) -> bool) -> Vec<Arc<Connected>> {
        let open = self.lock();
        let later = open.range(after.saturating_add(1)..).map(|(_, connected)| connected);
        later.filter(|connected| is_wanted(connected)).take(limit).cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Connected>>> {
        self.shared.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Timed by the machine's clock.
impl Default for Connections {
    fn default() -> Self {
        Self::new(Arc::new(SystemClock::new()))
    }
}

impl Connected {
    /// What it said of itself; nothing before it did.
    #[must_use]
    pub fn about(&self) -> Option<&About> {
        self.about.get().map(|about| &**about)
    }

    /// It says who it is. Only the first time counts.
    pub fn introduce(&self, about: About) {
        let About { user, client, name } = about;
        let cut = About { user: cut(user), client: cut(client), name: cut(name) };
        let _known = self.about.set(Box::new(cut));
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.list.lock().remove(&self.id);
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections").field("open", &self.lock().len()).finish_non_exhaustive()
    }
}

fn cut(text: Box<str>) -> Box<str> {
    if text.len() <= SELF_DESCRIPTION_BYTES_MAX {
        return text;
    }
    text[..text.floor_char_boundary(SELF_DESCRIPTION_BYTES_MAX)].into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use vocab::clock::ManualClock;

    fn numbers(connections: &Connections, after: u64, limit: usize) -> Vec<u64> {
        connections.list(after, limit, |_| true).iter().map(|connected| connected.id).collect()
    }

    #[test]
    fn a_connection_is_listed_until_it_ends() {
        let connections = Connections::new(Arc::new(ManualClock::default()));
        let enter = |door| connections.enter(door, SocketAddr::from(([127, 0, 0, 1], 9)), false);
        let (first, seat) = enter("one");
        let (_second, _seat) = enter("two");
        first.introduce(About { user: "bo".into(), client: "x".repeat(1000).into(), name: "".into() });
        first.introduce(About::default());
        assert_eq!(first.about().map(|about| (&*about.user, about.client.len())), Some(("bo", 255)));
        assert_eq!((numbers(&connections, 0, 9), numbers(&connections, 1, 9)), (vec![1, 2], vec![2]));
        assert_eq!(numbers(&connections, 0, 1), [1]);
        assert_eq!(connections.list(0, 9, |connected| connected.door == "two").len(), 1);
        drop(seat);
        assert_eq!(numbers(&connections, 0, 9), [2]);
    }
}
