//! Messages on their way into queues that others set them aside in.

use crate::core::decide::publish::enter;
use crate::core::event::Event;
use crate::core::log::Log;
use crate::core::state::State;
use std::collections::BTreeMap;
use std::sync::Arc;
use vocab::{Message, MessageId, Origin, PartitionId, PartitionKey, QueueId, Route, Seq};

/// The messages that one decision brings into other queues.
#[derive(Default)]
pub(super) struct Entering {
    queues: BTreeMap<QueueId, Vec<Arc<Message>>>,
    pub(super) bytes: usize,
}

impl Entering {
    /// The id of the next message that enters this queue.
    pub(super) fn next_id(&self, state: &State, queue: QueueId) -> MessageId {
        let before = self.queues.get(&queue).map_or(0, Vec::len) as u64;
        let key = PartitionKey::new(queue, PartitionId(0));
        MessageId::new(key, Seq(only_log(state, queue).next.0 + before))
    }

    pub(super) fn add(&mut self, targets: Vec<QueueId>, message: &Arc<Message>) {
        for target in targets {
            self.bytes += message.content_bytes();
            self.queues.entry(target).or_default().push(Arc::clone(message));
        }
    }

    pub(super) fn into_events(self, state: &State) -> Vec<Event> {
        let into_one = |(target, messages)| {
            let log = only_log(state, target);
            enter(PartitionKey::new(target, PartitionId(0)), log.next, log.reserved, messages)
        };
        self.queues.into_iter().flat_map(into_one).collect()
    }
}

/// The log that messages enter which come from other queues.
fn only_log(state: &State, queue: QueueId) -> &Log {
    state.queues[&queue].log(PartitionId(0)).expect("every queue has partition 0")
}

/// The message as it enters the queues that take it.
pub(super) fn buried(message: &Message, origin: Origin, route: Option<Box<Route>>, now_ms: u64) -> Message {
    let mut buried = message.clone();
    buried.facts.origin = Some(Box::new(origin));
    buried.facts.route = route;
    buried.facts.published_ms = now_ms;
    buried.facts.due_ms = None;
    buried.facts.expires_ms = None;
    buried
}
