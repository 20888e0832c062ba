//! Who is who: doors and consumers by the numbers that entries call them by.
//!
//! Invariants: numbers count from the last start on, so a start forgets all of them. Every file begins with those that are there, so
//! that it can be read without the files before it; of consumers at most [`CONSUMERS_MAX`].

use crate::encode::Encoder;
use crate::entry::{EnteredConsumer, Entry};
use std::collections::BTreeMap;
use std::sync::Arc;
use vocab::{ConsumerId, DoorCode};

/// Consumers that are remembered at a time; those beyond have numbers only.
const CONSUMERS_MAX: usize = 4096;

/// A consumer, as it introduced itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consumer {
    /// Its number.
    pub id: ConsumerId,
    /// The door it came through; empty where that is not known.
    pub door: Arc<str>,
    /// What it calls itself; empty where that is not known.
    pub name: Arc<str>,
    /// Its address.
    pub peer: Arc<str>,
    /// Its user; empty where there is none.
    pub user: Arc<str>,
}

/// The numbers in use.
#[derive(Debug, Default)]
pub(crate) struct Names {
    doors: BTreeMap<DoorCode, Arc<str>>,
    consumers: BTreeMap<ConsumerId, (DoorCode, Arc<Consumer>)>,
}

impl Names {
    /// Takes in what an entry says of numbers.
    pub(crate) fn note(&mut self, entry: &Entry<'_>) {
        match entry {
            Entry::Started { .. } => *self = Self::default(),
            Entry::DoorEntered { code, name } => {
                self.doors.insert(*code, (*name).into());
            }
            Entry::ConsumerEntered(entered) if self.consumers.len() < CONSUMERS_MAX => self.enter(entered),
            Entry::ConsumerLeft { id } => {
                self.consumers.remove(id);
            }
            Entry::ConsumerEntered(_)
            | Entry::Published { .. }
            | Entry::Delivered { .. }
            | Entry::Ended { .. }
            | Entry::Became { .. }
            | Entry::QueueDeleted => {}
        }
    }

    pub(crate) fn door(&self, code: DoorCode) -> Option<Arc<str>> {
        self.doors.get(&code).cloned()
    }

    /// The consumer of this number; nobody for number 0.
    pub(crate) fn consumer(&self, id: ConsumerId) -> Option<Arc<Consumer>> {
        if id == ConsumerId(0) {
            return None;
        }
        Some(self.consumers.get(&id).map_or_else(|| Arc::new(Consumer::unknown(id)), |(_, known)| known.clone()))
    }

    /// Writes down all of them.
    pub(crate) fn encode(&self, encoder: &mut Encoder, out: &mut Vec<u8>, at_ms: u64) {
        for (code, name) in &self.doors {
            encoder.door_entered(out, at_ms, *code, name);
        }
        for (door, known) in self.consumers.values() {
            let Consumer { id, name, peer, user, .. } = &**known;
            encoder.consumer_entered(out, at_ms, EnteredConsumer { id: *id, door: *door, name, peer, user });
        }
    }

    fn enter(&mut self, entered: &EnteredConsumer<'_>) {
        let EnteredConsumer { id, door, name, peer, user } = *entered;
        let door_name = self.door(door).unwrap_or_default();
        let known = Consumer { id, door: door_name, name: name.into(), peer: peer.into(), user: user.into() };
        self.consumers.insert(id, (door, Arc::new(known)));
    }
}

impl Consumer {
    fn unknown(id: ConsumerId) -> Self {
        let nothing: Arc<str> = "".into();
        Self { id, door: nothing.clone(), name: nothing.clone(), peer: nothing.clone(), user: nothing }
    }
}
