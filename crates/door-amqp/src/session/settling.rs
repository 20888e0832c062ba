//! Acknowledgements: what clients say of deliveries, and what it means for leases.

use super::Session;
use crate::channel::Mode;
use crate::channel::transaction::Settled;
use crate::channel::unacked::Held;
use crate::errors::AmqpError;
use broker::{Settle, Settlement};
use vocab::LeaseToken;

/// What a client says of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    /// It is done.
    Ack,
    /// Back to its queue.
    Requeue,
    /// Away from its queue: to the dead letters, if it has a policy for them.
    Discard,
}

impl Session {
    /// Settles the delivery under a tag, or all up to it. In a transaction it counts from the commit on.
    pub(crate) fn settle(&mut self, channel: u16, tag: u64, multiple: bool, word: Word) -> Result<(), AmqpError> {
        let open = self.channel(channel);
        let unknown = |error: crate::channel::unacked::UnknownTag| {
            AmqpError::precondition(format!("unknown delivery tag {}", error.0))
        };
        let held = open.unacked.take(tag, multiple).map_err(unknown)?;
        if let Mode::Transaction(transaction) = &mut open.mode {
            transaction.settled.push(Settled { held, word });
            return Ok(());
        }
        let settlements = held.iter().map(|(_, held)| self.settlement(held.token, word)).collect();
        self.settle_unanswered(settlements);
        self.give_credit(channel, held.iter().map(|(_, held)| held));
        Ok(())
    }

    /// What a word means for a lease. What is discarded from a queue without a policy for it is done with.
    pub(crate) fn settlement(&self, token: LeaseToken, word: Word) -> Settlement {
        let how = match word {
            Word::Ack => Settle::Ack,
            Word::Requeue => Settle::Release { delay_ms: 0 },
            Word::Discard => {
                let queue = self.door.broker.queue_by_id(token.key.queue);
                if queue.is_some_and(|queue| queue.settings.bury.is_some()) {
                    Settle::Bury { reason: None }
                } else {
                    Settle::Ack
                }
            }
        };
        Settlement { token, how }
    }

    /// Gives everything back that the channel holds, to be delivered again.
    pub(crate) fn recover(&mut self, channel: u16) {
        let held = self.channel(channel).unacked.take_all();
        let settlements = held.iter().map(|(_, held)| self.settlement(held.token, Word::Requeue)).collect();
        self.settle_unanswered(settlements);
        self.give_credit(channel, held.iter().map(|(_, held)| held));
    }

    /// Settles without waiting: the protocol has no answer to it. A broker that is not available any more ends the connection by itself.
    pub(crate) fn settle_unanswered(&self, settlements: Vec<Settlement>) {
        if !settlements.is_empty() {
            let _ended = self.door.broker.settle_unanswered(settlements);
        }
    }

    /// Lets consumers ask again whose deliveries were settled.
    pub(crate) fn give_credit<'h>(&mut self, channel: u16, held: impl Iterator<Item = &'h Held>) {
        let Some(open) = self.channels.get_mut(&channel) else { return };
        let mut freed: Vec<u32> = Vec::new();
        for number in held.filter_map(|held| held.consumer) {
            if let Some(consumer) = open.consumers.get_mut(&number) {
                consumer.unacked -= 1;
                if !freed.contains(&number) {
                    freed.push(number);
                }
            }
        }
        if open.prefetch_shared > 0 {
            return self.ask_all(channel);
        }
        for number in freed {
            self.ask(channel, number);
        }
    }
}
