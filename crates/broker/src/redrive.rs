//! The broker's handle, as far as redrives go: moving messages out of a dead-letter queue.

use crate::broker::{Broker, other_kind};
use crate::error::Error;
use engine::core::answer::Answer;
use engine::core::command::{Command, Question};
use engine::{CancelRedriveError, NoSuchQueue, RedriveId, RedriveInfo, StartRedrive, StartRedriveError};
use vocab::QueueId;

impl Broker {
    /// Begins to move a queue's messages to one queue, or each to the queue that it was buried from. Messages that are
    /// leased or delayed, and those that come later, stay. It goes on over restarts until it looked at every message.
    ///
    /// # Errors
    /// A queue does not exist, both are the same, or a redrive of the queue runs already.
    pub async fn start_redrive(&self, start: StartRedrive) -> Result<RedriveInfo, Error<StartRedriveError>> {
        match self.ask(Command::StartRedrive(start)).await? {
            (Answer::RedriveStarted(started), _) => started.map(|info| *info).map_err(Error::Refused),
            (other, _) => other_kind!(other),
        }
    }

    /// A queue's redrives: the one that runs, and the newest that ended; newest first.
    ///
    /// # Errors
    /// The queue does not exist.
    pub async fn redrives(&self, queue: QueueId) -> Result<Vec<RedriveInfo>, Error<NoSuchQueue>> {
        match self.ask(Command::Ask(Question::Redrives(queue))).await? {
            (Answer::Redrives(redrives), _) => redrives.map_err(Error::Refused),
            (other, _) => other_kind!(other),
        }
    }

    /// Stops a redrive at once; the redrive as it ended. What it has moved stays moved.
    ///
    /// # Errors
    /// There is no such redrive, or it has ended.
    pub async fn cancel_redrive(&self, id: RedriveId) -> Result<RedriveInfo, Error<CancelRedriveError>> {
        match self.ask(Command::CancelRedrive { id }).await? {
            (Answer::RedriveCancelled(cancelled), _) => cancelled.map(|info| *info).map_err(Error::Refused),
            (other, _) => other_kind!(other),
        }
    }
}
