//! The program at the other end of a connection: what it says of itself, and how its consumers are listed.
//!
//! What it is not: proof of anything. Who it speaks for is [`crate::caller`]'s.

use crate::caller::Caller;
use crate::wire::table::{Table, Value};
use broker::{Askers, Broker, Consumer, Consuming, Manner};
use door::connections::{About, Connected};
use std::sync::Arc;
use vocab::QueueId;

/// How consumers are called that ask for one message at a time and have no tag.
const GETTER: &str = "basic.get";

/// What is known of the other end before a word was said.
#[derive(Debug, Default)]
pub(crate) struct Peer {
    /// The subject of the certificate that it proved to hold.
    pub(crate) subject: Option<Box<str>>,
    /// Its place in the list of connections; nothing where there is no network between.
    pub(crate) connected: Option<Arc<Connected>>,
}

/// One connection's client, as its consumers are listed.
#[derive(Debug)]
pub(crate) struct Client {
    address: Arc<str>,
    user: Arc<str>,
    connection: u64,
    askers: Askers,
}

impl Peer {
    /// It has proved who it is, and says what it is.
    pub(crate) fn introduce(&self, caller: &Caller, properties: Table<'_>) {
        let Some(connected) = &self.connected else { return };
        let said = |name| match properties.get(name) {
            Some(Value::Text(text)) => String::from_utf8_lossy(text),
            _ => "".into(),
        };
        let client = format!("{} {}", said("product"), said("version"));
        let (client, name) = (client.trim().into(), said("connection_name").into());
        connected.introduce(About { user: user_of(caller).into(), client, name });
    }
}

impl Client {
    pub(crate) fn new(peer: &Peer, caller: &Caller) -> Self {
        let connected = peer.connected.as_deref();
        let address = connected.map(|connected| connected.peer);
        let connection = connected.map_or(0, |connected| connected.id);
        Self {
            address: address.map_or_else(String::new, |address| address.to_string()).into(),
            user: user_of(caller).into(),
            connection,
            askers: Askers::new(address, connection),
        }
    }

    /// It consumes from a queue under this tag.
    pub(crate) fn consuming(&self, broker: &Broker, queue: QueueId, tag: &str) -> Consuming {
        let (name, peer, user) = (tag.into(), self.address.clone(), self.user.clone());
        let (connection, manner) = (self.connection, Manner::Sent);
        broker.enter_consumer(Consumer { queue, name, peer, user, connection, manner })
    }

    /// It asks for one message of a queue.
    pub(crate) fn getting(&self, broker: &Broker, queue: QueueId) -> Arc<Consuming> {
        self.askers.asking(broker, queue, GETTER, &self.user)
    }
}

/// The user that was proved; a name that was only given is nobody's.
fn user_of(caller: &Caller) -> &str {
    caller.user().map_or("", |user| &user.name)
}
