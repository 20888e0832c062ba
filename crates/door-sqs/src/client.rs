//! The program at the other end of a connection: what it says of itself, and the consumers that it is.
//!
//! What it is not: proof of anything. Who a request is from is [`crate::caller`]'s.

use crate::caller::Caller;
use crate::door::SqsDoor;
use broker::{Askers, Consuming};
use door::connections::{About, Connected};
use std::sync::Arc;
use vocab::QueueId;

/// One connection's client.
#[derive(Debug)]
pub(crate) struct Client {
    /// Nothing where there is no network between.
    connected: Option<Arc<Connected>>,
    askers: Askers,
}

impl Client {
    pub(crate) fn new(connected: Option<Arc<Connected>>) -> Self {
        let (peer, id) = connected.as_ref().map_or((None, 0), |connected| (Some(connected.peer), connected.id));
        Self { connected, askers: Askers::new(peer, id) }
    }

    /// Whether it has not said yet who it is.
    pub(crate) fn is_stranger(&self) -> bool {
        self.connected.as_ref().is_some_and(|connected| connected.about().is_none())
    }

    /// It is this program, and speaks for this caller.
    pub(crate) fn introduce(&self, agent: Box<str>, caller: &Caller) {
        if let Some(connected) = &self.connected {
            let user = caller.name().unwrap_or_default().into();
            connected.introduce(About { user, client: agent, name: Box::default() });
        }
    }

    /// It asks for messages of a queue.
    pub(crate) fn asking(&self, door: &SqsDoor, queue: QueueId, caller: &Caller) -> Arc<Consuming> {
        let about = self.connected.as_ref().and_then(|connected| connected.about());
        let name = about.map_or("", |about| product(&about.client));
        self.askers.asking(&door.broker, queue, name, caller.name().unwrap_or_default())
    }
}

/// The first word of what a program says that it is: `Boto3/1.34.2` of many more.
fn product(agent: &str) -> &str {
    agent.split_whitespace().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_goes_by_the_first_word_it_says() {
        assert_eq!(product("Boto3/1.34.2 md/Botocore#1.34.2 ua/2.0"), "Boto3/1.34.2");
        assert_eq!(product(" "), "");
    }
}
