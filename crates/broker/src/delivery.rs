//! A message in a consumer's hands: the lease and the content together.

use crate::error::Unavailable;
use engine::driver::{Content, Offload};
use engine::{Fetch, Leased, ReadError};
use std::sync::Arc;
use tokio::sync::oneshot;
use vocab::{LeaseToken, Message, MessageId, Meter};

/// One message, leased.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// The id its producer was told; a buried message keeps it.
    pub id: MessageId,
    /// The lease.
    pub lease: Leased,
    /// The content.
    pub message: Arc<Message>,
}

/// What became of reading one message.
pub(crate) type Read = Result<Arc<Message>, Arc<str>>;

/// Leases and their contents. A message that cannot be read is left out, and said in the log; its lease runs out. With
/// `in_order`, what follows it is left out too, for it may be of the same lane: those leases are to be given back.
pub(crate) fn deliveries(
    mut leased: Vec<Leased>,
    contents: Vec<Read>,
    in_order: bool,
) -> (Result<Vec<Delivery>, Unavailable>, Vec<LeaseToken>) {
    let passed_by = if in_order { take_unordered(&mut leased, &contents) } else { Vec::new() };
    (join(leased, contents), passed_by)
}

/// Takes out what follows the first message that cannot be read.
fn take_unordered(leased: &mut Vec<Leased>, contents: &[Read]) -> Vec<LeaseToken> {
    let unread = contents.iter().position(Result::is_err);
    let passed_by = unread.map_or_else(Vec::new, |unread| leased.split_off(unread + 1));
    passed_by.iter().map(|lease| lease.token).collect()
}

/// What could be read, in order; an error only when nothing could.
fn join(leased: Vec<Leased>, contents: Vec<Read>) -> Result<Vec<Delivery>, Unavailable> {
    let mut made = Vec::with_capacity(leased.len());
    let mut damage = None;
    for (lease, content) in leased.into_iter().zip(contents) {
        match content {
            Ok(message) => made.push(Delivery::of(lease, message)),
            Err(reason) => {
                tracing::error!(%reason, "a message could not be read");
                damage = Some(reason);
            }
        }
    }
    match damage {
        Some(reason) if made.is_empty() => Err(Unavailable::Damaged(reason)),
        _ => Ok(made),
    }
}

impl Delivery {
    /// Counts how long the message waited, from when it could be received, if this is its first delivery.
    pub(crate) fn count_wait(&self, wait: &Meter) {
        if self.lease.deliveries == 1 {
            let facts = &self.message.facts;
            let from_ms = facts.due_ms.map_or(facts.published_ms, |due_ms| due_ms.max(facts.published_ms));
            let at_ms = self.lease.first_delivered_ms;
            wait.count(at_ms, at_ms.saturating_sub(from_ms));
        }
    }

    fn of(lease: Leased, message: Arc<Message>) -> Self {
        let own = MessageId::new(lease.token.key, lease.token.seq);
        let id = message.facts.origin.as_ref().map_or(own, |origin| origin.id);
        Self { id, lease, message }
    }
}

/// Reads what memory does not hold, all in one go off this thread.
pub(crate) async fn resolve(offload: &Offload, content: Content) -> Vec<Read> {
    if content.iter().all(|fetch| matches!(fetch, Fetch::Ready(_))) {
        return content.into_iter().map(read).collect();
    }
    let count = content.len();
    let (sender, receiver) = oneshot::channel();
    offload(Box::new(move || {
        // Nobody waits for it any more: then it need not be told.
        let _ = sender.send(content.into_iter().map(read).collect());
    }));
    receiver.await.unwrap_or_else(|_| vec![Err("the server is stopping".into()); count])
}

pub(crate) fn read(fetch: Fetch) -> Read {
    match fetch {
        Fetch::Ready(message) => Ok(message),
        Fetch::Read(read) => read().map_err(|error: ReadError| error.to_string().into()),
        Fetch::Gone => Err("a live message is not in the journal".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vocab::{LeaseEpoch, PartitionId, PartitionKey, QueueId, Seq, SubscriptionId};

    fn leased(seq: u64) -> Leased {
        let key = PartitionKey::new(QueueId(1), PartitionId(0));
        let token = LeaseToken { key, subscription: SubscriptionId(0), seq: Seq(seq), epoch: LeaseEpoch(seq) };
        Leased { token, deliveries: 1, failures: 0, first_delivered_ms: 0, deadline_ms: None, ready_left: 0 }
    }

    /// Messages 1 to 4; which are kept and which go back.
    fn check(readable: [bool; 4], kept: &[u64], given_back: &[u64]) {
        let mut list: Vec<_> = (1..=4).map(leased).collect();
        let read = |readable| if readable { Ok(Arc::new(Message::with_body("x"))) } else { Err("damaged".into()) };
        let back = take_unordered(&mut list, &readable.map(read));
        assert_eq!(list.iter().map(|lease| lease.token.seq.0).collect::<Vec<_>>(), kept);
        assert_eq!(back.iter().map(|token| token.seq.0).collect::<Vec<_>>(), given_back);
    }

    #[test]
    fn in_order_nothing_is_delivered_past_what_cannot_be_read() {
        check([true; 4], &[1, 2, 3, 4], &[]);
        check([true, false, true, false], &[1, 2], &[3, 4]);
        check([false, true, true, true], &[1], &[2, 3, 4]);
        check([true, true, true, false], &[1, 2, 3, 4], &[]);
    }
}
