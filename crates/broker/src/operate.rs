//! The broker's handle, as far as single messages go: finding them, explaining them, and an operator's deeds with them.

use crate::broker::{Broker, other_kind};
use crate::browse::Browsed;
use crate::error::{Error, Unavailable};
use engine::core::answer::Answer;
use engine::core::command::{Command, Question};
use engine::{
    Carry, InterveneError, Intervention, MoveError, MoveMessagesError, MoveVerdicts, NoSuchQueue, Page, Standing,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use vocab::limits::{BROWSE_BYTES_MAX, COMMIT_BYTES_MAX, MOVES_MAX};
use vocab::{Message, MessageId, QueueId, Seq};

/// Chosen messages that are to leave a queue.
#[derive(Clone, Debug, PartialEq)]
pub struct MoveMessages {
    /// The queue that they leave.
    pub source: QueueId,
    /// Which messages, at most [`MOVES_MAX`]. Where there is another body, with headers and native block, it enters the target
    /// in place of the message's own; the facts are those of the message all the same.
    pub messages: Vec<(Seq, Option<Message>)>,
    /// Where all of them go; `None` for the queue that each was buried from, by name.
    pub target: Option<QueueId>,
}

impl Broker {
    /// Those of these messages that live, with their contents, in the order asked for, without leasing them. Where they are large
    /// altogether, `next` is the first one that is left out.
    ///
    /// # Errors
    /// The queue does not exist.
    pub async fn find(&self, queue: QueueId, seqs: Vec<Seq>) -> Result<Browsed, Error<NoSuchQueue>> {
        self.find_within(queue, seqs, BROWSE_BYTES_MAX).await.map(|(_, browsed)| browsed)
    }

    /// Why a message is not delivered, or where else it stands.
    ///
    /// # Errors
    /// Its queue does not exist.
    pub async fn explain(&self, id: MessageId) -> Result<Standing, Error<NoSuchQueue>> {
        match self.ask(Command::Ask(Question::Explain(id))).await? {
            (Answer::Explained(explained), _) => explained.map_err(Error::Refused),
            (other, _) => other_kind!(other),
        }
    }

    /// Deletes messages, gives them back, or sets them aside, in whatever state they are and whoever holds them; a verdict each, in
    /// order. All of it is one atomic change.
    ///
    /// # Errors
    /// The queue does not exist.
    pub async fn intervene(
        &self,
        queue: QueueId,
        seqs: Vec<Seq>,
        how: Intervention,
    ) -> Result<Vec<Result<(), InterveneError>>, Error<NoSuchQueue>> {
        match self.ask(Command::Intervene { queue, seqs, how }).await? {
            (Answer::Intervened(verdicts), _) => verdicts.map_err(Error::Refused),
            (other, _) => other_kind!(other),
        }
    }

    /// Moves messages that can be received to other queues; a verdict each, in order, with the id that the message has there. Those
    /// that move do so in one atomic change. What a consumer leased meanwhile stays.
    ///
    /// # Errors
    /// A queue does not exist, both are the same, there are too many messages, or the disk is full.
    pub async fn move_messages(&self, wish: MoveMessages) -> Result<MoveVerdicts, Error<MoveMessagesError>> {
        let MoveMessages { source, messages, target } = wish;
        if messages.len() > MOVES_MAX {
            return Err(Error::Refused(MoveMessagesError::TooMany { messages: messages.len(), bytes: 0 }));
        }
        let seqs: Vec<Seq> = messages.iter().map(|(seq, _)| *seq).collect();
        let bytes_max = usize::try_from(COMMIT_BYTES_MAX).unwrap_or(usize::MAX);
        let found = self.find_within(source, seqs, bytes_max).await;
        let (live, browsed) = found.map_err(|error| match error {
            Error::Refused(error) => Error::Refused(error.into()),
            Error::Unavailable(unavailable) => Error::Unavailable(unavailable),
        })?;
        let contents: BTreeMap<Seq, Arc<Message>> =
            browsed.messages.into_iter().map(|one| (one.seen.seq, one.message)).collect();
        if browsed.next.is_some() {
            let bytes = contents.values().map(|message| message.content_bytes() as u64).sum();
            return Err(Error::Refused(MoveMessagesError::TooMany { messages: messages.len(), bytes }));
        }
        let (mut carried, mut verdicts) = (Vec::new(), Vec::with_capacity(messages.len()));
        for (seq, edited) in messages {
            match contents.get(&seq) {
                Some(message) => {
                    carried.push((seq, edit(message, edited)));
                    verdicts.push(None);
                }
                None if live.contains(&seq) => verdicts.push(Some(MoveError::Unreadable)),
                None => verdicts.push(Some(MoveError::Gone)),
            }
        }
        let _room = self.make_room(carried.iter().map(|(_, message)| message.weight()).sum()).await;
        let carry = Carry { source, messages: carried, target };
        let told = match self.ask(Command::Carry(Box::new(carry))).await? {
            (Answer::Carried(told), _) => told.map_err(Error::Refused)?,
            (other, _) => other_kind!(other),
        };
        let mut told = told.into_iter();
        let verdict = |left: Option<MoveError>| match left {
            Some(error) => Err(error),
            None => told.next().expect("the engine gives a verdict for each message that it was given"),
        };
        Ok(verdicts.into_iter().map(verdict).collect())
    }

    /// Which of the messages live, and the contents of those that can be read.
    async fn find_within(
        &self,
        queue: QueueId,
        seqs: Vec<Seq>,
        bytes_max: usize,
    ) -> Result<(Vec<Seq>, Browsed), Error<NoSuchQueue>> {
        match self.ask(Command::Ask(Question::Find(queue, seqs))).await? {
            (Answer::Browsed(Ok(page)), content) => {
                let live = seqs_of(&page);
                let browsed: Result<Browsed, Unavailable> = self.with_content(page, content, bytes_max).await;
                Ok((live, browsed?))
            }
            (Answer::Browsed(Err(error)), _) => Err(Error::Refused(error)),
            (other, _) => other_kind!(other),
        }
    }
}

fn seqs_of(page: &Page) -> Vec<Seq> {
    page.seen.iter().map(|seen| seen.seq).collect()
}

/// The message as it is, or with what was edited.
fn edit(message: &Arc<Message>, edited: Option<Message>) -> Arc<Message> {
    match edited {
        None => message.clone(),
        Some(edited) => Arc::new(Message { facts: message.facts.clone(), ..edited }),
    }
}
