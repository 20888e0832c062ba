//! The state of a shard: its queues, their names, the routers before them, the timers, and who waits.
//!
//! What it is not: decisions ([`crate::core::decide`]) and changes ([`crate::core::apply`]).
//!
//! Invariants: every queue has partition 0 and subscription 0; `names` lists exactly the queues that exist; what is under
//! `volatile` is never stored and empty after a replay.

use crate::core::info::{QueueInfo, QueueTotals};
use crate::core::lanes::{LaneLimits, Lanes};
use crate::core::log::Log;
use crate::core::pages::PageId;
use crate::core::redrive::Redrives;
use crate::core::routers::Routers;
use crate::core::shares::Shares;
use crate::core::subscription::Progress;
use crate::core::sweep::Sweep;
use crate::core::timers::Timers;
use crate::core::waiters::Waiters;
use roaring::RoaringTreemap;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;
use vocab::{BootEpoch, Header, Meter, PartitionId, PartitionKey, QueueId, Seq, SubscriptionId};

/// Everything a shard knows.
#[derive(Debug, Default)]
pub struct State {
    /// The queues that exist.
    pub queues: BTreeMap<QueueId, Queue>,
    /// Their names.
    pub names: BTreeMap<String, QueueId>,
    /// The id of the next queue.
    pub next_queue: u32,
    /// The routers and their bindings.
    pub routers: Routers,
    /// This opening's epoch.
    pub boot: BootEpoch,
    /// The greatest log time in any event, milliseconds.
    pub log_ms: u64,
    /// What happens when. Derived from the rest.
    pub timers: Timers,
    /// Stored pages of queues that were deleted since the last checkpoint.
    pub gone: Vec<PageId>,
    /// Messages that died since the driver last asked: (partition, first seq, last seq).
    pub forgotten: Vec<(PartitionKey, u64, u64)>,
    /// What is not stored.
    pub volatile: Volatile,
}

/// State that ends with the process.
#[derive(Debug, Default)]
pub struct Volatile {
    /// Receives that wait.
    pub waiters: Waiters,
    /// Subscriptions that may have something for their waiters.
    pub touched: BTreeSet<(QueueId, SubscriptionId)>,
    /// Lanes of laned queues that somebody receives from.
    pub lanes: BTreeMap<(PartitionKey, SubscriptionId), Lanes>,
    /// Whose turn it is on fair queues that messages with lanes were published to.
    pub shares: BTreeMap<(PartitionKey, SubscriptionId), Shares>,
    /// The ticket of the lanes made last.
    pub lanes_ticket: u64,
    /// Messages over their time that are to be set aside.
    pub sweeps: BTreeMap<PartitionKey, Sweep>,
    /// How much of them is looked at.
    pub lane_limits: LaneLimits,
    /// The log's time at the last command, milliseconds; 0 while a log is replayed, so that nothing of it is timed.
    pub now_ms: u64,
}

impl Volatile {
    /// Brings what is known of a message's lane up to date with where the message is; `lives` is false when it is gone.
    pub fn renew(
        &mut self,
        key: PartitionKey,
        subscription: SubscriptionId,
        seq: Seq,
        progress: &Progress,
        lives: bool,
    ) {
        if let Some(lanes) = self.lanes.get_mut(&(key, subscription)) {
            lanes.renew(seq, progress, lives);
        }
        if let Some(shares) = self.shares.get_mut(&(key, subscription)) {
            shares.renew(seq, progress, lives);
        }
    }
}

/// One queue.
#[derive(Debug)]
pub struct Queue {
    /// What the catalog shows.
    pub info: Arc<QueueInfo>,
    /// Its logs, by partition id.
    pub logs: Vec<Log>,
    /// Its readers: for each, progress by partition id.
    pub subscriptions: BTreeMap<SubscriptionId, Vec<Progress>>,
    /// What happened so far.
    pub totals: QueueTotals,
    /// Who moves its messages elsewhere.
    pub redrives: Redrives,
    /// Whether a checkpoint has its count of dropped messages.
    pub drops_stored: bool,
    /// What a checkpoint has to store of it.
    pub unsaved: Unsaved,
    /// How long messages were worked on that were acknowledged since the start of the process; nothing before the first. Not stored.
    pub service: Option<Arc<Meter>>,
}

/// What of a queue changed since the last checkpoint, beside the pages of its logs and subscriptions.
#[derive(Clone, Copy, Debug)]
pub struct Unsaved {
    /// Name, settings or annotations.
    pub info: bool,
    /// Anything else, the pages included.
    pub counts: bool,
    /// Its count of dropped messages.
    pub drops: bool,
    /// There is no checkpoint that knows the queue.
    pub new: bool,
}

impl Queue {
    /// A queue with one empty partition and the one subscription of a work queue.
    #[must_use]
    pub fn new(info: Arc<QueueInfo>, boot: BootEpoch) -> Self {
        let log = Log::new(boot);
        let progress = Progress::new(log.next, vocab::LeaseEpoch::first_of(boot));
        Self {
            info,
            logs: vec![log],
            subscriptions: BTreeMap::from([(SubscriptionId(0), vec![progress])]),
            totals: QueueTotals::default(),
            redrives: Redrives::default(),
            drops_stored: false,
            service: None,
            unsaved: Unsaved { info: true, counts: true, drops: false, new: true },
        }
    }

    /// A partition's log.
    #[must_use]
    pub fn log(&self, partition: PartitionId) -> Option<&Log> {
        self.logs.get(usize::from(partition.0))
    }

    /// A subscription's progress over a partition.
    #[must_use]
    pub fn progress(&self, subscription: SubscriptionId, partition: PartitionId) -> Option<&Progress> {
        self.subscriptions.get(&subscription)?.get(usize::from(partition.0))
    }

    /// The queue of this id, to be changed.
    #[inline]
    pub(crate) fn change(queues: &mut BTreeMap<QueueId, Self>, id: QueueId) -> Option<&mut Self> {
        let queue = queues.get_mut(&id)?;
        queue.unsaved.counts = true;
        Some(queue)
    }

    /// Every page that a checkpoint has of it.
    #[must_use]
    pub fn stored_pages(&self) -> Vec<PageId> {
        if self.unsaved.new {
            return Vec::new();
        }
        let mut stored = vec![PageId::Info(self.info.id), PageId::Counts(self.info.id)];
        stored.extend(self.redrives.stored.then_some(PageId::Redrives(self.info.id)));
        stored.extend(self.drops_stored.then_some(PageId::Drops(self.info.id)));
        for (log, partition) in self.logs.iter().zip((0..=u16::MAX).map(PartitionId)) {
            let key = PartitionKey::new(self.info.id, partition);
            stored.extend(log.pages.stored().map(|page| PageId::Log(key, page)));
            stored.extend(log.dedup.pages.stored().map(|page| PageId::Dedup(key, page)));
            for (subscription, progress) in &self.subscriptions {
                let Progress { pages, levels, sizes, .. } = &progress[usize::from(partition.0)];
                stored.extend(pages.stored().map(|page| PageId::Progress(key, *subscription, page)));
                stored.extend(levels.pages.stored().map(|page| PageId::Levels(key, *subscription, page)));
                stored.extend(sizes.pages.stored().map(|page| PageId::Sizes(key, *subscription, page)));
            }
        }
        stored
    }

    /// Whether a message lives: in its log and not yet acknowledged by everyone.
    #[must_use]
    pub fn is_live(&self, partition: PartitionId, seq: Seq) -> bool {
        let Some(log) = self.log(partition) else { return false };
        let unread = |progress: &Vec<Progress>| {
            progress.get(usize::from(partition.0)).is_some_and(|progress| !progress.acked.contains(seq.0))
        };
        log.holds(seq) && self.subscriptions.values().any(unread)
    }

    /// Which messages of a partition live. The cost grows with the sets' containers in the range, not with its messages.
    #[must_use]
    pub fn live_seqs(&self, partition: PartitionId, seqs: RangeInclusive<Seq>) -> RoaringTreemap {
        let mut live = RoaringTreemap::new();
        let Some(log) = self.log(partition) else { return live };
        let (first, end) = (log.floor.max(*seqs.start()), log.next.min(Seq(seqs.end().0.saturating_add(1))));
        if first >= end {
            return live;
        }
        live.insert_range(first.0..end.0);
        live -= &log.removed;
        let mut acked_by_all = live.clone();
        for progress in self.subscriptions.values().filter_map(|progress| progress.get(usize::from(partition.0))) {
            acked_by_all &= &progress.acked;
        }
        live -= acked_by_all;
        live
    }

    /// How many messages of a partition live.
    #[must_use]
    pub fn live_count(&self, partition: PartitionId) -> u64 {
        let of = |progress: &Vec<Progress>| progress.get(usize::from(partition.0)).map_or(0, |progress| progress.open);
        // With one subscription this is exact; with several the slowest reader holds the most.
        self.subscriptions.values().map(of).max().unwrap_or(0)
    }
}

impl State {
    /// The queue of this name.
    #[must_use]
    pub fn queue_named(&self, name: &str) -> Option<&Queue> {
        self.queues.get(self.names.get(name)?)
    }

    /// The queues that a message goes into by way of a router; `None` if no router has this name. By no router, which the
    /// empty name stands for, it goes into the queues that its keys name.
    #[must_use]
    pub fn route(&self, router: &str, keys: &[&str], headers: &[Header]) -> Option<Vec<QueueId>> {
        if router.is_empty() {
            let named: BTreeSet<QueueId> = keys.iter().filter_map(|key| self.names.get(*key).copied()).collect();
            return Some(named.into_iter().collect());
        }
        self.routers.routing.route(router, keys, headers)
    }

    /// Which messages of a partition live; none if it does not exist.
    #[must_use]
    pub fn live_seqs(&self, key: PartitionKey, seqs: RangeInclusive<Seq>) -> RoaringTreemap {
        self.queues.get(&key.queue).map(|queue| queue.live_seqs(key.partition, seqs)).unwrap_or_default()
    }

    /// Every partition that exists.
    pub fn partitions(&self) -> impl Iterator<Item = PartitionKey> + '_ {
        self.queues.iter().flat_map(|(id, queue)| {
            (0..=u16::MAX).zip(&queue.logs).map(|(partition, _)| PartitionKey::new(*id, PartitionId(partition)))
        })
    }

    /// Notes that waiters of this queue may find something.
    pub fn touch(&mut self, queue: QueueId, subscription: SubscriptionId) {
        self.volatile.touched.insert((queue, subscription));
    }
}
