//! The load and the audit of a FIFO queue: many message groups, each the business of one producer's thread, which numbers its
//! messages and sends what was not answered again, under the same deduplication ids, until it is.
//!
//! | rule | broken when |
//! |---|---|
//! | what is sent again is accepted once | a message has two ids, or another id than its producer was told |
//! | a group is handed out in order | a message of it is seen while an earlier one is left, nobody having tried to delete it |
//! | what was passed is gone | an earlier message is seen by a receive that began after a later one was handed out without it |
//! | nothing is lost | a message that was sent was never seen |

use crate::endpoint::Phase;
use crate::ledger::{Ledger, Line, Stamp, Stamps, What};
use crate::message::{self, Name};
use crate::queue::{Client, Outcome, Surroundings};
use anyhow::Result;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use vocab::random::{Random, SeededRandom};

/// Most messages in one send.
const BATCH_MAX: u64 = 10;

/// A thread that sends to groups of its own.
pub struct GroupProducer<'a> {
    /// Its groups: the `producer` of a message's name is its group.
    pub groups: std::ops::Range<u16>,
    /// The queue that it sends to.
    pub queue: &'a str,
    /// The seed of the run, from which bodies follow.
    pub seed: u64,
    /// Its ledger.
    pub ledger: &'a Ledger,
    /// The run's stamps.
    pub stamps: &'a Stamps,
}

impl GroupProducer<'_> {
    /// Sends until the load is over, and to the end what it began to send.
    pub fn run(&self, around: &Surroundings) -> Result<()> {
        let random = SeededRandom::new(self.seed ^ (u64::from(self.groups.start) << 16));
        let mut client = Client::new(around);
        let mut sent = BTreeMap::<u16, u32>::new();
        while around.endpoint.phase() == Phase::Load {
            let group = self.groups.start + (random.next_u64() % self.groups.len() as u64) as u16;
            let next = sent.entry(group).or_default();
            let count = if random.next_u64().is_multiple_of(2) { 1 } else { 1 + random.next_u64() % BATCH_MAX };
            let names = (*next..).take(count as usize).map(|number| Name { producer: group, number });
            let messages: Vec<_> = names.map(|name| (name, message::body(self.seed, name))).collect();
            *next += messages.len() as u32;
            let intents = messages.iter().map(|(name, body)| self.line(*name, What::Intent(message::hash(body))));
            self.ledger.write(&intents.collect::<Vec<_>>())?;
            self.send(&mut client, &format!("group-{group}"), &messages)?;
        }
        Ok(())
    }

    /// Sends until there is an answer.
    fn send(&self, client: &mut Client<'_>, group: &str, messages: &[(Name, String)]) -> Result<()> {
        loop {
            match client.send_in_group(self.queue, group, messages)? {
                Outcome::Done(ids) => {
                    let stored = messages.iter().zip(ids).filter_map(|((name, _), id)| Some((*name, id?)));
                    let lines: Vec<_> = stored.map(|(name, id)| self.line(name, What::Stored(id))).collect();
                    return self.ledger.write(&lines);
                }
                Outcome::Unknown => {}
                Outcome::Refused(_) | Outcome::Over => return Ok(()),
            }
        }
    }

    fn line(&self, name: Name, what: What) -> Line {
        Line { at: self.stamps.next(), name, what }
    }
}

/// What one receive brought.
#[derive(Clone, Debug)]
pub struct Lot {
    /// When it began.
    pub asked: Stamp,
    /// When it was answered.
    pub answered: Stamp,
    /// The messages, in the order of the answer.
    pub names: Vec<Name>,
}

/// What all receives brought.
#[derive(Debug, Default)]
pub struct Lots(Mutex<Vec<Lot>>);

impl Lots {
    /// Notes what a receive brought.
    pub fn add(&self, lot: Lot) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(lot);
    }

    /// Everything, in the order of the answers.
    pub fn by_answer(&self) -> Vec<Lot> {
        let mut lots = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        lots.sort_unstable_by_key(|lot| lot.answered);
        lots
    }
}

/// What is broken of the order of the groups.
///
/// `deletes` says when the first attempt to delete each message began.
#[must_use]
pub fn disorder(lots: &[Lot], deletes: &BTreeMap<Name, Stamp>) -> Vec<String> {
    let mut broken = Vec::new();
    // Per group: the first message that may still be there, and when the ones before it were certainly passed.
    let mut passed = BTreeMap::<u16, Vec<(u32, Stamp)>>::new();
    for lot in lots {
        let mut groups = BTreeMap::<u16, Vec<u32>>::new();
        for name in &lot.names {
            groups.entry(name.producer).or_default().push(name.number);
        }
        for (group, numbers) in groups {
            if !numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]) {
                broken.push(format!("group {group} was handed out as {numbers:?}"));
            }
            let first = numbers[0];
            let seen_before = passed.entry(group).or_default();
            if let Some((gone, at)) = seen_before.iter().find(|(gone, at)| first < *gone && *at < lot.asked) {
                let at = at.0;
                broken
                    .push(format!("message {first} of group {group} came after {gone}, handed out at {at} without it"));
            }
            let before = seen_before.iter().map(|(gone, _)| *gone).max().unwrap_or(0);
            for number in before..first {
                let tried = deletes.get(&Name { producer: group, number });
                if tried.is_none_or(|tried| *tried > lot.answered) {
                    broken.push(format!("message {number} of group {group} was there when {first} was handed out"));
                }
            }
            if first > before {
                seen_before.push((first, lot.answered));
            }
        }
    }
    broken
}

#[cfg(test)]
mod tests;
