//! Publishes on their way: gathered into batches for one queue each, handed over, answered.
//!
//! Invariant: what was published before, on whichever channel, is handed over before.

use super::Session;
use crate::limits::{BATCH_BYTES, BATCH_COUNT};
use broker::{Error, Placed, PublishError, Publishing, Unavailable};
use futures_util::future::BoxFuture;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use vocab::{Message, QueueId, SessionId};

/// Whom to confirm a publish to: its number on a channel, which is the one it was published on only as long as the session is the same.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ticket {
    pub(super) channel: u16,
    pub(super) session: SessionId,
    pub(super) tag: u64,
}

/// Messages for one queue that go together.
#[derive(Debug, Default)]
pub(super) struct Batch {
    queue: Option<QueueId>,
    messages: Vec<Message>,
    bytes: usize,
    tickets: Vec<Ticket>,
}

/// A batch, or a message for several queues, that the broker has.
pub(super) struct UnderWay {
    pending: Pending,
    tickets: Vec<Ticket>,
}

pub(super) enum Pending {
    One(Publishing),
    Many(BoxFuture<'static, Result<Vec<Result<Placed, PublishError>>, Unavailable>>),
}

/// What became of it.
pub(super) struct Done {
    pub(super) tickets: Vec<Ticket>,
    pub(super) outcome: Result<(), Error<PublishError>>,
}

impl UnderWay {
    pub(super) fn new(pending: Pending, tickets: Vec<Ticket>) -> Self {
        Self { pending, tickets }
    }
}

impl Future for UnderWay {
    type Output = Done;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Done> {
        let outcome = match &mut self.pending {
            Pending::One(publishing) => ready!(Pin::new(publishing).poll(context)).map(|_placed| ()),
            Pending::Many(several) => super::fan_out::outcome(ready!(several.as_mut().poll(context))),
        };
        Poll::Ready(Done { tickets: std::mem::take(&mut self.tickets), outcome })
    }
}

impl Session {
    /// Adds a message for a queue to the batch; what the batch holds for another queue goes first.
    pub(super) async fn gather(&mut self, queue: QueueId, message: Message, ticket: Option<Ticket>) {
        let bytes = message.content_bytes();
        // A large message goes alone: a batch must fit one commit.
        if self.batch.queue != Some(queue) || bytes >= BATCH_BYTES {
            self.hand_over().await;
        }
        let batch = &mut self.batch;
        batch.queue = Some(queue);
        batch.bytes += bytes;
        batch.messages.push(message);
        batch.tickets.extend(ticket);
        if batch.messages.len() >= BATCH_COUNT || batch.bytes >= BATCH_BYTES {
            self.hand_over().await;
        }
    }

    /// Hands the batch over, if there is one. Waits while the broker has no room for it.
    pub(super) async fn hand_over(&mut self) {
        let Batch { queue: Some(queue), messages, tickets, .. } = std::mem::take(&mut self.batch) else { return };
        match self.door.broker.begin_publish(queue, messages).await {
            Ok(publishing) => self.under_way.push(UnderWay::new(Pending::One(publishing), tickets)),
            Err(unavailable) => self.take_published(Done { tickets, outcome: Err(unavailable.into()) }),
        }
    }
}
