//! The machine's part in transactions: what stands and falls together, and what a transaction's answer rests on.

use super::{Machine, Output};
use crate::core::answer::{Answer, Executed, Grounds, Told, Transacted, Whom};
use crate::core::command::Transaction;
use crate::core::decide::{SharedFanOut, Verdicts, check_size};
use crate::core::error::{PublishError, TransactError};
use vocab::PartitionKey;
use vocab::mutant::{self, Mutant};

impl Machine {
    pub(super) fn transact(&mut self, transaction: Transaction, now_ms: u64, out: &mut Output) -> Executed {
        let Transaction { publishes, settlements, atomic } = transaction;
        let publishes: Vec<_> = publishes.into_iter().map(|publish| SharedFanOut::new(publish, now_ms)).collect();
        let mut keys: Vec<_> = publishes.iter().flat_map(|publish| publish.to.iter().copied()).collect();
        keys.extend(settlements.iter().map(|settlement| settlement.token.key));
        let started = out.events.len();
        let published = check_size(&publishes, settlements.len()).and_then(|()| {
            if atomic {
                self.publish_all_or_none(&publishes, now_ms, out)
            } else {
                Ok(self.publish_each(&publishes, now_ms, out))
            }
        });
        let answer = published.map(|published| {
            let before = out.events.len();
            let decision = self.state.decide_settle(settlements, now_ms);
            let settled = self.take(decision, out);
            self.bury_returned(now_ms, out, before);
            self.trim_entered(started, now_ms, out);
            Box::new(Transacted { published, settled })
        });
        let grounds = self.transaction_grounds(&keys, &answer);
        out.told.push(Told { whom: Whom::Asker, answer: Answer::Transacted(answer), grounds });
        Executed::Answered
    }

    fn publish_all_or_none(
        &mut self,
        publishes: &[SharedFanOut],
        now_ms: u64,
        out: &mut Output,
    ) -> Result<Vec<Verdicts>, TransactError> {
        let publishes_any = publishes.iter().position(|publish| !publish.to.is_empty());
        if let Some(publish) = publishes_any.filter(|_| self.disk_full) {
            return Err(TransactError::Refused { publish, error: PublishError::DiskFull });
        }
        for publish in publishes {
            publish.to.iter().for_each(|key| self.use_shares(*key, &publish.messages));
        }
        let decision = self.state.decide_transact(publishes, now_ms);
        self.take(decision, out)
    }

    fn publish_each(&mut self, publishes: &[SharedFanOut], now_ms: u64, out: &mut Output) -> Vec<Verdicts> {
        let mut publish_one = |publish: &SharedFanOut, key: PartitionKey| {
            if self.disk_full {
                return Err(PublishError::DiskFull);
            }
            self.use_shares(key, &publish.messages);
            let decision = self.state.decide_publish(key, publish.messages.clone(), now_ms);
            self.take(decision, out)
        };
        let mut each = |publish: &SharedFanOut| publish.to.iter().map(|key| publish_one(publish, *key)).collect();
        publishes.iter().map(&mut each).collect()
    }

    /// The strictest of its queues decides. A refusal may rest on somebody else's event that is not durable yet.
    fn transaction_grounds(&self, keys: &[PartitionKey], answer: &Result<Box<Transacted>, TransactError>) -> Grounds {
        if mutant::active(Mutant::AnswerBeforeSync) {
            return Grounds::Nothing;
        }
        let granted = answer.as_ref().is_ok_and(|transacted| {
            transacted.published.iter().flatten().all(Result::is_ok) && transacted.settled.iter().all(Result::is_ok)
        });
        let waits = keys.iter().any(|key| self.own_grounds(*key) == Grounds::OwnEvents);
        if granted && !waits { Grounds::Reservations } else { Grounds::NewestEvent }
    }
}
