//! Who takes messages from which queue at this moment: everyone who receives has an entry here, and a number that their leases bear.
//!
//! ```text
//!   enter ──→ listed ── drop of the guard ──→ left ── holds nothing any more ──→ forgotten
//!                                              └── never was given anything ──→ forgotten at once
//! ```
//!
//! What it is not: a count of leases, which the engine is asked for. A delivery takes no lock here: its time is an atomic of its
//! consumer's own.
//!
//! Invariants: a number is not given again while it is listed; number 0 is nobody's. At most [`CONSUMERS_LISTED_MAX`] are listed; where
//! that is reached, whoever left first is forgotten, and if nobody left, whoever comes has no number.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use vocab::limits::{CONSUMERS_LISTED_MAX, SELF_DESCRIPTION_BYTES_MAX};
use vocab::{ConsumerId, DoorCode, QueueId};

/// A consumer, as it introduces itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consumer {
    /// The queue it takes messages from.
    pub queue: QueueId,
    /// What it calls itself; empty where it does not say.
    pub name: Box<str>,
    /// Its address; empty where there is no network between.
    pub peer: Arc<str>,
    /// Its user; empty where there is none.
    pub user: Arc<str>,
    /// Its connection, by the door's number; 0 where there is none.
    pub connection: u64,
    /// Whether it is given messages up to a limit as they come, or asks for each time.
    pub manner: Manner,
}

/// How a consumer comes by messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// It is sent what comes, as long as it holds less than it may.
    Sent,
    /// It asks, each time.
    Asks,
}

/// An entry of the list.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) id: ConsumerId,
    pub(crate) who: Consumer,
    pub(crate) door: DoorCode,
    pub(crate) since_ms: u64,
    /// When it was given something last (log time, milliseconds); 0 for never.
    pub(crate) delivered_ms: AtomicU64,
}

/// The list.
#[derive(Debug, Default)]
pub(crate) struct Consumers {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    listed: BTreeMap<ConsumerId, (Arc<Listed>, Presence)>,
    /// Who left and may still hold something, in that order.
    left: VecDeque<ConsumerId>,
    newest: u32,
}

/// Whether somebody is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    Here,
    Left,
}

impl Consumers {
    /// Lists somebody; `None` where there is no room.
    pub(crate) fn enter(&self, who: Consumer, door: DoorCode, now_ms: u64) -> Option<Arc<Listed>> {
        let who = Consumer { name: cut(who.name), ..who };
        let mut known = self.lock();
        if known.listed.len() >= CONSUMERS_LISTED_MAX {
            let first = known.left.pop_front()?;
            known.listed.remove(&first);
        }
        let id = known.unused_id();
        let listed = Arc::new(Listed { id, who, door, since_ms: now_ms, delivered_ms: AtomicU64::new(0) });
        known.listed.insert(id, (listed.clone(), Presence::Here));
        Some(listed)
    }

    /// Somebody is gone. What they were given they may still hold.
    pub(crate) fn leave(&self, listed: &Listed) {
        let mut known = self.lock();
        if listed.delivered_ms.load(Ordering::Relaxed) == 0 {
            known.listed.remove(&listed.id);
        } else if let Some((_, presence)) = known.listed.get_mut(&listed.id) {
            *presence = Presence::Left;
            known.left.push_back(listed.id);
        }
    }

    /// Who left and is not forgotten.
    pub(crate) fn left(&self) -> BTreeSet<ConsumerId> {
        self.lock().left.iter().copied().collect()
    }

    /// Forgets these of those who left.
    pub(crate) fn forget(&self, gone: &BTreeSet<ConsumerId>) {
        let known = &mut *self.lock();
        known.left.retain(|id| !gone.contains(id));
        known.listed.retain(|id, (_, presence)| *presence == Presence::Here || !gone.contains(id));
    }

    /// Who has this number.
    pub(crate) fn find(&self, id: ConsumerId) -> Option<(Arc<Listed>, Presence)> {
        self.lock().listed.get(&id).cloned()
    }

    /// Everyone, in order of number.
    pub(crate) fn all(&self) -> Vec<(Arc<Listed>, Presence)> {
        self.lock().listed.values().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// Counts on, around the end after four thousand million, past 0 and those in use.
    fn unused_id(&mut self) -> ConsumerId {
        loop {
            self.newest = self.newest.wrapping_add(1);
            let id = ConsumerId(self.newest);
            if id != ConsumerId::UNKNOWN && !self.listed.contains_key(&id) {
                return id;
            }
        }
    }
}

/// At most so much of what somebody says of itself.
fn cut(text: Box<str>) -> Box<str> {
    if text.len() <= SELF_DESCRIPTION_BYTES_MAX {
        return text;
    }
    text[..text.floor_char_boundary(SELF_DESCRIPTION_BYTES_MAX)].into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(name: &str) -> Consumer {
        let nothing: Arc<str> = "".into();
        let (peer, user) = (nothing.clone(), nothing);
        Consumer { queue: QueueId(1), name: name.into(), peer, user, connection: 1, manner: Manner::Asks }
    }

    fn numbers(consumers: &Consumers) -> Vec<u32> {
        consumers.all().iter().map(|(listed, _)| listed.id.0).collect()
    }

    #[test]
    fn whoever_leaves_is_known_for_as_long_as_they_hold_something() {
        let consumers = Consumers::default();
        let enter = |name| consumers.enter(who(name), DoorCode(1), 5).expect("there is room");
        let (idle, busy) = (enter("idle"), enter("busy"));
        busy.delivered_ms.store(7, Ordering::Relaxed);
        consumers.leave(&idle);
        consumers.leave(&busy);
        assert_eq!(numbers(&consumers), [2], "who was never given anything holds nothing");
        let found = consumers.find(busy.id).map(|(listed, presence)| (listed.who.name.clone(), presence));
        assert_eq!(found, Some(("busy".into(), Presence::Left)));
        assert_eq!(consumers.left(), BTreeSet::from([busy.id]));
        consumers.forget(&consumers.left());
        assert!(numbers(&consumers).is_empty());
    }

    #[test]
    fn the_list_is_bounded_and_who_left_makes_room() {
        let consumers = Consumers::default();
        let mut entered: Vec<_> =
            (0..CONSUMERS_LISTED_MAX).map_while(|_| consumers.enter(who("x"), DoorCode(1), 0)).collect();
        assert_eq!(entered.len(), CONSUMERS_LISTED_MAX);
        assert!(consumers.enter(who("one more"), DoorCode(1), 0).is_none());
        let gone = entered.swap_remove(0);
        gone.delivered_ms.store(1, Ordering::Relaxed);
        consumers.leave(&gone);
        assert!(consumers.enter(who("one more"), DoorCode(1), 0).is_some());
        assert!(consumers.find(gone.id).is_none());
    }

    #[test]
    fn numbers_go_round_past_nobody_and_past_those_in_use() {
        let consumers = Consumers::default();
        let first = consumers.enter(who("first"), DoorCode(1), 0).expect("there is room");
        consumers.lock().newest = u32::MAX;
        let second = consumers.enter(who("second"), DoorCode(1), 0).expect("there is room");
        assert_eq!((first.id, second.id), (ConsumerId(1), ConsumerId(2)));
    }

    #[test]
    fn a_long_name_is_cut_between_characters() {
        let consumers = Consumers::default();
        let long = "ä".repeat(SELF_DESCRIPTION_BYTES_MAX);
        let listed = consumers.enter(who(&long), DoorCode(1), 0).expect("there is room");
        assert_eq!(listed.who.name.len(), SELF_DESCRIPTION_BYTES_MAX - 1);
    }
}
