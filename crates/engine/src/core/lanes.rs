//! What is known of a laned queue's lanes: which message is in which lane, and which lanes can be handed out.
//!
//! ```text
//!      floor              known_below              next
//!   -----|---------------------|---------------------|
//!    gone | every lane is known | not looked at yet    (lanes of leased messages are known wherever they are)
//! ```
//!
//! What it is not: stored. All of it follows from the messages and from a subscription's progress; it is made when somebody
//! receives, dropped when nobody has for a while, and filled from publishes or, behind [`LaneLimits::known_max`] messages, by
//! reading messages back. So an idle queue's lanes cost nothing, and a deep queue's are bounded.
//!
//! Invariants: a known message is leased (counted in `held`) or not (in `free`), never both. `heads` has the first free
//! message of every lane that has no leased one, unless that message waits for its time or for its burial: then nothing of
//! the lane can be handed out. Heads at or above `known_below` mean nothing: what is before them is not known.

mod key;
mod limits;
mod reading;

pub use key::LaneKey;
pub use limits::LaneLimits;
pub use reading::{LanesRead, LanesToRead};

use crate::core::subscription::Progress;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use vocab::mutant::{self, Mutant};
use vocab::{Message, Seq};

/// The lanes of one partition as one subscription meets them.
#[derive(Debug)]
pub struct Lanes {
    /// Tells this making from an earlier one, so that what was read for that one is not taken for this one.
    pub ticket: u64,
    /// When somebody last received (log time, milliseconds).
    pub used_ms: u64,
    limits: LaneLimits,
    known_below: Seq,
    known: BTreeMap<u64, Known>,
    free: BTreeSet<(LaneKey, u64)>,
    held: BTreeMap<LaneKey, u32>,
    heads: BTreeSet<u64>,
    /// Leased messages whose lanes have to be read before anything may be handed out.
    unread_leases: Vec<Seq>,
    reading: bool,
    /// How often the message that is to be read next was refused.
    tries: u32,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    lane: LaneKey,
    held: bool,
}

impl Lanes {
    /// Nothing is known but what is leased.
    #[must_use]
    pub fn new(ticket: u64, limits: LaneLimits, floor: Seq, progress: &Progress, now_ms: u64) -> Self {
        Self {
            ticket,
            used_ms: now_ms,
            limits,
            known_below: floor,
            known: BTreeMap::new(),
            free: BTreeSet::new(),
            held: BTreeMap::new(),
            heads: BTreeSet::new(),
            unread_leases: progress.leases.keys().copied().map(Seq).collect(),
            reading: false,
            tries: 0,
        }
    }

    /// What can be handed out: for each lane its messages in order, the lane with the oldest head first. Whether a message
    /// behind a head waits is for the caller to see.
    pub fn lots(&self) -> impl Iterator<Item = impl Iterator<Item = Seq> + '_> + '_ {
        let below = self.below();
        self.heads.range(..below).map(move |head| {
            let lane = self.known[head].lane;
            self.free.range((lane, *head)..=(lane, u64::MAX)).map(|(_, seq)| Seq(*seq)).take_while(move |s| s.0 < below)
        })
    }

    /// Takes note of messages published from `first` on, if everything before them is known.
    pub fn note_published<'a>(
        &mut self,
        first: Seq,
        before: Seq,
        messages: impl Iterator<Item = &'a Message>,
        progress: &Progress,
    ) {
        if self.known_below < before {
            return;
        }
        for (seq, message) in (first.0..).map(Seq).zip(messages) {
            if self.known.len() >= self.limits.known_max {
                return;
            }
            self.note(seq, LaneKey::of(message, seq), progress);
            self.known_below = seq.next();
        }
    }

    /// Brings what is known of a message up to date with where it is; `lives` is false when it is gone.
    pub fn renew(&mut self, seq: Seq, progress: &Progress, lives: bool) {
        let Some(Known { lane, held }) = self.known.get(&seq.0).copied() else { return };
        self.take_head(lane);
        let leased = lives && progress.leases.contains_key(&seq.0);
        if held && !leased {
            self.release(lane);
        } else if leased && !held {
            self.free.remove(&(lane, seq.0));
            *self.held.entry(lane).or_default() += 1;
        }
        if !lives {
            self.known.remove(&seq.0);
            self.free.remove(&(lane, seq.0));
        } else if held != leased {
            self.known.insert(seq.0, Known { lane, held: leased });
            if !leased {
                self.free.insert((lane, seq.0));
            }
        }
        self.set_head(lane, progress);
    }

    /// Forgets what is known of messages that are gone.
    pub fn forget(&mut self, seqs: RangeInclusive<u64>, progress: &Progress) {
        for seq in self.known.range(seqs).map(|(seq, _)| Seq(*seq)).collect::<Vec<_>>() {
            self.renew(seq, progress, false);
        }
    }

    /// A living message's lane is known from here on.
    fn note(&mut self, seq: Seq, lane: LaneKey, progress: &Progress) {
        let held = progress.leases.contains_key(&seq.0);
        if self.known.insert(seq.0, Known { lane, held }).is_some() {
            return;
        }
        self.take_head(lane);
        if held {
            *self.held.entry(lane).or_default() += 1;
        } else {
            self.free.insert((lane, seq.0));
        }
        self.set_head(lane, progress);
    }

    /// The lane of a known message.
    #[must_use]
    pub fn lane_of(&self, seq: Seq) -> Option<LaneKey> {
        self.known.get(&seq.0).map(|known| known.lane)
    }

    /// The first message of a lane, if it can be handed out.
    #[must_use]
    pub fn head(&self, lane: LaneKey) -> Option<Seq> {
        let head = self.first_free(lane).filter(|head| self.heads.contains(head) && *head < self.below());
        head.map(Seq)
    }

    /// Heads from here on mean nothing.
    fn below(&self) -> u64 {
        if self.unread_leases.is_empty() { self.known_below.0 } else { 0 }
    }

    fn release(&mut self, lane: LaneKey) {
        let count = self.held.get_mut(&lane).expect("the lane of a leased message is held");
        *count -= 1;
        if *count == 0 {
            self.held.remove(&lane);
        }
    }

    fn first_free(&self, lane: LaneKey) -> Option<u64> {
        self.free.range((lane, 0)..=(lane, u64::MAX)).next().map(|(_, seq)| *seq)
    }

    fn take_head(&mut self, lane: LaneKey) {
        if let Some(head) = self.first_free(lane) {
            self.heads.remove(&head);
        }
    }

    fn set_head(&mut self, lane: LaneKey, progress: &Progress) {
        if self.held.contains_key(&lane) && !mutant::active(Mutant::IgnoreHeldLanes) {
            return;
        }
        if let Some(head) = self.first_free(lane).filter(|head| !progress.is_blocked(Seq(*head))) {
            self.heads.insert(head);
        }
    }
}
