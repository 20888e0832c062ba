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
//! Invariants: a known message is leased (counted in its lane's `held`) or not (in its `free`), never both; a lane exists while
//! one of its messages is known, and nothing depends on the order in which lanes are kept. `heads` has the first free
//! message of every lane that has no leased one, unless that message waits for its time or for its burial: then nothing of
//! the lane can be handed out. Heads at or above `known_below` mean nothing: what is before them is not known.

mod key;
mod limits;
mod reading;

pub use key::LaneKey;
pub use limits::LaneLimits;
pub use reading::{LanesRead, LanesToRead};

use crate::core::subscription::Progress;
use hashbrown::HashMap;
use key::ByItself;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
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
    lanes: HashMap<LaneKey, Lane, ByItself>,
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

/// What is known of one lane.
#[derive(Debug, Default)]
struct Lane {
    /// Messages that are leased.
    held: u32,
    /// The others, in order. They come at the end and go at the front, but for the few that come back.
    free: VecDeque<u64>,
}

impl Lane {
    fn add(&mut self, seq: u64) {
        let place = self.free.partition_point(|other| *other < seq);
        self.free.insert(place, seq);
    }

    fn take(&mut self, seq: u64) {
        if let Ok(place) = self.free.binary_search(&seq) {
            self.free.remove(place);
        }
    }

    /// The first message, if it can be handed out.
    fn head(&self, progress: &Progress) -> Option<u64> {
        let held = self.held > 0 && !mutant::active(Mutant::IgnoreHeldLanes);
        self.free.front().copied().filter(|head| !held && !progress.is_blocked(Seq(*head)))
    }
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
            lanes: HashMap::default(),
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
            let lane = &self.lanes[&self.known[head].lane];
            lane.free.iter().map(|seq| Seq(*seq)).take_while(move |seq| seq.0 < below)
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
        let Some(known) = self.known.get_mut(&seq.0) else { return };
        let key = known.lane;
        let (held, leased) = (known.held, lives && progress.leases.contains_key(&seq.0));
        known.held = leased;
        let lane = self.lanes.get_mut(&key).expect("the lane of a known message exists");
        let before = lane.free.front().copied();
        match (held, leased) {
            (true, false) => {
                lane.held -= 1;
                if lives {
                    lane.add(seq.0);
                }
            }
            (false, true) => {
                lane.held += 1;
                lane.take(seq.0);
            }
            (false, false) if !lives => lane.take(seq.0),
            (true, true) | (false, false) => {}
        }
        let after = lane.head(progress);
        let over = lane.held == 0 && lane.free.is_empty();
        if !lives {
            self.known.remove(&seq.0);
        }
        if over {
            self.lanes.remove(&key);
        }
        self.move_head(before, after);
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
        let lane = self.lanes.entry(lane).or_default();
        let before = lane.free.front().copied();
        if held {
            lane.held += 1;
        } else {
            lane.add(seq.0);
        }
        let after = lane.head(progress);
        self.move_head(before, after);
    }

    /// The lane of a known message.
    #[must_use]
    pub fn lane_of(&self, seq: Seq) -> Option<LaneKey> {
        self.known.get(&seq.0).map(|known| known.lane)
    }

    /// The first message of a lane that is not leased.
    #[must_use]
    pub fn first(&self, lane: LaneKey) -> Option<Seq> {
        self.lanes.get(&lane)?.free.front().copied().map(Seq)
    }

    /// The first message of a lane, if it can be handed out.
    #[must_use]
    pub fn head(&self, lane: LaneKey) -> Option<Seq> {
        let first = *self.lanes.get(&lane)?.free.front()?;
        (self.heads.contains(&first) && first < self.below()).then_some(Seq(first))
    }

    /// Heads from here on mean nothing.
    fn below(&self) -> u64 {
        if self.unread_leases.is_empty() { self.known_below.0 } else { 0 }
    }

    /// A lane's first message was `before`; from here on `after` can be handed out.
    fn move_head(&mut self, before: Option<u64>, after: Option<u64>) {
        if before != after
            && let Some(before) = before
        {
            self.heads.remove(&before);
        }
        self.heads.extend(after);
    }
}
