//! The broker's handle, as far as times go: how long messages waited for their first delivery, and how long they were worked on.
//!
//! What it is not: stored. It is counted since the start of the process, and a queue that nothing was taken from has no counts.

use crate::broker::{Broker, other_kind};
use crate::error::Unavailable;
use engine::core::answer::Answer;
use engine::core::command::{Command, Question};
use std::collections::BTreeMap;
use std::sync::Arc;
use vocab::{Meter, QueueId};

/// How long messages of a queue took.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Times {
    /// From when a message could be received to its first delivery.
    pub wait: Option<Arc<Meter>>,
    /// From the delivery that was acknowledged to the acknowledgement.
    pub service: Option<Arc<Meter>>,
}

impl Broker {
    /// How long the messages of this queue took.
    ///
    /// # Errors
    /// The broker is not available.
    pub async fn times(&self, queue: QueueId) -> Result<Times, Unavailable> {
        let service = self.service_times(Some(queue)).await?.remove(&queue);
        Ok(Times { wait: self.catalog().wait(queue), service })
    }

    /// How long the messages of every queue took.
    ///
    /// # Errors
    /// The broker is not available.
    pub async fn all_times(&self) -> Result<BTreeMap<QueueId, Times>, Unavailable> {
        let mut service = self.service_times(None).await?;
        let queues = self.list_queues("", None, usize::MAX);
        let of = |queue: QueueId, service: Option<Arc<Meter>>| Times { wait: self.catalog().wait(queue), service };
        Ok(queues.iter().map(|info| (info.id, of(info.id, service.remove(&info.id)))).collect())
    }

    async fn service_times(&self, queue: Option<QueueId>) -> Result<BTreeMap<QueueId, Arc<Meter>>, Unavailable> {
        match self.ask(Command::Ask(Question::ServiceTimes(queue))).await? {
            (Answer::ServiceTimes(times), _) => Ok(times.into_iter().collect()),
            (other, _) => other_kind!(other),
        }
    }
}
