//! What clients ask for on a channel: one file per thing that is asked about, one function per method.
//!
//! Invariant: the `match` has no wildcard, so that a method that is added is dealt with on purpose.

mod basic;
mod exchange;
mod exchange_bindings;
mod queue;
mod queue_bindings;
mod queue_declare;
mod transaction;

use crate::errors::AmqpError;
use crate::session::{Session, Word};
use crate::wire::ReplyCode;
use crate::wire::methods::{ClientMethod, access, channel};

/// Does what a method asks for, and answers it.
pub(crate) async fn run(session: &mut Session, number: u16, method: &ClientMethod<'_>) -> Result<(), AmqpError> {
    match method {
        ClientMethod::BasicAck(ack) => session.settle(number, ack.delivery_tag, ack.multiple, Word::Ack),
        ClientMethod::BasicNack(nack) => {
            session.settle(number, nack.delivery_tag, nack.multiple, unwanted(nack.requeue))
        }
        ClientMethod::BasicReject(reject) => {
            session.settle(number, reject.delivery_tag, false, unwanted(reject.requeue))
        }
        ClientMethod::BasicGet(get) => basic::get(session, number, get).await,
        ClientMethod::BasicQos(qos) => basic::qos(session, number, qos),
        ClientMethod::BasicConsume(consume) => basic::consume(session, number, consume),
        ClientMethod::BasicCancel(cancel) => basic::cancel(session, number, cancel),
        ClientMethod::BasicRecover(recover) => basic::recover(session, number, recover.requeue, true),
        ClientMethod::BasicRecoverAsync(recover) => basic::recover(session, number, recover.requeue, false),
        ClientMethod::QueueDeclare(declare) => queue_declare::run(session, number, declare).await,
        ClientMethod::QueueBind(bind) => queue_bindings::bind(session, number, bind).await,
        ClientMethod::QueueUnbind(unbind) => queue_bindings::unbind(session, number, unbind).await,
        ClientMethod::QueuePurge(purge) => queue::purge(session, number, purge).await,
        ClientMethod::QueueDelete(delete) => queue::delete(session, number, delete).await,
        ClientMethod::ExchangeDeclare(declare) => exchange::declare(session, number, declare).await,
        ClientMethod::ExchangeDelete(delete) => exchange::delete(session, number, delete).await,
        ClientMethod::ExchangeBind(bind) => exchange_bindings::bind(session, number, bind).await,
        ClientMethod::ExchangeUnbind(unbind) => exchange_bindings::unbind(session, number, unbind).await,
        ClientMethod::ConfirmSelect(select) => transaction::select_confirms(session, number, select),
        ClientMethod::TxSelect(_) => transaction::select(session, number),
        ClientMethod::TxCommit(_) => transaction::commit(session, number).await,
        ClientMethod::TxRollback(_) => transaction::rollback(session, number),
        ClientMethod::ChannelFlow(flow) => basic::flow(session, number, flow),
        ClientMethod::ChannelClose(_) => {
            session.end_channel(number);
            Ok(())
        }
        // Realms are of an older version; clients that ask are let in, as RabbitMQ does.
        ClientMethod::AccessRequest(_) => {
            session.say(number, &access::RequestOk { ticket: 1 });
            Ok(())
        }
        // Answers to what we said or never say: nothing is left to do.
        ClientMethod::BasicCancelOk(_) | ClientMethod::ChannelFlowOk(channel::FlowOk { .. }) => Ok(()),
        ClientMethod::BasicPublish(_)
        | ClientMethod::ChannelOpen(_)
        | ClientMethod::ChannelCloseOk(_)
        | ClientMethod::ConnectionStartOk(_)
        | ClientMethod::ConnectionSecureOk(_)
        | ClientMethod::ConnectionTuneOk(_)
        | ClientMethod::ConnectionOpen(_)
        | ClientMethod::ConnectionClose(_)
        | ClientMethod::ConnectionCloseOk(_)
        | ClientMethod::ConnectionUpdateSecret(_) => out_of_place(method),
    }
}

fn unwanted(requeue: bool) -> Word {
    if requeue { Word::Requeue } else { Word::Discard }
}

fn out_of_place(method: &ClientMethod<'_>) -> Result<(), AmqpError> {
    Err(match method {
        ClientMethod::ChannelOpen(_) => AmqpError::new(ReplyCode::ChannelError, "second 'channel.open' seen"),
        _ => AmqpError::new(ReplyCode::CommandInvalid, "unimplemented method"),
    })
}
