//! A producer's thread: write down what will be sent, send it, write down what came of it.

use crate::endpoint::Phase;
use crate::ledger::{Ledger, Line, Stamps, What};
use crate::message::{self, Name};
use crate::queue::{Client, Outcome, Surroundings};
use anyhow::Result;
use std::sync::atomic::{AtomicU32, Ordering};
use vocab::random::{Random, SeededRandom};

/// Most messages in one send.
const BATCH_MAX: u64 = 10;

/// One producer: several threads, one ledger.
pub struct Producer<'a> {
    /// Its number.
    pub number: u16,
    /// The queue that it sends to.
    pub queue: &'a str,
    /// The seed of the run, from which bodies follow.
    pub seed: u64,
    /// Its ledger.
    pub ledger: Ledger,
    /// Messages named so far.
    pub named: AtomicU32,
    /// The run's stamps.
    pub stamps: &'a Stamps,
}

impl Producer<'_> {
    /// Sends until the load is over; `thread` makes this thread's choices its own.
    pub fn run(&self, around: &Surroundings, thread: u64) -> Result<()> {
        let random = SeededRandom::new(self.seed ^ (u64::from(self.number) << 8) ^ thread);
        let mut client = Client::new(around);
        let mut lines = Vec::new();
        while around.endpoint.phase() == Phase::Load {
            let messages = self.name_some(&random);
            lines.extend(messages.iter().map(|(name, body)| self.line(*name, What::Intent(message::hash(body)))));
            self.ledger.write(&lines)?;
            lines.clear();
            match client.send(self.queue, &messages)? {
                Outcome::Done(ids) => {
                    let stored = messages.iter().zip(ids).filter_map(|((name, _), id)| Some((*name, id?)));
                    lines.extend(stored.map(|(name, id)| self.line(name, What::Stored(id))));
                }
                Outcome::Refused(_) | Outcome::Unknown => {}
                Outcome::Over => break,
            }
        }
        self.ledger.write(&lines)
    }

    /// Half of the sends carry one message, the others up to a batch.
    fn name_some(&self, random: &SeededRandom) -> Vec<(Name, String)> {
        let count = if random.next_u64().is_multiple_of(2) { 1 } else { 1 + random.next_u64() % BATCH_MAX };
        let name = |_| Name { producer: self.number, number: self.named.fetch_add(1, Ordering::Relaxed) };
        (0..count).map(name).map(|name| (name, message::body(self.seed, name))).collect()
    }

    fn line(&self, name: Name, what: What) -> Line {
        Line { at: self.stamps.next(), name, what }
    }
}
