//! What all clients of a run share: the history, the dice, the queues they know and the leases they hold.

use crate::dice::Dice;
use crate::history::{Call, History, Labels, OpId, Reply, Sent, Uid, What};
use broker::{LeaseTerms, QueueInfo};
use std::cell::{RefCell, RefMut};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use vocab::clock::{Clock, ManualClock};
use vocab::{LeaseToken, Order, QueueId};

/// Leases that were settled or lost and may be tried again, to see that they are refused.
const STALE_KEPT: usize = 40;

/// Messages that were sent last and may be sent again.
const POSTED_KEPT: usize = 40;

/// A lease in somebody's hands.
#[derive(Clone, Copy, Debug)]
pub struct Hand {
    /// The lease.
    pub token: LeaseToken,
    /// What ends it.
    pub terms: LeaseTerms,
}

/// A message that somebody sent, whatever came of it.
#[derive(Clone, Copy, Debug)]
pub struct Posted {
    /// Where to.
    pub queue: QueueId,
    /// The log's time when it was sent, milliseconds.
    pub log_ms: u64,
    /// What.
    pub sent: Sent,
}

/// The shared part; clones are the same world.
#[derive(Clone)]
pub struct World {
    inner: Rc<RefCell<Inner>>,
    clock: ManualClock,
}

/// What [`World`] holds.
pub struct Inner {
    /// What clients saw.
    pub history: History,
    /// What clients do.
    pub dice: Dice,
    /// Commands that clients may still give before the boot ends; 0 during audits.
    pub budget: usize,
    /// Commands given over all boots, audits not counted.
    pub commands: usize,
    /// Whether clients move what was buried.
    pub salvages: bool,
    /// Whether one of them is on call: pauses queues, and deals with single messages.
    pub operates: bool,
    /// Leases that somebody holds.
    pub hands: Vec<Hand>,
    /// Leases that have ended, or may have.
    pub stale: VecDeque<LeaseToken>,
    /// Messages under a dedup id that were sent last.
    pub posted: VecDeque<Posted>,
    /// The queues, as they were last listed.
    pub queues: Vec<Arc<QueueInfo>>,
    /// Something clients saw that cannot be, found before any checker looked.
    pub complaint: Option<String>,
    next_uid: Uid,
}

impl World {
    /// A world without a history.
    #[must_use]
    pub fn new(dice: Dice, clock: ManualClock) -> Self {
        let inner = Inner {
            history: History::default(),
            dice,
            budget: 0,
            commands: 0,
            salvages: false,
            operates: false,
            hands: Vec::new(),
            stale: VecDeque::new(),
            posted: VecDeque::new(),
            queues: Vec::new(),
            complaint: None,
            next_uid: 1,
        };
        Self { inner: Rc::new(RefCell::new(inner)), clock }
    }

    /// The shared part. Never held across an await.
    #[must_use]
    pub fn get(&self) -> RefMut<'_, Inner> {
        self.inner.borrow_mut()
    }

    /// Writes an event down.
    pub fn note(&self, log_ms: u64, what: What) {
        self.get().history.push(self.clock.mono_us(), log_ms, what);
    }

    /// Writes a call down, and takes it from the budget.
    #[must_use]
    pub fn call(&self, log_ms: u64, call: Call) -> OpId {
        let mut inner = self.get();
        if inner.budget > 0 {
            inner.budget -= 1;
            inner.commands += 1;
        }
        inner.history.call(self.clock.mono_us(), log_ms, call)
    }

    /// Writes an answer down.
    pub fn answer(&self, op: OpId, log_ms: u64, reply: Reply) {
        self.note(log_ms, What::Answered(op, reply));
    }
}

impl Inner {
    /// Goes on where another world's history ends.
    pub fn go_on_from(&mut self, history: History) {
        self.next_uid = 1 + history.sent().map(|(_, sent)| sent.uid).max().unwrap_or(0);
        self.history = history;
    }

    /// A message that was never sent before.
    pub fn fresh(&mut self, due_ms: Option<u64>, expires_ms: Option<u64>) -> Sent {
        let uid = self.next_uid;
        self.next_uid += 1;
        Sent { uid, due_ms, expires_ms, labels: Labels::default() }
    }

    /// The same message once more: all but its number is that of the first, and an end that is over.
    pub fn again(&mut self, first: Sent, log_ms: u64) -> Sent {
        let Sent { uid, .. } = self.fresh(None, None);
        Sent { uid, expires_ms: first.expires_ms.filter(|end_ms| *end_ms > log_ms), ..first }
    }

    /// Keeps what is sent under a dedup id, to send it again.
    pub fn post(&mut self, queue: QueueId, log_ms: u64, sent: &[Sent]) {
        let named = sent.iter().filter(|sent| sent.labels.dedup.is_some());
        self.posted.extend(named.map(|sent| Posted { queue, log_ms, sent: *sent }));
        while self.posted.len() > POSTED_KEPT {
            self.posted.pop_front();
        }
    }

    /// Whether a queue hands out in lanes.
    #[must_use]
    pub fn is_laned(&self, queue: QueueId) -> bool {
        self.queues.iter().any(|known| known.id == queue && known.settings.order == Order::Laned)
    }

    /// One of the queues that were listed.
    pub fn any_queue(&mut self) -> Option<Arc<QueueInfo>> {
        if self.queues.is_empty() {
            return None;
        }
        let index = self.dice.index(self.queues.len());
        Some(self.queues[index].clone())
    }

    /// Takes up to `max` leases out of clients' hands.
    pub fn take_hands(&mut self, max: usize) -> Vec<Hand> {
        let mut taken = Vec::new();
        while taken.len() < max && !self.hands.is_empty() {
            let index = self.dice.index(self.hands.len());
            taken.push(self.hands.swap_remove(index));
        }
        taken
    }

    /// Keeps leases that have ended, or may have, to try them again.
    pub fn retire(&mut self, tokens: impl IntoIterator<Item = LeaseToken>) {
        self.stale.extend(tokens);
        while self.stale.len() > STALE_KEPT {
            self.stale.pop_front();
        }
    }

    /// Knows a queue as it is after a change.
    pub fn know(&mut self, updated: Arc<QueueInfo>) {
        if let Some(known) = self.queues.iter_mut().find(|known| known.id == updated.id) {
            *known = updated;
        }
    }

    /// Forgets a queue that somebody deleted.
    pub fn forget_queue(&mut self, queue: QueueId) {
        self.queues.retain(|known| known.id != queue);
    }
}
