//! The broker's handle, as far as those go who take messages: they enter, and are listed until they leave.

use crate::broker::{Broker, Shared, other_kind};
use crate::consumers::{Consumer, Listed, Manner, Presence};
use crate::error::Unavailable;
use engine::core::answer::Answer;
use engine::core::command::{Command, Question};
use engine::{Holders, Holding};
use history::EnteredConsumer;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use vocab::{ConsumerId, QueueId};

/// Somebody's place among the consumers. Dropping it says that they are gone.
pub struct Consuming {
    /// Nothing where there was no room.
    listed: Option<Arc<Listed>>,
    shared: Arc<Shared>,
}

/// A consumer, as others see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerInfo {
    /// Its number, while it is listed.
    pub id: ConsumerId,
    /// The queue it takes messages from.
    pub queue: QueueId,
    /// What it calls itself; empty where it does not say.
    pub name: Box<str>,
    /// The door it came through; empty where that is not known.
    pub door: Arc<str>,
    /// Its address.
    pub peer: Arc<str>,
    /// Its user; empty where there is none.
    pub user: Arc<str>,
    /// Its connection, by the door's number; 0 where there is none.
    pub connection: u64,
    /// How it comes by messages.
    pub manner: Manner,
    /// Whether it is still there; one that is not may hold messages all the same.
    pub is_here: bool,
    /// When it entered (log time, milliseconds).
    pub since_ms: u64,
    /// When it was given something last.
    pub delivered_ms: Option<u64>,
    /// What it holds; `None` where that is nothing, or was not asked.
    pub holding: Option<Holding>,
}

/// Consumers, and whether all of their leases were counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConsumerList {
    /// In order of number.
    pub consumers: Vec<ConsumerInfo>,
    /// Whether there were no more leases than are looked at.
    pub is_complete: bool,
}

impl Broker {
    /// Somebody begins to take messages. Their receives bear the number of what is returned.
    #[must_use]
    pub fn enter_consumer(&self, consumer: Consumer) -> Consuming {
        let shared = self.shared.clone();
        let listed = shared.consumers.enter(consumer, self.door, self.log_ms());
        if let (Some(listed), Some(history)) = (&listed, shared.past.history()) {
            let Consumer { name, peer, user, .. } = &listed.who;
            history.enter_consumer(EnteredConsumer { id: listed.id, door: listed.door, name, peer, user });
        }
        Consuming { listed, shared }
    }

    /// Who takes messages from this queue, or from any, and what they hold. Those who left are among them for as long as they hold
    /// something.
    ///
    /// # Errors
    /// The broker is not available.
    pub async fn consumers(&self, queue: Option<QueueId>) -> Result<ConsumerList, Unavailable> {
        // Looked at before the leases: who enters meanwhile holds nothing that is missed.
        let mut listed = self.shared.consumers.all();
        listed.retain(|(listed, _)| queue.is_none_or(|queue| listed.who.queue == queue));
        let Holders { by_consumer, is_complete } = self.holders(queue).await?;
        let consumers = listed.into_iter().filter_map(|(listed, presence)| {
            let holding = by_consumer.get(&listed.id).copied();
            let is_shown = presence == Presence::Here || holding.is_some();
            is_shown.then(|| self.info(&listed, presence, holding))
        });
        Ok(ConsumerList { consumers: consumers.collect(), is_complete })
    }

    /// The consumer of this number, while it is listed. What it holds is not counted.
    #[must_use]
    pub fn consumer(&self, id: ConsumerId) -> Option<ConsumerInfo> {
        let (listed, presence) = self.shared.consumers.find(id)?;
        Some(self.info(&listed, presence, None))
    }

    /// The queues that somebody takes messages from at this moment, once for each consumer.
    #[must_use]
    pub fn consumed_queues(&self) -> Vec<QueueId> {
        let here = |(_, presence): &(Arc<Listed>, Presence)| *presence == Presence::Here;
        self.shared.consumers.all().iter().filter(|one| here(one)).map(|(listed, _)| listed.who.queue).collect()
    }

    /// Forgets consumers that left and hold nothing any more. Whoever runs a broker calls it now and then; where nobody does, the list
    /// is bounded all the same.
    ///
    /// # Errors
    /// The broker is not available.
    pub async fn forget_consumers(&self) -> Result<(), Unavailable> {
        // Looked at before the leases: who leaves meanwhile may hold one that is newer than the answer.
        let mut gone = self.shared.consumers.left();
        if gone.is_empty() {
            return Ok(());
        }
        let holders = self.holders(None).await?;
        if holders.is_complete {
            gone.retain(|id| !holders.by_consumer.contains_key(id));
            self.shared.consumers.forget(&gone);
        }
        Ok(())
    }

    async fn holders(&self, queue: Option<QueueId>) -> Result<Holders, Unavailable> {
        match self.ask(Command::Ask(Question::Holders(queue))).await? {
            (Answer::Holders(holders), _) => Ok(*holders),
            (other, _) => other_kind!(other),
        }
    }

    fn info(&self, listed: &Listed, presence: Presence, holding: Option<Holding>) -> ConsumerInfo {
        let Consumer { queue, name, peer, user, connection, manner } = listed.who.clone();
        let delivered_ms = Some(listed.delivered_ms.load(Ordering::Relaxed)).filter(|ms| *ms > 0);
        let door = self.shared.past.door_name(listed.door);
        let is_here = presence == Presence::Here;
        let (id, since_ms) = (listed.id, listed.since_ms);
        ConsumerInfo { id, queue, name, door, peer, user, connection, manner, is_here, since_ms, delivered_ms, holding }
    }
}

impl Consuming {
    /// The number that its receives are to bear.
    #[must_use]
    pub fn id(&self) -> ConsumerId {
        self.listed.as_ref().map_or(ConsumerId::UNKNOWN, |listed| listed.id)
    }

    /// It was given something just now.
    pub fn delivered(&self) {
        if let Some(listed) = &self.listed {
            listed.delivered_ms.store(self.shared.log_ms.load(Ordering::Relaxed).max(1), Ordering::Relaxed);
        }
    }
}

impl Drop for Consuming {
    fn drop(&mut self) {
        let Some(listed) = &self.listed else { return };
        self.shared.consumers.leave(listed);
        if let Some(history) = self.shared.past.history() {
            history.leave_consumer(listed.id);
        }
    }
}

impl std::fmt::Debug for Consuming {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Consuming").field(&self.id()).finish()
    }
}
