//! The consumers of one connection that ask for messages one time after the other: whoever asks again is the same one.
//!
//! What it is not: shared between connections, so that nobody waits for another's lock.
//!
//! Invariant: a connection has at most [`ASKERS_MAX`] of them, those that asked last; one that has not asked for [`IDLE_MS_MAX`] goes
//! when another one asks.

use crate::broker::Broker;
use crate::consumers::{Consumer, Manner};
use crate::consuming::Consuming;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use vocab::QueueId;

/// One connection takes turns between so many queues before it counts as anew at each.
const ASKERS_MAX: usize = 16;

/// Who has not asked for so long takes messages no more, milliseconds: longer than the longest usual wait between two requests.
const IDLE_MS_MAX: u64 = 60_000;

/// One connection's consumers.
#[derive(Debug)]
pub struct Askers {
    peer: Option<SocketAddr>,
    connection: u64,
    /// The one that asked last is the last.
    kept: Mutex<Vec<Asker>>,
}

#[derive(Debug)]
struct Asker {
    queue: QueueId,
    name: Box<str>,
    user: Arc<str>,
    asked_ms: u64,
    consuming: Arc<Consuming>,
}

impl Askers {
    /// Nobody has asked on this connection.
    #[must_use]
    pub fn new(peer: Option<SocketAddr>, connection: u64) -> Self {
        Self { peer, connection, kept: Mutex::default() }
    }

    /// Somebody of this name and user asks for messages of this queue. They are listed for as long as what is returned lives, and
    /// after that until they have not asked for a while or the connection ends.
    pub fn asking(&self, broker: &Broker, queue: QueueId, name: &str, user: &str) -> Arc<Consuming> {
        let now_ms = broker.log_ms();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let is_same = |asker: &Asker| asker.queue == queue && *asker.name == *name && *asker.user == *user;
        let mut asker = match kept.iter().position(is_same) {
            Some(at) => kept.remove(at),
            None => self.enter(broker, queue, name, user),
        };
        asker.asked_ms = now_ms;
        kept.retain(|other| now_ms < other.asked_ms + IDLE_MS_MAX);
        if kept.len() == ASKERS_MAX {
            kept.remove(0);
        }
        let consuming = asker.consuming.clone();
        kept.push(asker);
        consuming
    }

    fn enter(&self, broker: &Broker, queue: QueueId, name: &str, user: &str) -> Asker {
        let peer = self.peer.map_or_else(String::new, |peer| peer.to_string()).into();
        let (name, user): (Box<str>, Arc<str>) = (name.into(), user.into());
        let who = Consumer {
            queue,
            name: name.clone(),
            peer,
            user: user.clone(),
            connection: self.connection,
            manner: Manner::Asks,
        };
        Asker { queue, name, user, asked_ms: 0, consuming: Arc::new(broker.enter_consumer(who)) }
    }
}
