//! Whose turn it is on a fair queue: what each lane has waiting and how much of it is leased.
//!
//! A lane's turn comes when it has fewer leased messages than the others that wait, the older message first among equals:
//! max-min fairness over consumers, so that one lane's flood leaves the wait of the others as it is. Order is not promised.
//!
//! What it is not: complete, or stored. A lane is known with at most [`KNOWN_PER_LANE`] messages, and only with such that were
//! published since the process began; everything else, messages without a lane among it, is one more party, the rest, which
//! goes by place. So a flood costs no memory, and a queue without lanes costs nothing at all.
//!
//! Invariants: a lane exists while one of its messages is known. `heads` has every lane with a ready message once, as
//! (leased, first ready).

use crate::core::lanes::LaneKey;
use crate::core::subscription::Progress;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::ops::RangeInclusive;
use vocab::limits::LANES_KNOWN_MAX;
use vocab::{Message, Seq};

/// Known messages of a lane: enough for its turns until newer ones are published; the others go by place.
const KNOWN_PER_LANE: u32 = 256;

/// The lanes of one partition as one subscription meets them.
#[derive(Debug, Default)]
pub struct Shares {
    lanes: BTreeMap<LaneKey, Lane>,
    known: BTreeMap<u64, Known>,
    heads: BTreeSet<(u32, u64)>,
    ready: u64,
    leased: u64,
}

#[derive(Debug, Default)]
struct Lane {
    known: u32,
    leased: u32,
    ready: BTreeSet<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    lane: LaneKey,
    place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Ready,
    Leased,
    /// It waits for its time or for its burial.
    Aside,
}

impl Place {
    fn of(seq: Seq, progress: &Progress) -> Self {
        if progress.leases.contains_key(&seq.0) {
            Self::Leased
        } else if progress.is_blocked(seq) {
            Self::Aside
        } else {
            Self::Ready
        }
    }
}

impl Shares {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Whether the message has a turn of its lane's.
    #[must_use]
    pub fn knows(&self, seq: Seq) -> bool {
        self.known.contains_key(&seq.0)
    }

    /// How many known messages are ready, and how many are leased.
    #[must_use]
    pub fn counts(&self) -> (u64, u64) {
        (self.ready, self.leased)
    }

    /// Takes note of messages published from `first` on.
    pub fn note_published<'a>(&mut self, first: Seq, messages: impl Iterator<Item = &'a Message>, progress: &Progress) {
        for (seq, message) in (first.0..).map(Seq).zip(messages) {
            let Some(lane) = message.facts.lane.as_deref().map(LaneKey::named) else { continue };
            let full = self.lanes.get(&lane).is_some_and(|lane| lane.known >= KNOWN_PER_LANE);
            if !full && self.known.len() < LANES_KNOWN_MAX {
                self.put(seq, lane, Place::of(seq, progress));
            }
        }
    }

    /// Brings what is known of a message up to date with where it is; `lives` is false when it is gone.
    pub fn renew(&mut self, seq: Seq, progress: &Progress, lives: bool) {
        let Some(Known { lane, place }) = self.known.get(&seq.0).copied() else { return };
        let to = lives.then(|| Place::of(seq, progress));
        if to != Some(place) {
            self.take(seq, lane, place);
            if let Some(to) = to {
                self.put(seq, lane, to);
            }
        }
    }

    /// Forgets what is known of messages that are gone.
    pub fn forget(&mut self, seqs: RangeInclusive<u64>) {
        for (seq, Known { lane, place }) in
            self.known.range(seqs).map(|(seq, known)| (*seq, *known)).collect::<Vec<_>>()
        {
            self.take(Seq(seq), lane, place);
        }
    }

    /// The order of turns, as long as nothing changes but what is taken.
    #[must_use]
    pub fn turns(&self) -> Turns<'_> {
        Turns { shares: self, heads: self.heads.iter().copied().peekable(), again: BinaryHeap::new() }
    }

    fn put(&mut self, seq: Seq, key: LaneKey, place: Place) {
        self.known.insert(seq.0, Known { lane: key, place });
        let lane = self.lanes.entry(key).or_default();
        let before = lane.head();
        lane.known += 1;
        match place {
            Place::Ready => {
                lane.ready.insert(seq.0);
                self.ready += 1;
            }
            Place::Leased => {
                lane.leased += 1;
                self.leased += 1;
            }
            Place::Aside => {}
        }
        let after = lane.head();
        self.move_head(before, after);
    }

    fn take(&mut self, seq: Seq, key: LaneKey, place: Place) {
        self.known.remove(&seq.0);
        let lane = self.lanes.get_mut(&key).expect("the lane of a known message exists");
        let before = lane.head();
        lane.known -= 1;
        match place {
            Place::Ready => {
                lane.ready.remove(&seq.0);
                self.ready -= 1;
            }
            Place::Leased => {
                lane.leased -= 1;
                self.leased -= 1;
            }
            Place::Aside => {}
        }
        let after = lane.head();
        if lane.known == 0 {
            self.lanes.remove(&key);
        }
        self.move_head(before, after);
    }

    fn move_head(&mut self, before: Option<(u32, u64)>, after: Option<(u32, u64)>) {
        if before != after {
            before.map(|head| self.heads.remove(&head));
            self.heads.extend(after);
        }
    }
}

impl Lane {
    fn head(&self) -> Option<(u32, u64)> {
        self.ready.first().map(|seq| (self.leased, *seq))
    }
}

/// Turns, one after the other: a lane that had one comes again with one more leased message.
pub struct Turns<'a> {
    shares: &'a Shares,
    heads: std::iter::Peekable<std::iter::Copied<std::collections::btree_set::Iter<'a, (u32, u64)>>>,
    again: BinaryHeap<Reverse<(u32, u64)>>,
}

impl Turns<'_> {
    /// Whose turn it is: how many of its messages are leased, and its first that is ready.
    pub fn peek(&mut self) -> Option<(u64, Seq)> {
        let (leased, seq) = match (self.heads.peek().copied(), self.again.peek().map(|Reverse(head)| *head)) {
            (Some(first), Some(again)) => first.min(again),
            (first, again) => first.or(again)?,
        };
        Some((u64::from(leased), Seq(seq)))
    }

    /// Takes that turn.
    pub fn take(&mut self) {
        let Some((_, Seq(seq))) = self.peek() else { return };
        let (leased, _) = match self.heads.next_if(|(_, head)| *head == seq) {
            Some(head) => head,
            None => self.again.pop().expect("a turn is one of the two").0,
        };
        let lane = &self.shares.lanes[&self.shares.known[&seq].lane];
        if let Some(next) = lane.ready.range(seq + 1..).next() {
            self.again.push(Reverse((leased + 1, *next)));
        }
    }
}
