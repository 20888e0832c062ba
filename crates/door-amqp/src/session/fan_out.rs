//! One message for several queues: all of them get it in one commit.

use super::Session;
use super::batch::{Done, Pending, Ticket, UnderWay};
use broker::{Error, Placed, PublishError, Unavailable};
use vocab::{Message, QueueId};

impl Session {
    /// Hands a message over for several queues. What is in the batch goes first.
    pub(super) async fn fan_out(&mut self, queues: &[QueueId], message: Message, ticket: Option<Ticket>) {
        self.hand_over().await;
        let tickets = ticket.into_iter().collect();
        match self.door.broker.begin_publish_to(queues, vec![message]).await {
            Ok(several) => self.under_way.push(UnderWay::new(Pending::Many(Box::pin(several)), tickets)),
            Err(unavailable) => self.take_published(Done { tickets, outcome: Err(unavailable.into()) }),
        }
    }
}

/// What became of a message for several queues: taken, unless one refused it. A queue that went meanwhile refuses nothing.
pub(super) fn outcome(
    ended: Result<Vec<Result<Placed, PublishError>>, Unavailable>,
) -> Result<(), Error<PublishError>> {
    let refused = |error: &PublishError| !matches!(error, PublishError::NoSuchQueue(_));
    match ended?.into_iter().filter_map(Result::err).find(refused) {
        Some(error) => Err(Error::Refused(error)),
        None => Ok(()),
    }
}
