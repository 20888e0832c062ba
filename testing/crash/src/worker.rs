//! A worker's thread: receive, write down what came and what will be deleted, delete, write down what came of it.
//!
//! Not everything is deleted: some messages are given back, some are forgotten until their lease ends, so that kills
//! meet messages in every state.
//!
//! An acknowledged delete is written down only while the lease must still have been running. Later the message may have been
//! handed out again, and SQS answers a delete by an older handle with success and deletes nothing.

use crate::endpoint::Phase;
use crate::groups::{Lot, Lots};
use crate::ledger::{Ledger, Line, Stamp, Stamps, What};
use crate::queue::{Client, Outcome, Received, Surroundings};
use anyhow::Result;
use std::time::Duration;
use vocab::random::{Random, SeededRandom};

/// Most messages in one receive.
const RECEIVE_MAX: u64 = 10;

/// Seconds of a long poll.
const WAIT_S: u64 = 1;

/// One worker: several threads, one ledger.
pub struct Worker<'a> {
    /// Its number.
    pub number: u16,
    /// The queue that it works on during the load.
    pub queue: &'a str,
    /// All queues: it helps to drain them at the end.
    pub queues: &'a [&'a str],
    /// The seed of the run.
    pub seed: u64,
    /// Its ledger.
    pub ledger: Ledger,
    /// The run's stamps.
    pub stamps: &'a Stamps,
    /// For so long after a receive began, the leases that it brought are sure to run.
    pub leased_for: Duration,
    /// Where it notes what came together, if anybody asks for that.
    pub lots: Option<&'a Lots>,
}

/// What becomes of the messages of one receive.
enum Fate {
    DeleteTogether,
    DeleteOneByOne,
    Release,
    Forget,
}

impl Worker<'_> {
    /// Works until the run is over; `thread` makes this thread's choices its own.
    pub fn run(&self, around: &Surroundings, thread: u64) -> Result<()> {
        let random = SeededRandom::new(!self.seed ^ (u64::from(self.number) << 8) ^ thread);
        let mut client = Client::new(around);
        let mut lines = Vec::new();
        let mut turn = thread;
        loop {
            let (queue, fate) = match around.endpoint.phase() {
                Phase::Load => (self.queue, fate(&random)),
                Phase::Drain => (self.queues[(turn % self.queues.len() as u64) as usize], Fate::DeleteTogether),
                Phase::Over => break,
            };
            turn += 1;
            let asked = self.stamps.next();
            match client.receive(queue, 1 + random.next_u64() % RECEIVE_MAX, WAIT_S)? {
                Outcome::Done(messages) => self.settle(&mut client, queue, &messages, &fate, asked, &mut lines)?,
                Outcome::Refused(_) | Outcome::Unknown => {}
                Outcome::Over => break,
            }
        }
        self.ledger.write(&lines)
    }

    fn settle(
        &self,
        client: &mut Client<'_>,
        queue: &str,
        messages: &[Received],
        fate: &Fate,
        asked: Stamp,
        lines: &mut Vec<Line>,
    ) -> Result<()> {
        if let Some(lots) = self.lots.filter(|_| !messages.is_empty()) {
            let names = messages.iter().map(|one| one.name).collect();
            lots.add(Lot { asked, answered: self.stamps.next(), names });
        }
        let seen = |one: &Received| Line { at: asked, name: one.name, what: What::Seen(one.hash, one.id.clone()) };
        lines.extend(messages.iter().map(seen));
        if matches!(fate, Fate::DeleteTogether | Fate::DeleteOneByOne) {
            lines.extend(messages.iter().map(|one| self.line(one, What::Delete)));
        }
        self.ledger.write(lines)?;
        lines.clear();
        match fate {
            Fate::DeleteTogether => self.delete(client, queue, messages, lines)?,
            Fate::DeleteOneByOne => {
                for one in messages {
                    self.delete(client, queue, std::slice::from_ref(one), lines)?;
                }
            }
            Fate::Release => {
                for one in messages {
                    client.release(queue, one)?;
                }
            }
            Fate::Forget => {}
        }
        Ok(())
    }

    fn delete(&self, client: &mut Client<'_>, queue: &str, messages: &[Received], lines: &mut Vec<Line>) -> Result<()> {
        if let Outcome::Done(deleted) = client.delete(queue, messages)? {
            let acknowledged = messages.iter().zip(deleted).filter(|(_, deleted)| *deleted);
            let in_time = acknowledged.filter(|(one, _)| one.asked.elapsed() < self.leased_for);
            lines.extend(in_time.map(|(one, _)| self.line(one, What::Deleted)));
        }
        Ok(())
    }

    fn line(&self, one: &Received, what: What) -> Line {
        Line { at: self.stamps.next(), name: one.name, what }
    }
}

fn fate(random: &SeededRandom) -> Fate {
    match random.next_u64() % 20 {
        0..=9 => Fate::DeleteTogether,
        10..=16 => Fate::DeleteOneByOne,
        17 | 18 => Fate::Release,
        _ => Fate::Forget,
    }
}
