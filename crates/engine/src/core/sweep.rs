//! Sweeps: messages over their time, on their way out of a queue that sets them aside.
//!
//! ```text
//!   own expiry passed ──────────────┐
//!   lease ended, over its time ─────┼─→ asked ──→ read ──→ buried, dropped or removed, a batch in one commit
//!   retention line passed ──────────┘      └ unreadable: stays, and is not handed out
//!     (looked through behind `position`)
//! ```
//!
//! However many messages pass their time at once, a sweep holds few of those that the retention made old: it looks for the next ones
//! when it has moved the last. Meanwhile none of them is handed out, and commands get their turn between any two batches.
//!
//! What it is not: stored. What is over its time follows from the retention line and from expiries, and is found again after a
//! start; nor the rules of where messages go ([`crate::core::decide`]).
//!
//! Invariants: a message below the log's retention line, or asked for, or unreadable, is not handed out while the sweep exists;
//! one that is leased when it is looked at is left to the end of its lease. The timer is set exactly while the sweep has more to
//! do, nothing is being read for it, and the store is not stopping.

use crate::core::decide::SEQS_PER_LOOK;
use crate::core::state::{Queue, State};
use crate::core::timers::Timer;
use std::collections::{BTreeMap, BTreeSet};
use vocab::limits::MOVE_BATCH_COUNT;
use vocab::{BuryReason, PartitionId, PartitionKey, Seq, SubscriptionId};

/// Why a message is set aside though no consumer had to do with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aside {
    /// It is over its time.
    Expired,
    /// Its queue has too many messages.
    TooLong,
}

impl Aside {
    /// The same in the words of the message.
    #[must_use]
    pub fn reason(self) -> BuryReason {
        match self {
            Self::Expired => BuryReason::Expired,
            Self::TooLong => BuryReason::TooLong,
        }
    }
}

/// The messages of one partition that are to be set aside.
#[derive(Debug, Default)]
pub struct Sweep {
    asked: BTreeMap<u64, Aside>,
    unreadable: BTreeSet<u64>,
    /// Of what is below the retention line, everything below was looked at.
    position: Seq,
    /// A batch is being read.
    pub reading: bool,
    /// When the timer is set for.
    pub timer_ms: Option<u64>,
}

impl Sweep {
    /// Whether a message that is not leased waits to be set aside. `over_below` is the log's retention line.
    #[must_use]
    pub fn covers(&self, seq: Seq, over_below: Seq) -> bool {
        seq < over_below || self.asked.contains_key(&seq.0) || self.unreadable.contains(&seq.0)
    }

    /// Why a message is to be set aside, if it is.
    #[must_use]
    pub fn asked(&self, seq: Seq) -> Option<Aside> {
        self.asked.get(&seq.0).copied()
    }

    /// Notes that a message is to be set aside.
    pub fn ask(&mut self, seq: Seq, why: Aside) {
        self.asked.entry(seq.0).or_insert(why);
    }

    /// Notes what became of a message: it is gone, or cannot be read.
    pub fn note_done(&mut self, seq: Seq, is_readable: bool) {
        self.asked.remove(&seq.0);
        if !is_readable {
            self.unreadable.insert(seq.0);
        }
    }

    /// The messages that go next, in order. None are left where there are none, and what was asked for and is not there any
    /// more, or is leased, is forgotten.
    pub fn next(&mut self, queue: &Queue, partition: PartitionId) -> Vec<Seq> {
        self.look_on(queue, partition);
        let mut next = Vec::new();
        let mut after = 0;
        while next.len() < MOVE_BATCH_COUNT
            && let Some((seq, _)) = self.asked.range(after..).next()
        {
            let seq = *seq;
            after = seq + 1;
            if may_be_swept(queue, partition, Seq(seq)) {
                next.push(Seq(seq));
            } else {
                self.asked.remove(&seq);
            }
        }
        if next.is_empty() {
            self.unreadable.retain(|seq| queue.is_live(partition, Seq(*seq)));
        }
        next
    }

    /// Whether nothing is left that could still be handed out without it.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.asked.is_empty() && self.unreadable.is_empty()
    }

    /// Asks for the next messages below the retention line, unless enough are asked for.
    fn look_on(&mut self, queue: &Queue, partition: PartitionId) {
        let Some(log) = queue.log(partition) else { return };
        let mut room = MOVE_BATCH_COUNT.saturating_sub(self.asked.len());
        self.position = self.position.max(log.floor);
        while room > 0 && self.position < log.over_below {
            let end = log.over_below.min(Seq(self.position.0.saturating_add(SEQS_PER_LOOK)));
            let live = queue.live_seqs(partition, self.position..=Seq(end.0 - 1));
            self.position = end;
            for seq in live {
                if room == 0 {
                    self.position = Seq(seq);
                    break;
                }
                if !self.unreadable.contains(&seq) && may_be_swept(queue, partition, Seq(seq)) {
                    room -= 1;
                    self.ask(Seq(seq), Aside::Expired);
                }
            }
        }
    }
}

/// Whether a message lives and is neither leased nor on its way to be buried for another reason.
pub(crate) fn may_be_swept(queue: &Queue, partition: PartitionId, seq: Seq) -> bool {
    let busy = queue
        .progress(SubscriptionId(0), partition)
        .is_some_and(|progress| progress.leases.contains_key(&seq.0) || progress.burying.contains(&seq.0));
    !busy && queue.is_live(partition, seq)
}

impl State {
    /// The sweep of a partition, which begins at `now_ms` if it does not go on already.
    pub(crate) fn sweep(&mut self, key: PartitionKey, now_ms: u64) -> &mut Sweep {
        let sweep = self.volatile.sweeps.entry(key).or_default();
        if sweep.timer_ms.is_none() && !sweep.reading {
            sweep.timer_ms = Some(now_ms);
            self.timers.set(now_ms, Timer::Sweep(key));
        }
        sweep
    }

    /// Sets the timer of a sweep, or takes it away.
    pub(crate) fn set_sweep_timer(&mut self, key: PartitionKey, at_ms: Option<u64>) {
        let Some(sweep) = self.volatile.sweeps.get_mut(&key) else { return };
        if let Some(old_ms) = std::mem::replace(&mut sweep.timer_ms, at_ms) {
            self.timers.clear(old_ms, Timer::Sweep(key));
        }
        if let Some(at_ms) = at_ms {
            self.timers.set(at_ms, Timer::Sweep(key));
        }
    }
}
