//! Looking at live messages without leasing them: which there are from a place on, and what each of them waits for.
//!
//! What it is not: content, which the driver fetches for the answer, and search, which is made of many looks.
//!
//! Invariant: one look costs a bounded amount of work, whatever it finds. Where ready messages are wanted it goes through the log; where
//! they are not, it goes through the sets of the others alone, so that one leased message among ten million ready ones is
//! found at once.

use crate::core::decide::SEQS_PER_LOOK;
use crate::core::error::NoSuchQueue;
use crate::core::state::{Queue, State};
use crate::core::subscription::Progress;
use vocab::limits::BROWSE_COUNT_MAX;
use vocab::{ConsumerId, MessageId, PartitionId, PartitionKey, QueueId, Seq, SubscriptionId};

/// Messages of the log that one look passes at most because they are not in a state that is wanted.
const PASSED_PER_LOOK: usize = 4096;

/// Queues are looked at as a whole: they have one partition.
const PARTITION: PartitionId = PartitionId(0);

/// A wish to look at messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Browse {
    /// Of which queue.
    pub queue: QueueId,
    /// From this seq on.
    pub from: Seq,
    /// At most so many, and at most [`BROWSE_COUNT_MAX`].
    pub count: u32,
    /// Those in these states.
    pub states: States,
}

/// States that are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct States {
    /// What can be received.
    pub ready: bool,
    /// What waits for its time.
    pub delayed: bool,
    /// What is being worked on, or set aside at this moment.
    pub leased: bool,
}

impl States {
    /// Every one.
    pub const ALL: Self = Self { ready: true, delayed: true, leased: true };

    fn include(self, state: MessageState) -> bool {
        match state {
            MessageState::Ready => self.ready,
            MessageState::Delayed { .. } => self.delayed,
            MessageState::Leased { .. } | MessageState::BeingBuried => self.leased,
        }
    }
}

/// What one look shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The messages, in order of seq.
    pub seen: Vec<Seen>,
    /// Where to go on; `None` at the end. There may be more even where nothing was seen.
    pub next: Option<Seq>,
}

/// A live message, looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its id in this queue.
    pub id: MessageId,
    /// Its place.
    pub seq: Seq,
    /// What it waits for.
    pub state: MessageState,
    /// How often it was delivered.
    pub deliveries: u32,
    /// How often it failed.
    pub failures: u32,
}

/// What a live message waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageState {
    /// A consumer.
    Ready,
    /// A time.
    Delayed {
        /// Log time, milliseconds.
        due_ms: u64,
    },
    /// The end of a lease.
    Leased {
        /// When it began (log time, milliseconds).
        since_ms: u64,
        /// When it ends; `None` where a session or a claim holds it.
        deadline_ms: Option<u64>,
        /// Who holds it; 0 if that is not known, as after a restart.
        consumer: ConsumerId,
    },
    /// Its move to a dead-letter queue, which is under way.
    BeingBuried,
}

impl State {
    /// Live messages of a queue from a place on, without a change of anything.
    ///
    /// # Errors
    /// The queue does not exist.
    pub fn browse(&self, wish: Browse) -> Result<Page, NoSuchQueue> {
        let queue = self.queues.get(&wish.queue).ok_or(NoSuchQueue(wish.queue))?;
        let count = wish.count.min(BROWSE_COUNT_MAX) as usize;
        Ok(if wish.states.ready { queue.along_the_log(wish, count) } else { queue.among_the_busy(wish, count) })
    }
}

impl State {
    /// Those of the messages that live, in the order asked for.
    ///
    /// # Errors
    /// The queue does not exist.
    pub fn find(&self, id: QueueId, seqs: &[Seq]) -> Result<Page, NoSuchQueue> {
        let queue = self.queues.get(&id).ok_or(NoSuchQueue(id))?;
        let live = seqs.iter().filter(|seq| queue.is_live(PARTITION, **seq)).take(BROWSE_COUNT_MAX as usize);
        Ok(Page { seen: live.map(|seq| queue.seen(*seq)).collect(), next: None })
    }
}

impl Queue {
    fn along_the_log(&self, wish: Browse, count: usize) -> Page {
        let log = self.log(PARTITION).expect("every queue has partition 0");
        let from = wish.from.max(log.floor);
        let end = Seq(log.next.0.min(from.0.saturating_add(SEQS_PER_LOOK)));
        let mut page = Page { seen: Vec::new(), next: (end < log.next).then_some(end) };
        if from >= end {
            return page;
        }
        let mut passed = 0;
        for seq in self.live_seqs(PARTITION, from..=Seq(end.0 - 1)).iter().map(Seq) {
            if page.seen.len() == count || passed == PASSED_PER_LOOK {
                page.next = Some(seq);
                break;
            }
            match self.seen(seq) {
                seen if wish.states.include(seen.state) => page.seen.push(seen),
                _ => passed += 1,
            }
        }
        page
    }

    fn among_the_busy(&self, wish: Browse, count: usize) -> Page {
        let progress = self.only_progress();
        let Browse { from: Seq(from), states, .. } = wish;
        let (leased, delayed) = (if states.leased { count + 1 } else { 0 }, if states.delayed { count + 1 } else { 0 });
        let mut seqs: Vec<u64> = progress.leases.range(from..).map(|(seq, _)| *seq).take(leased).collect();
        seqs.extend(progress.burying.range(from..).copied().take(leased));
        seqs.extend(progress.waiting.range(from..).map(|(seq, _)| *seq).take(delayed));
        seqs.sort_unstable();
        let next = seqs.get(count).copied().map(Seq);
        Page { seen: seqs.into_iter().take(count).map(|seq| self.seen(Seq(seq))).collect(), next }
    }

    /// A live message as it is.
    pub(crate) fn seen(&self, seq: Seq) -> Seen {
        let progress = self.only_progress();
        let lease = progress.leases.get(&seq.0);
        let record = lease.map(|lease| &lease.record).or_else(|| progress.returned.get(&seq.0));
        Seen {
            id: MessageId::new(PartitionKey::new(self.info.id, PARTITION), seq),
            seq,
            state: progress.state_of(seq),
            deliveries: record.map_or(0, |record| record.deliveries),
            failures: record.map_or(0, |record| record.failures),
        }
    }

    fn only_progress(&self) -> &Progress {
        self.progress(SubscriptionId(0), PARTITION).expect("every queue has partition 0 and subscription 0")
    }
}

impl Progress {
    /// What a live message waits for.
    #[must_use]
    pub fn state_of(&self, seq: Seq) -> MessageState {
        if let Some(lease) = self.leases.get(&seq.0) {
            let (since_ms, deadline_ms) = (lease.since_ms, lease.end.deadline_ms());
            return MessageState::Leased { since_ms, deadline_ms, consumer: lease.consumer };
        }
        match self.waiting.get(&seq.0) {
            Some(due_ms) => MessageState::Delayed { due_ms: *due_ms },
            None if self.burying.contains(&seq.0) => MessageState::BeingBuried,
            None => MessageState::Ready,
        }
    }
}
