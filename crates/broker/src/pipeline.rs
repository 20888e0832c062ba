//! The broker's handle for callers that have many things under way at a time: a connection that sends one publish behind the
//! other, and settles without being answered.
//!
//! Invariant: what these calls begin reaches the shard in the order in which they return, whenever their answers come.

use crate::broker::{Broker, other_kind};
use crate::error::{Error, Unavailable};
use crate::life::Life;
use engine::core::answer::{Answer, Placed};
use engine::core::command::Command;
use engine::driver::{Content, Envelope};
use engine::{PublishError, Settlement};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use vocab::{LeaseToken, Message, PartitionId, PartitionKey, QueueId, SessionId};

/// A publish under way: resolves once it is durable, with the places of its messages. Dropped, it goes on all the same, and
/// nobody learns how it ended.
pub struct Publishing {
    answer: oneshot::Receiver<(Answer, Content)>,
    life: Arc<Life>,
    /// Given back with the answer.
    _room: Option<OwnedSemaphorePermit>,
}

impl Broker {
    /// Begins to publish all messages or none. Waits only while too many bytes are on their way to disk; the future that it gives
    /// waits for the answer.
    ///
    /// # Errors
    /// The broker is not available.
    pub async fn begin_publish(&self, queue: QueueId, messages: Vec<Message>) -> Result<Publishing, Unavailable> {
        let room = self.make_room(messages.iter().map(Message::weight).sum()).await;
        let key = PartitionKey::new(queue, PartitionId(0));
        let answer = self.send(Command::Publish { key, messages }, None)?;
        Ok(Publishing { answer, life: self.shared.life.clone(), _room: room })
    }

    /// Ends leases without an answer: what is refused, because the message is gone or somebody else has it, changes nothing. All of
    /// them are one atomic change.
    ///
    /// # Errors
    /// The broker is not available.
    pub fn settle_unanswered(&self, settlements: Vec<Settlement>) -> Result<(), Unavailable> {
        self.put_unanswered(Command::Settle(settlements))
    }

    /// Takes deliveries back that reached nobody: their messages return as if they had never been handed out. When the broker
    /// stops meanwhile, their leases run out.
    pub fn undeliver(&self, tokens: Vec<LeaseToken>) {
        if !tokens.is_empty() {
            let _stopping = self.put_unanswered(Command::Undeliver(tokens));
        }
    }

    /// A session that leases can belong to, unlike any other of this broker.
    #[must_use]
    pub fn open_session(&self) -> SessionId {
        SessionId(self.shared.next_session.fetch_add(1, Ordering::Relaxed))
    }

    /// Ends every lease of a session without an answer, so that it can be done while a connection is torn down. When the broker
    /// stops meanwhile, the next start ends them.
    pub fn abandon_session(&self, session: SessionId) {
        let _stopping = self.put_unanswered(Command::EndSession { session });
    }

    /// Why nothing is answered any more.
    pub(crate) fn ended(&self) -> Unavailable {
        self.shared.life.reason()
    }

    fn put_unanswered(&self, command: Command) -> Result<(), Unavailable> {
        let put = self.shared.inbox.put(Envelope { door: self.door, ..Envelope::unanswered(command) });
        put.map_err(|_| self.shared.life.reason())
    }
}

impl Future for Publishing {
    type Output = Result<Placed, Error<PublishError>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let answered = ready!(Pin::new(&mut self.answer).poll(context));
        Poll::Ready(match answered {
            Ok((Answer::Published(published), _)) => published.map_err(Error::Refused),
            Ok((other, _)) => other_kind!(other),
            Err(_) => Err(self.life.reason().into()),
        })
    }
}
