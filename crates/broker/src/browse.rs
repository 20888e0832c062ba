//! The broker's handle, as far as looking at messages goes: none is leased, none is changed.
//!
//! Invariant: one look holds a bounded amount of content, however large the messages are; where that is reached, it says where to
//! go on.

use crate::broker::{Broker, other_kind};
use crate::delivery::{Read, read};
use crate::error::{Error, Unavailable};
use engine::core::answer::Answer;
use engine::core::command::{Command, Question};
use engine::driver::Content;
use engine::{Browse, Fetch, NoSuchQueue, Page, Seen};
use std::sync::Arc;
use tokio::sync::oneshot;
use vocab::limits::BROWSE_BYTES_MAX;
use vocab::{Message, Seq};

/// Messages, looked at without a lease.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Browsed {
    /// In order of seq.
    pub messages: Vec<BrowsedMessage>,
    /// Where to go on; `None` at the end. There may be more even where nothing was found.
    pub next: Option<Seq>,
    /// Messages that could not be read, and are left out.
    pub unreadable: u32,
}

/// One live message, looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct BrowsedMessage {
    /// Its place and state.
    pub seen: Seen,
    /// The content.
    pub message: Arc<Message>,
}

impl Broker {
    /// Live messages of a queue in order from a place on, without leasing them. One call does a bounded amount of work and may find
    /// nothing although there is more: `next` says where to go on.
    ///
    /// # Errors
    /// The queue does not exist.
    pub async fn browse(&self, wish: Browse) -> Result<Browsed, Error<NoSuchQueue>> {
        match self.ask(Command::Ask(Question::Browse(wish))).await? {
            (Answer::Browsed(Ok(page)), content) => Ok(self.with_content(page, content, BROWSE_BYTES_MAX).await?),
            (Answer::Browsed(Err(error)), _) => Err(Error::Refused(error)),
            (other, _) => other_kind!(other),
        }
    }

    /// Reads where blocking is allowed, unless memory has everything.
    pub(crate) async fn with_content(
        &self,
        page: Page,
        content: Content,
        bytes_max: usize,
    ) -> Result<Browsed, Unavailable> {
        if content.iter().all(|fetch| matches!(fetch, Fetch::Ready(_))) {
            return Ok(join(page, content.into_iter().map(read), bytes_max));
        }
        let (sender, receiver) = oneshot::channel();
        (self.shared.offload)(Box::new(move || {
            // Nobody waits for it any more: then it need not be told.
            let _ = sender.send(join(page, content.into_iter().map(read), bytes_max));
        }));
        receiver.await.map_err(|_| self.ended())
    }
}

/// What can be read, until it is `bytes_max`.
fn join(page: Page, mut contents: impl Iterator<Item = Read>, bytes_max: usize) -> Browsed {
    let mut browsed = Browsed { next: page.next, ..Browsed::default() };
    let mut bytes = 0;
    for seen in page.seen {
        if bytes >= bytes_max {
            browsed.next = Some(seen.seq);
            break;
        }
        match contents.next() {
            Some(Ok(message)) => {
                bytes += message.content_bytes();
                browsed.messages.push(BrowsedMessage { seen, message });
            }
            Some(Err(reason)) => {
                tracing::error!(%reason, "a message could not be read");
                browsed.unreadable += 1;
            }
            None => break,
        }
    }
    browsed
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::MessageState;
    use vocab::{MessageId, PartitionId, PartitionKey, QueueId};

    fn page(seqs: &[u64], next: Option<u64>) -> Page {
        let key = PartitionKey::new(QueueId(1), PartitionId(0));
        let seen = |seq: &u64| Seen {
            id: MessageId::new(key, Seq(*seq)),
            seq: Seq(*seq),
            state: MessageState::Ready,
            deliveries: 0,
            failures: 0,
        };
        Page { seen: seqs.iter().map(seen).collect(), next: next.map(Seq) }
    }

    #[test]
    fn a_look_stops_where_its_content_is_large_enough() {
        let large = || Ok(Arc::new(Message::with_body(vec![b'x'; BROWSE_BYTES_MAX / 2])));
        let browsed = join(page(&[3, 5, 8], Some(9)), [large(), large(), large()].into_iter(), BROWSE_BYTES_MAX);
        assert_eq!((browsed.messages.len(), browsed.next), (2, Some(Seq(8))));
        let browsed = join(page(&[3, 5], Some(9)), [large(), large()].into_iter(), BROWSE_BYTES_MAX);
        assert_eq!((browsed.messages.len(), browsed.next), (2, Some(Seq(9))));
    }

    #[test]
    fn what_cannot_be_read_is_counted_and_passed_by() {
        let contents = [Ok(Arc::new(Message::with_body("x"))), Err("damaged".into()), Ok(Arc::default())];
        let browsed = join(page(&[3, 5, 8], None), contents.into_iter(), BROWSE_BYTES_MAX);
        assert_eq!((browsed.messages.len(), browsed.next, browsed.unreadable), (2, None, 1));
    }
}
