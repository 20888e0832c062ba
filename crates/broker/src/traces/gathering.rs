//! Where spans are gathered until an exporter takes them, and the deliveries that lead to some.
//!
//! Invariant: whoever adds a span waits for nobody but others who add or take one, for as long as that takes in memory.

use super::following::{Followed, Following, Held, Now};
use super::names::Names;
use super::sampling::{Sampling, Strand};
use super::span::{Span, Step};
use super::watch::Watch;
use crate::delivery::Delivery;
use engine::QueueInfo;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use vocab::clock::Clock;
use vocab::{ConsumerId, DoorCode, Message, MessageId};

/// Spans that wait to be taken, at most: some 5 MB of memory.
const SPANS_MAX: usize = 16_384;

/// The traces of one broker's messages.
pub struct Traces {
    sampling: Sampling,
    pub(super) names: Names,
    pub(super) watch: Watch,
    shared: Mutex<Shared>,
    /// How many messages are followed; without any, nobody needs to look.
    followed: AtomicUsize,
    made: AtomicU64,
    dropped: AtomicU64,
}

#[derive(Default)]
struct Shared {
    following: Following,
    spans: Vec<Span>,
}

/// How it went so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Spans that were made, those that found no room among them.
    pub made: u64,
    /// Spans that found no room, or that whoever took them could not pass on.
    pub dropped: u64,
}

impl Traces {
    pub(crate) fn new(sampling: Sampling, store: u128, clock: Arc<dyn Clock>) -> Self {
        Self {
            sampling,
            names: Names::new(store),
            watch: Watch::new(clock),
            shared: Mutex::default(),
            followed: AtomicUsize::new(0),
            made: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
        }
    }

    /// Takes the spans that were gathered, the oldest first.
    #[must_use]
    pub fn take(&self) -> Vec<Span> {
        std::mem::take(&mut self.lock().spans)
    }

    /// Says that so many spans that were taken are lost.
    pub fn lose(&self, count: usize) {
        self.dropped.fetch_add(count as u64, Ordering::Relaxed);
    }

    /// How it went so far.
    #[must_use]
    pub fn figures(&self) -> Figures {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Figures { made: read(&self.made), dropped: read(&self.dropped) }
    }

    /// Monotonic time for whoever notes when a command came.
    pub(crate) fn mono_us(&self) -> u64 {
        self.watch.mono_us()
    }

    /// Messages reach a consumer: their waits are over, and their work begins. `log_ms` is the log's time.
    pub(crate) fn delivered(
        &self,
        (door, consumer): (DoorCode, ConsumerId),
        queue: Option<&Arc<QueueInfo>>,
        deliveries: &[Delivery],
        log_ms: u64,
    ) {
        for delivery in deliveries {
            if let Some(strand) = self.strand(delivery.id, &delivery.message) {
                self.begin_work(strand, (door, consumer), queue.cloned(), delivery, log_ms);
            }
        }
    }

    fn begin_work(
        &self,
        strand: Strand,
        (door, consumer): (DoorCode, ConsumerId),
        queue: Option<Arc<QueueInfo>>,
        delivery: &Delivery,
        log_ms: u64,
    ) {
        let (lease, now_us) = (&delivery.lease, self.watch.now_us());
        let at = MessageId::new(lease.token.key, lease.token.seq);
        let (wait, work) = (self.names.wait(at, lease.token.epoch), self.names.work(at, lease.token.epoch));
        let (deliveries, failures) = (lease.deliveries, lease.failures);
        let held = Held { since_us: now_us, work, wait, door, consumer, deliveries, failures };
        let waited_us = log_ms.saturating_sub(delivery.message.facts.published_ms) * 1000;
        let first = (deliveries == 1).then(|| now_us.saturating_sub(waited_us));
        let mut shared = self.lock();
        let since_us = match shared.following.take(at).map(|followed| followed.now) {
            Some(Now::Back { since_us, .. }) => Some(since_us),
            Some(Now::Held(_)) | None => first,
        };
        if let Some(since_us) = since_us {
            let ids = (wait, Some(self.names.publish(strand.id)));
            let step = Step::Wait { deliveries };
            self.add(&mut shared, Span::new(&strand, ids, (since_us, now_us), queue.clone(), step));
        }
        if !shared.following.put(at, Followed { strand, queue, now: Now::Held(held) }) {
            self.lack_room();
        }
        self.count_followed(&shared.following);
    }

    /// The strand of the message that its producer knows by `id`, if it is traced.
    pub(super) fn strand(&self, id: MessageId, message: &Message) -> Option<Strand> {
        self.sampling.strand(self.names, id, message)
    }

    /// Whether any message is followed.
    pub(super) fn follows_any(&self) -> bool {
        self.followed.load(Ordering::Acquire) > 0
    }

    /// Looks into what is followed, and changes it.
    pub(super) fn with_following<T>(&self, change: impl FnOnce(&mut Following) -> T) -> T {
        let mut shared = self.lock();
        let changed = change(&mut shared.following);
        self.count_followed(&shared.following);
        changed
    }

    /// Gathers spans.
    pub(super) fn gather(&self, spans: impl Iterator<Item = Span>) {
        let mut shared = self.lock();
        spans.for_each(|span| self.add(&mut shared, span));
    }

    /// A span finds no room.
    pub(super) fn lack_room(&self) {
        self.made.fetch_add(1, Ordering::Relaxed);
        self.lose(1);
    }

    fn add(&self, shared: &mut Shared, span: Span) {
        self.made.fetch_add(1, Ordering::Relaxed);
        if shared.spans.len() < SPANS_MAX {
            shared.spans.push(span);
        } else {
            self.lose(1);
        }
    }

    fn count_followed(&self, following: &Following) {
        self.followed.store(following.len(), Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        // A panic leaves at most a span out.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
