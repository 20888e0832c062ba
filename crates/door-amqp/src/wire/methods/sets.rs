//! Who may say what: the methods that clients send, and those that servers send.

use super::{Decode, Method, MethodError, MethodId};
use super::{access, basic, channel, confirm, connection, exchange, queue, tx};
use bytes::BytesMut;

macro_rules! method_set {
    ($(#[$doc:meta])* $set:ident<$life:lifetime> { $($variant:ident($kind:ty),)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $set<$life> {
            $(
                #[doc = concat!("See [`", stringify!($kind), "`].")]
                $variant($kind),
            )*
        }

        impl<$life> $set<$life> {
            /// Reads a method frame's payload.
            ///
            /// # Errors
            /// This side says no such method, or its arguments are malformed.
            #[inline]
            pub fn decode(payload: &$life [u8]) -> Result<Self, MethodError> {
                let (id, fields) = super::split(payload)?;
                $(
                    if id == <$kind as Method>::ID {
                        let read = <$kind as Decode<$life>>::read(fields);
                        return read.map(Self::$variant).map_err(|malformed| MethodError::Arguments { id, malformed });
                    }
                )*
                Err(MethodError::Unknown(id))
            }

            /// Its numbers.
            #[must_use]
            pub fn id(&self) -> MethodId {
                match self { $(Self::$variant(_) => <$kind as Method>::ID,)* }
            }

            /// Appends a whole frame of it.
            pub fn put(&self, out: &mut BytesMut, channel: u16) {
                match self { $(Self::$variant(method) => super::put(out, channel, method),)* }
            }

            pub(super) fn name_of(id: MethodId) -> Option<&'static str> {
                $(
                    if id == <$kind as Method>::ID {
                        return Some(<$kind as Method>::NAME);
                    }
                )*
                None
            }
        }
    };
}

method_set! {
    /// What a client may send.
    ClientMethod<'a> {
        BasicPublish(basic::Publish<'a>),
        BasicAck(basic::Ack),
        BasicNack(basic::Nack),
        BasicReject(basic::Reject),
        BasicGet(basic::Get<'a>),
        BasicQos(basic::Qos),
        BasicConsume(basic::Consume<'a>),
        BasicCancel(basic::Cancel<'a>),
        BasicCancelOk(basic::CancelOk<'a>),
        BasicRecover(basic::Recover),
        BasicRecoverAsync(basic::RecoverAsync),
        QueueDeclare(queue::Declare<'a>),
        QueueBind(queue::Bind<'a>),
        QueueUnbind(queue::Unbind<'a>),
        QueuePurge(queue::Purge<'a>),
        QueueDelete(queue::Delete<'a>),
        ExchangeDeclare(exchange::Declare<'a>),
        ExchangeDelete(exchange::Delete<'a>),
        ExchangeBind(exchange::Bind<'a>),
        ExchangeUnbind(exchange::Unbind<'a>),
        ChannelOpen(channel::Open),
        ChannelFlow(channel::Flow),
        ChannelFlowOk(channel::FlowOk),
        ChannelClose(channel::Close<'a>),
        ChannelCloseOk(channel::CloseOk),
        ConfirmSelect(confirm::Select),
        TxSelect(tx::Select),
        TxCommit(tx::Commit),
        TxRollback(tx::Rollback),
        AccessRequest(access::Request<'a>),
        ConnectionStartOk(connection::StartOk<'a>),
        ConnectionSecureOk(connection::SecureOk<'a>),
        ConnectionTuneOk(connection::TuneOk),
        ConnectionOpen(connection::Open<'a>),
        ConnectionClose(connection::Close<'a>),
        ConnectionCloseOk(connection::CloseOk),
        ConnectionUpdateSecret(connection::UpdateSecret<'a>),
    }
}

method_set! {
    /// What a server may send.
    ServerMethod<'a> {
        BasicDeliver(basic::Deliver<'a>),
        BasicAck(basic::Ack),
        BasicNack(basic::Nack),
        BasicGetOk(basic::GetOk<'a>),
        BasicGetEmpty(basic::GetEmpty),
        BasicReturn(basic::Return<'a>),
        BasicQosOk(basic::QosOk),
        BasicConsumeOk(basic::ConsumeOk<'a>),
        BasicCancel(basic::Cancel<'a>),
        BasicCancelOk(basic::CancelOk<'a>),
        BasicRecoverOk(basic::RecoverOk),
        QueueDeclareOk(queue::DeclareOk<'a>),
        QueueBindOk(queue::BindOk),
        QueueUnbindOk(queue::UnbindOk),
        QueuePurgeOk(queue::PurgeOk),
        QueueDeleteOk(queue::DeleteOk),
        ExchangeDeclareOk(exchange::DeclareOk),
        ExchangeDeleteOk(exchange::DeleteOk),
        ExchangeBindOk(exchange::BindOk),
        ExchangeUnbindOk(exchange::UnbindOk),
        ChannelOpenOk(channel::OpenOk),
        ChannelFlow(channel::Flow),
        ChannelFlowOk(channel::FlowOk),
        ChannelClose(channel::Close<'a>),
        ChannelCloseOk(channel::CloseOk),
        ConfirmSelectOk(confirm::SelectOk),
        TxSelectOk(tx::SelectOk),
        TxCommitOk(tx::CommitOk),
        TxRollbackOk(tx::RollbackOk),
        AccessRequestOk(access::RequestOk),
        ConnectionStart(connection::Start<'a>),
        ConnectionSecure(connection::Secure<'a>),
        ConnectionTune(connection::Tune),
        ConnectionOpenOk(connection::OpenOk),
        ConnectionClose(connection::Close<'a>),
        ConnectionCloseOk(connection::CloseOk),
        ConnectionBlocked(connection::Blocked<'a>),
        ConnectionUnblocked(connection::Unblocked),
        ConnectionUpdateSecretOk(connection::UpdateSecretOk),
    }
}
