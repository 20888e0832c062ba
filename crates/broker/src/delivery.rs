//! A message in a consumer's hands: the lease and the content together.

use crate::error::Unavailable;
use engine::driver::{Content, Offload};
use engine::{Fetch, Leased, Peeked, ReadError};
use std::sync::Arc;
use tokio::sync::oneshot;
use vocab::{LeaseToken, Message, MessageId};

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

/// One live message, looked at without a lease.
#[derive(Clone, Debug, PartialEq)]
pub struct PeekedMessage {
    /// Its place and state.
    pub peeked: Peeked,
    /// The content.
    pub message: Arc<Message>,
}

type Read = Result<Arc<Message>, Arc<str>>;

/// Leases and their contents. A message that cannot be read is left out, and said in the log; its lease runs out. With
/// `in_order`, what follows it is left out too, for it may be of the same lane: those leases are to be given back.
pub(crate) async fn deliveries(
    offload: &Offload,
    mut leased: Vec<Leased>,
    content: Content,
    in_order: bool,
) -> (Result<Vec<Delivery>, Unavailable>, Vec<LeaseToken>) {
    let to_delivery = |lease: Leased, message: Arc<Message>| {
        let own = MessageId::new(lease.token.key, lease.token.seq);
        let id = message.facts.origin.as_ref().map_or(own, |origin| origin.id);
        Delivery { id, lease, message }
    };
    let contents = resolve(offload, content).await;
    let unread = contents.iter().position(Result::is_err).filter(|_| in_order);
    let passed_by = unread.map_or_else(Vec::new, |unread| leased.split_off(unread + 1));
    let passed_by = passed_by.iter().map(|lease| lease.token).collect();
    (join(leased, contents, to_delivery), passed_by)
}

/// Peeked messages and their contents.
pub(crate) async fn peeked_messages(
    offload: &Offload,
    peeked: Vec<Peeked>,
    content: Content,
) -> Result<Vec<PeekedMessage>, Unavailable> {
    join(peeked, resolve(offload, content).await, |peeked, message| PeekedMessage { peeked, message })
}

/// What could be read, in order; an error only when nothing could.
fn join<L, D>(list: Vec<L>, contents: Vec<Read>, make: impl Fn(L, Arc<Message>) -> D) -> Result<Vec<D>, Unavailable> {
    let mut made = Vec::with_capacity(list.len());
    let mut damage = None;
    for (item, content) in list.into_iter().zip(contents) {
        match content {
            Ok(message) => made.push(make(item, message)),
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

/// Reads what memory does not hold, all in one go off this thread.
async fn resolve(offload: &Offload, content: Content) -> Vec<Read> {
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

fn read(fetch: Fetch) -> Read {
    match fetch {
        Fetch::Ready(message) => Ok(message),
        Fetch::Read(read) => read().map_err(|error: ReadError| error.to_string().into()),
        Fetch::Gone => Err("a live message is not in the journal".into()),
    }
}
