//! A message id is given once, and the ids of a queue grow, whatever crashes. A repeat is told the id of another, which
//! [`super::dedup`] judges.

use super::ledger::{Ledger, Standing};
use super::violation::Violation;
use crate::history::{OpId, Reply, Uid, What};
use std::collections::BTreeMap;
use vocab::{MessageId, PartitionKey, Seq};

/// Ids name one message each, a message has one, and another after each redrive, and every id is greater than all that may have been given out before it was asked for.
pub fn check(ledger: &Ledger<'_>) -> Result<(), Violation> {
    one_id_each(ledger)?;
    let mut floors = Floors::default();
    for (at, event) in ledger.history.events.iter().enumerate() {
        match &event.what {
            What::Called(op, call) => {
                call.publishes().into_iter().for_each(|(queue, sent)| floors.called(*op, queue, sent.len()));
            }
            What::Answered(op, reply @ (Reply::Published(_) | Reply::Transacted { .. })) => {
                for id in own(ledger, *op, reply) {
                    floors.given(*op, id).map_err(|what| Violation::new(what, [ledger.ops[*op].called, at]))?;
                }
                floors.waiting.remove(op);
            }
            What::Answered(op, Reply::Refused(_)) => {
                floors.waiting.remove(op);
            }
            What::Ended(_) => floors.ended(),
            _ => {}
        }
    }
    Ok(())
}

/// The ids of a publish that are not those of messages published before.
fn own<'l>(ledger: &'l Ledger<'_>, op: OpId, reply: &'l Reply) -> impl Iterator<Item = MessageId> {
    let told = ledger.ops[op].call.placed(reply).into_iter();
    told.filter(|(sent, _)| ledger.messages[&sent.uid].standing == Standing::Own).map(|(_, id)| id)
}

fn one_id_each(ledger: &Ledger<'_>) -> Result<(), Violation> {
    let mut owners: BTreeMap<MessageId, Uid> = BTreeMap::new();
    for (uid, message) in &ledger.messages {
        let publish = &ledger.ops[message.op];
        let told = message.id.filter(|_| message.standing == Standing::Own).map(|id| (id, publish.called));
        let shown = message.leases.iter().map(|lease| &ledger.leases[*lease]);
        let shown = shown.filter_map(|lease| Some((lease.id?, lease.told)));
        let mut first = None;
        for (id, event) in told.into_iter().chain(shown) {
            let (first, since) = *first.get_or_insert((id, event));
            if first != id && !ledger.may_be_moved(message) {
                return Err(Violation::new(format!("m{uid} has two ids, {first} and {id}"), [since, event]));
            }
            let owner = *owners.entry(id).or_insert(*uid);
            if owner != *uid {
                let other = ledger.messages[&owner].op;
                let what = format!("m{owner} and m{uid} have the same id, {id} (seq {})", id.seq);
                return Err(Violation::new(what, [ledger.ops[other].called, event]));
            }
        }
    }
    Ok(())
}

/// Per partition, the greatest seq that may have been given out.
#[derive(Default)]
struct Floors {
    given: BTreeMap<PartitionKey, Seq>,
    /// For each call that waits: the partitions it publishes to, how many messages, the floor when it was called.
    waiting: BTreeMap<usize, Vec<(PartitionKey, usize, Seq)>>,
}

impl Floors {
    fn called(&mut self, op: usize, queue: vocab::QueueId, count: usize) {
        let key = PartitionKey::new(queue, vocab::PartitionId(0));
        let floor = self.given.get(&key).copied().unwrap_or_default();
        self.waiting.entry(op).or_default().push((key, count, floor));
    }

    fn given(&mut self, op: usize, id: MessageId) -> Result<(), String> {
        let mut waiting = self.waiting.get(&op).into_iter().flatten();
        let floor = waiting.find(|(key, ..)| *key == id.key).map(|(.., floor)| *floor).unwrap_or_default();
        if id.seq <= floor {
            return Err(format!(
                "seq {} of queue {} may have been given out before: {floor} was",
                id.seq, id.key.queue
            ));
        }
        let given = self.given.entry(id.key).or_default();
        *given = (*given).max(id.seq);
        Ok(())
    }

    /// What waited may have been given the seqs that follow the last one told.
    fn ended(&mut self) {
        for (key, count, _) in std::mem::take(&mut self.waiting).into_values().flatten() {
            self.given.entry(key).or_default().0 += count as u64;
        }
    }
}
