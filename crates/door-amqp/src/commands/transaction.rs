//! Confirms and transactions: `confirm.select`, `tx.select`, `tx.commit`, `tx.rollback`.

use crate::channel::Mode;
use crate::channel::confirms::Confirms;
use crate::channel::transaction::{Settled, Transaction};
use crate::errors::{self, AmqpError};
use crate::session::Session;
use crate::wire::ReplyCode;
use crate::wire::methods::{confirm, tx};
use broker::FanOut;
use vocab::{PartitionId, PartitionKey};

/// `confirm.select`
pub(super) fn select_confirms(session: &mut Session, channel: u16, said: &confirm::Select) -> Result<(), AmqpError> {
    let open = session.channel(channel);
    match open.mode {
        Mode::Plain => open.mode = Mode::Confirms(Confirms::new()),
        Mode::Confirms(_) => {}
        Mode::Transaction(_) => return Err(AmqpError::precondition("cannot switch from tx to confirm mode")),
    }
    if !said.no_wait {
        session.say(channel, &confirm::SelectOk {});
    }
    Ok(())
}

/// `tx.select`
pub(super) fn select(session: &mut Session, channel: u16) -> Result<(), AmqpError> {
    let open = session.channel(channel);
    match open.mode {
        Mode::Plain => open.mode = Mode::Transaction(Transaction::default()),
        Mode::Transaction(_) => {}
        Mode::Confirms(_) => return Err(AmqpError::precondition("cannot switch from confirm to tx mode")),
    }
    session.say(channel, &tx::SelectOk {});
    Ok(())
}

/// `tx.commit`: everything becomes one change of the broker, or the channel ends and nothing has happened.
pub(super) async fn commit(session: &mut Session, channel: u16) -> Result<(), AmqpError> {
    let Transaction { publishes, settled, .. } = take(session, channel)?;
    let (mut fan_outs, mut unrouted) = (Vec::new(), Vec::new());
    for publish in publishes {
        let queues = session.route(&publish);
        let fact = session.fact(&publish);
        if queues.is_empty() {
            unrouted.push(publish);
            continue;
        }
        let mut message = publish.message;
        message.facts.route = fact;
        let to = queues.iter().map(|queue| PartitionKey::new(queue.id, PartitionId(0))).collect();
        fan_outs.push(FanOut { to, messages: vec![message] });
    }
    let settlements = settled.iter().flat_map(|Settled { held, word }| held.iter().map(move |(_, held)| (held, *word)));
    let settlements: Vec<_> = settlements.map(|(held, word)| session.settlement(held.token, word)).collect();
    if !fan_outs.is_empty() || !settlements.is_empty() {
        let transaction = broker::Transaction { publishes: fan_outs, settlements, atomic: true };
        let committed = session.door.broker.transact(transaction).await;
        committed.map_err(errors::transact)?;
    }
    for publish in unrouted {
        if publish.mandatory {
            session.give_back(channel, &publish);
        }
    }
    session.say(channel, &tx::CommitOk {});
    session.give_credit(channel, settled.iter().flat_map(|settled| settled.held.iter().map(|(_, held)| held)));
    Ok(())
}

/// `tx.rollback`: nothing was published, and what was settled is to be settled again.
pub(super) fn rollback(session: &mut Session, channel: u16) -> Result<(), AmqpError> {
    let Transaction { settled, .. } = take(session, channel)?;
    let unacked = &mut session.channel(channel).unacked;
    unacked.put_back(settled.into_iter().flat_map(|settled| settled.held));
    session.say(channel, &tx::RollbackOk {});
    Ok(())
}

fn take(session: &mut Session, channel: u16) -> Result<Transaction, AmqpError> {
    match &mut session.channel(channel).mode {
        Mode::Transaction(transaction) => Ok(std::mem::take(transaction)),
        Mode::Plain | Mode::Confirms(_) => {
            Err(AmqpError::new(ReplyCode::PreconditionFailed, "channel is not transactional"))
        }
    }
}
