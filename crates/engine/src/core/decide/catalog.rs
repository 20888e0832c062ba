//! Decides on queues as a whole.

use crate::core::answer::Answer;
use crate::core::command::{Purge, Question};
use crate::core::decide::Decision;
use crate::core::error::{CreateQueueError, NoSuchQueue, UpdateQueueError};
use crate::core::event::{Event, Removal};
use crate::core::info::{Annotations, QueueStats};
use crate::core::log::Log;
use crate::core::seqs::SeqRanges;
use crate::core::state::{Queue, State};
use crate::core::subscription::Progress;
use std::sync::Arc;
use vocab::limits::QUEUE_NAME_BYTES_MAX;
use vocab::{Meter, PartitionId, PartitionKey, QueueId, QueueSettings, Seq, SubscriptionId};

impl State {
    /// A new queue, or the one that has this name.
    #[must_use]
    pub fn decide_create_queue(
        &self,
        name: String,
        settings: Box<QueueSettings>,
        annotations: Annotations,
        now_ms: u64,
    ) -> Decision<Result<QueueId, CreateQueueError>> {
        if name.is_empty() || name.len() > QUEUE_NAME_BYTES_MAX {
            return Decision::unchanged(Err(CreateQueueError::Name { max: QUEUE_NAME_BYTES_MAX, got: name.len() }));
        }
        if let Some(queue) = self.queue_named(&name) {
            return Decision::unchanged(Err(CreateQueueError::Exists(queue.info.clone())));
        }
        if self.next_queue == u32::MAX {
            return Decision::unchanged(Err(CreateQueueError::IdsExhausted));
        }
        let queue = QueueId(self.next_queue.max(1));
        let event = Event::QueueCreated { queue, name, settings, annotations, at_ms: now_ms };
        Decision { events: vec![event], answer: Ok(queue) }
    }

    /// Other settings and annotations, if nobody changed them in between.
    #[must_use]
    pub fn decide_update_queue(
        &self,
        id: QueueId,
        revision: u64,
        settings: Box<QueueSettings>,
        annotations: Annotations,
        now_ms: u64,
    ) -> Decision<Result<(), UpdateQueueError>> {
        let Some(queue) = self.queues.get(&id) else { return Decision::unchanged(Err(NoSuchQueue(id).into())) };
        if queue.info.revision != revision {
            return Decision::unchanged(Err(UpdateQueueError::Changed(queue.info.clone())));
        }
        let event = Event::QueueUpdated { queue: id, settings, annotations, at_ms: now_ms };
        Decision { events: vec![event], answer: Ok(()) }
    }

    /// The end of a queue.
    #[must_use]
    pub fn decide_delete_queue(&self, id: QueueId) -> Decision<Result<(), NoSuchQueue>> {
        if !self.queues.contains_key(&id) {
            return Decision::unchanged(Err(NoSuchQueue(id)));
        }
        Decision { events: vec![Event::QueueDeleted { queue: id }], answer: Ok(()) }
    }

    /// The end of every message of a queue, or of the ready ones, and how many there were.
    #[must_use]
    pub fn decide_purge(&self, id: QueueId, what: Purge) -> Decision<Result<u64, NoSuchQueue>> {
        let Some(queue) = self.queues.get(&id) else { return Decision::unchanged(Err(NoSuchQueue(id))) };
        let mut events = Vec::new();
        let mut count = 0;
        for (partition, log) in (0..=u16::MAX).map(PartitionId).zip(&queue.logs) {
            let (purged, seqs) = match what {
                Purge::All => (queue.live_count(partition), SeqRanges::span(log.floor, Seq(log.next.0 - 1))),
                Purge::Ready => (queue.ready_count(partition), queue.all_but_busy(partition)),
            };
            count += purged;
            if !seqs.is_empty() {
                let key = PartitionKey::new(id, partition);
                events.push(Event::Removed { key, seqs, why: Removal::Purged, over_below: log.over_below });
            }
        }
        Decision { events, answer: Ok(count) }
    }

    /// The end of every queue that no start outlives.
    #[must_use]
    pub fn decide_end_of_transients(&self) -> Vec<Event> {
        let transient = self.queues.values().filter(|queue| queue.info.settings.transient);
        transient.map(|queue| Event::QueueDeleted { queue: queue.info.id }).collect()
    }

    /// The answer to a question.
    #[must_use]
    pub fn answer(&self, question: Question) -> Answer {
        match question {
            Question::Stats(queue) => Answer::Stats(self.queue_stats(queue).map(Box::new)),
            Question::AllStats => Answer::AllStats(self.all_stats()),
            Question::Browse(wish) => Answer::Browsed(self.browse(wish)),
            Question::Find(queue, seqs) => Answer::Browsed(self.find(queue, &seqs)),
            Question::Explain(id) => Answer::Explained(self.explain(id)),
            Question::Holders(queue) => Answer::Holders(Box::new(self.holders(queue))),
            Question::ServiceTimes(queue) => Answer::ServiceTimes(self.service_times(queue)),
            Question::Redrives(queue) => Answer::Redrives(self.redrives(queue)),
        }
    }

    /// How many messages of a queue are in which state.
    ///
    /// # Errors
    /// The queue does not exist.
    pub fn queue_stats(&self, id: QueueId) -> Result<QueueStats, NoSuchQueue> {
        self.queues.get(&id).map(|queue| self.stats_of(queue)).ok_or(NoSuchQueue(id))
    }

    fn stats_of(&self, queue: &Queue) -> QueueStats {
        let mut stats = QueueStats { totals: queue.totals, ..QueueStats::default() };
        for progress in queue.subscriptions.get(&SubscriptionId(0)).into_iter().flatten() {
            stats.ready += progress.ready();
            stats.delayed += progress.waiting.len() as u64;
            // A message on its way to a dead-letter queue cannot be received: it counts as being worked on.
            stats.leased += (progress.leases.len() + progress.burying.len()) as u64;
        }
        stats.waiters = self.volatile.waiters.count(queue.info.id, SubscriptionId(0));
        stats.oldest_ms = queue.logs.iter().filter_map(Log::oldest_ms).min();
        let lives = stats.oldest_ms.is_some();
        stats.newest_ms = queue.logs.iter().map(|log| log.newest_ms).max().filter(|_| lives);
        stats
    }

    fn service_times(&self, queue: Option<QueueId>) -> Vec<(QueueId, Arc<Meter>)> {
        let of = |(id, queue): (&QueueId, &Queue)| queue.service.clone().map(|service| (*id, service));
        match queue {
            Some(id) => self.queues.get_key_value(&id).and_then(of).into_iter().collect(),
            None => self.queues.iter().filter_map(of).collect(),
        }
    }

    /// How many messages of every queue are in which state, in order of id.
    #[must_use]
    pub fn all_stats(&self) -> Vec<(QueueId, QueueStats)> {
        self.queues.iter().map(|(id, queue)| (*id, self.stats_of(queue))).collect()
    }
}

impl Queue {
    fn ready_count(&self, partition: PartitionId) -> u64 {
        self.progress(SubscriptionId(0), partition).map_or(0, Progress::ready)
    }

    /// A log from its floor to its end, without what is leased, waits for its time, or is on its way to a dead-letter queue.
    fn all_but_busy(&self, partition: PartitionId) -> SeqRanges {
        let Some(log) = self.log(partition) else { return SeqRanges::default() };
        let busy = |progress: &Progress| {
            let seqs = progress.leases.keys().chain(progress.waiting.keys()).chain(&progress.burying);
            seqs.copied().collect::<Vec<_>>()
        };
        let of_partition = self.subscriptions.values().filter_map(|all| all.get(usize::from(partition.0)));
        let mut busy: Vec<u64> = of_partition.flat_map(busy).collect();
        busy.sort_unstable();
        let (mut seqs, mut from) = (SeqRanges::default(), log.floor.0);
        for seq in busy.into_iter().chain([log.next.0]) {
            if from < seq {
                seqs.push_span(Seq(from), Seq(seq - 1));
            }
            from = from.max(seq + 1);
        }
        seqs
    }
}
