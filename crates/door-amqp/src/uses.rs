//! Who uses which queue through this door: owners of exclusive queues, consumers, and when a queue was last used.
//!
//! What it is not: leases and waiting receives, which are the engine's. What is here ends with the process, as connections do.
//!
//! Invariants: a queue with an exclusive consumer has no other. Of a queue with one active consumer at a time exactly the first of
//! its list is active.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc::UnboundedSender;
use vocab::QueueId;

/// One connection of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ConnectionId(pub(crate) u64);

/// One consumer: the number that its channel gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ConsumerKey {
    pub(crate) connection: ConnectionId,
    pub(crate) channel: u16,
    pub(crate) number: u32,
}

/// Something that a consumer has to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) channel: u16,
    pub(crate) number: u32,
    pub(crate) what: News,
}

/// What it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// Its turn has come: it is the active one of its queue.
    Turn,
    /// Its queue is gone.
    Gone,
}

/// How a consumer wants to share its queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// With anybody.
    Shared,
    /// It is active alone; the others wait for their turn.
    OneActive,
    /// With nobody.
    Exclusive,
}

/// Another consumer excludes this one, or the other way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Excluded;

/// All uses.
#[derive(Debug, Default)]
pub(crate) struct Uses {
    queues: Mutex<BTreeMap<QueueId, Use>>,
}

#[derive(Debug, Default)]
struct Use {
    owner: Option<ConnectionId>,
    exclusive: bool,
    one_active: bool,
    consumers: Vec<Consumer>,
    touched_ms: u64,
    /// The queue goes when nobody has used it for so many milliseconds.
    expires_ms: Option<u64>,
}

#[derive(Debug)]
struct Consumer {
    id: ConsumerKey,
    rank: i32,
    notices: UnboundedSender<Notice>,
}

impl Uses {
    /// Makes `connection` the only one that may use the queue.
    pub(crate) fn own(&self, queue: QueueId, connection: ConnectionId) {
        self.lock().entry(queue).or_default().owner = Some(connection);
    }

    /// Who alone may use the queue.
    pub(crate) fn owner(&self, queue: QueueId) -> Option<ConnectionId> {
        self.lock().get(&queue)?.owner
    }

    /// The queues that only `connection` may use.
    pub(crate) fn owned_by(&self, connection: ConnectionId) -> Vec<QueueId> {
        self.lock().iter().filter(|(_, used)| used.owner == Some(connection)).map(|(queue, _)| *queue).collect()
    }

    /// Adds a consumer; says whether it is active at once. One that is not learns of its turn through `notices`.
    pub(crate) fn attach(
        &self,
        queue: QueueId,
        id: ConsumerKey,
        rank: i32,
        sharing: Sharing,
        notices: UnboundedSender<Notice>,
    ) -> Result<bool, Excluded> {
        let mut queues = self.lock();
        let used = queues.entry(queue).or_default();
        if used.exclusive || (sharing == Sharing::Exclusive && !used.consumers.is_empty()) {
            return Err(Excluded);
        }
        used.exclusive = sharing == Sharing::Exclusive;
        used.one_active = sharing == Sharing::OneActive;
        used.consumers.push(Consumer { id, rank, notices });
        Ok(!used.one_active || used.consumers.len() == 1)
    }

    /// Takes a consumer out; says whether the queue is left without any.
    pub(crate) fn detach(&self, queue: QueueId, id: ConsumerKey, now_ms: u64) -> bool {
        let mut queues = self.lock();
        let Some(used) = queues.get_mut(&queue) else { return false };
        let Some(index) = used.consumers.iter().position(|consumer| consumer.id == id) else { return false };
        used.consumers.remove(index);
        used.exclusive = false;
        used.touched_ms = now_ms;
        if used.one_active && index == 0 {
            used.pass_on();
        }
        used.consumers.is_empty()
    }

    /// How many consumers the queue has.
    pub(crate) fn consumers(&self, queue: QueueId) -> usize {
        self.lock().get(&queue).map_or(0, |used| used.consumers.len())
    }

    /// Notes that the queue was used otherwise: declared, or asked for a message.
    pub(crate) fn touch(&self, queue: QueueId, now_ms: u64) {
        self.lock().entry(queue).or_default().touched_ms = now_ms;
    }

    /// Notes that the queue goes when nobody has used it for `expires_ms` from its last use on, which is `now_ms` if none is known.
    pub(crate) fn expire_after(&self, queue: QueueId, expires_ms: u64, now_ms: u64) {
        let mut queues = self.lock();
        let used = queues.entry(queue).or_insert_with(|| Use { touched_ms: now_ms, ..Use::default() });
        used.expires_ms = Some(expires_ms);
    }

    /// The queues that nobody has used for as long as they were to stay.
    pub(crate) fn expired(&self, now_ms: u64) -> Vec<QueueId> {
        let is_over = |used: &Use| {
            used.consumers.is_empty() && used.expires_ms.is_some_and(|ms| now_ms.saturating_sub(used.touched_ms) >= ms)
        };
        self.lock().iter().filter(|(_, used)| is_over(used)).map(|(queue, _)| *queue).collect()
    }

    /// Every queue that something is known of.
    pub(crate) fn known(&self) -> Vec<QueueId> {
        self.lock().keys().copied().collect()
    }

    /// Forgets a queue that is gone, and tells its consumers.
    pub(crate) fn forget(&self, queue: QueueId) {
        let used = self.lock().remove(&queue);
        used.iter().flat_map(|used| &used.consumers).for_each(|consumer| consumer.tell(News::Gone));
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<QueueId, Use>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Use {
    /// Puts the consumer of the highest rank first, of equals the one that came first, and tells it. A connection that is being torn
    /// down passes the turn on when it detaches.
    fn pass_on(&mut self) {
        let Some(rank) = self.consumers.iter().map(|consumer| consumer.rank).max() else { return };
        let first = self.consumers.iter().position(|consumer| consumer.rank == rank).expect("somebody has it");
        self.consumers[..=first].rotate_right(1);
        self.consumers[0].tell(News::Turn);
    }
}

impl Consumer {
    /// A connection that is being torn down hears nothing any more.
    fn tell(&self, what: News) {
        let Self { id, notices, .. } = self;
        let _torn_down = notices.send(Notice { channel: id.channel, number: id.number, what });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::mpsc::unbounded_channel;

    const QUEUE: QueueId = QueueId(1);

    fn id(number: u32) -> ConsumerKey {
        ConsumerKey { connection: ConnectionId(1), channel: 1, number }
    }

    #[test]
    fn an_exclusive_consumer_is_alone() {
        let (uses, (turns, _told)) = (Uses::default(), unbounded_channel());
        assert_eq!(uses.attach(QUEUE, id(1), 0, Sharing::Shared, turns.clone()), Ok(true));
        assert_eq!(uses.attach(QUEUE, id(2), 0, Sharing::Exclusive, turns.clone()), Err(Excluded));
        assert!(uses.detach(QUEUE, id(1), 0));
        assert_eq!(uses.attach(QUEUE, id(2), 0, Sharing::Exclusive, turns.clone()), Ok(true));
        assert_eq!(uses.attach(QUEUE, id(3), 0, Sharing::Shared, turns.clone()), Err(Excluded));
        assert!(uses.detach(QUEUE, id(2), 0) && !uses.detach(QUEUE, id(2), 0));
        assert_eq!(uses.attach(QUEUE, id(3), 0, Sharing::Shared, turns), Ok(true));
    }

    #[test]
    fn the_turn_goes_to_the_highest_rank_and_then_to_the_longest_waiting() {
        let (uses, (turns, mut told)) = (Uses::default(), unbounded_channel());
        for (number, rank, active) in [(1, 0, true), (2, 0, false), (3, 5, false), (4, 5, false)] {
            assert_eq!(uses.attach(QUEUE, id(number), rank, Sharing::OneActive, turns.clone()), Ok(active));
        }
        let mut next = || told.try_recv().map(|notice| notice.number).ok();
        assert!(!uses.detach(QUEUE, id(1), 0));
        assert_eq!(next(), Some(3));
        assert!(!uses.detach(QUEUE, id(2), 0));
        assert_eq!(next(), None, "it was not active");
        assert!(!uses.detach(QUEUE, id(3), 0));
        assert_eq!(next(), Some(4));
        assert!(uses.detach(QUEUE, id(4), 0));
        assert_eq!((next(), uses.consumers(QUEUE)), (None, 0));
    }

    #[test]
    fn a_queue_expires_after_its_last_use_and_never_while_it_has_a_consumer() {
        let (uses, (notices, _told)) = (Uses::default(), unbounded_channel());
        uses.touch(QueueId(2), 0);
        uses.expire_after(QUEUE, 100, 1_000);
        assert_eq!((uses.expired(1_099), uses.expired(1_100)), (vec![], vec![QUEUE]));
        uses.touch(QUEUE, 1_050);
        assert_eq!((uses.expired(1_149), uses.expired(1_150)), (vec![], vec![QUEUE]));
        uses.attach(QUEUE, id(1), 0, Sharing::Shared, notices).expect("it is alone");
        assert_eq!(uses.expired(9_000), []);
        uses.detach(QUEUE, id(1), 2_000);
        assert_eq!((uses.expired(2_099), uses.expired(2_100)), (vec![], vec![QUEUE]));
        assert_eq!(uses.known(), [QUEUE, QueueId(2)]);
    }

    #[test]
    fn exclusive_queues_are_their_connections() {
        let uses = Uses::default();
        uses.own(QUEUE, ConnectionId(7));
        assert_eq!((uses.owner(QUEUE), uses.owned_by(ConnectionId(7))), (Some(ConnectionId(7)), vec![QUEUE]));
        let (turns, mut told) = unbounded_channel();
        uses.attach(QUEUE, id(1), 0, Sharing::Shared, turns).expect("it is alone");
        uses.forget(QUEUE);
        assert_eq!(told.try_recv().map(|notice| notice.what), Ok(News::Gone));
        assert_eq!((uses.owner(QUEUE), uses.owned_by(ConnectionId(7))), (None, vec![]));
    }
}
