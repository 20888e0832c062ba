//! The program at the other end of a connection: its address, what it says of itself, and the consumers that it is.
//!
//! What it is not: proof of anything. Who a request is from is [`crate::caller`]'s.

use crate::caller::Caller;
use axum::http::{HeaderMap, header};
use broker::{Askers, Broker, Consuming};
use door::connections::{About, Connected};
use std::net::SocketAddr;
use std::sync::Arc;
use vocab::QueueId;

/// One connection's client. Every request of the connection carries it.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) peer: SocketAddr,
    connected: Option<Arc<Connected>>,
    askers: Askers,
}

impl Client {
    /// A connection that is in the list of connections, or in none.
    pub(crate) fn new(peer: SocketAddr, connected: Option<Arc<Connected>>) -> Self {
        let askers = Askers::new(Some(peer), connected.as_ref().map_or(0, |connected| connected.id));
        Self { peer, connected, askers }
    }

    /// A request of this caller came. The first one's words are taken for the connection's.
    pub(crate) fn introduce(&self, caller: &Caller, headers: &HeaderMap) {
        let Some(connected) = self.connected.as_ref().filter(|connected| connected.about().is_none()) else { return };
        let user = caller.name().unwrap_or_default().into();
        let agent = headers.get(header::USER_AGENT).map(|agent| String::from_utf8_lossy(agent.as_bytes()));
        let client = agent.unwrap_or_default().into();
        connected.introduce(About { user, client, name: Box::default() });
    }

    /// It asks for messages of a queue, under the name that it gives or that of its program.
    pub(crate) fn asking(
        &self,
        broker: &Broker,
        queue: QueueId,
        name: Option<&str>,
        caller: &Caller,
    ) -> Arc<Consuming> {
        let about = self.connected.as_ref().and_then(|connected| connected.about());
        let program = || about.and_then(|about| about.client.split_whitespace().next()).unwrap_or_default();
        self.askers.asking(broker, queue, name.unwrap_or_else(program), caller.name().unwrap_or_default())
    }
}
