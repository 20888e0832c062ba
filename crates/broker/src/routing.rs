//! The broker's handle, as far as routers go: making and binding them, and publishing by way of them.
//!
//! What it is not: a publish to a router by name. Who publishes asks [`Broker::route`] first, which answers at once, and
//! knows then whether the message goes anywhere at all.

use crate::broker::{Broker, other_kind};
use crate::error::{Error, Unavailable};
use engine::core::answer::Answer;
use engine::core::command::Command;
use engine::{
    Annotations, BindError, CreateRouterError, DeleteRouterError, FanOut, Placed, PublishError, RouterInfo, Routing,
    TransactError, Transacted, Transaction,
};
use std::sync::Arc;
use vocab::limits::{BATCH_COUNT_MAX, COMMIT_BYTES_MAX};
use vocab::{
    Binding, Header, Message, PartitionId, PartitionKey, QueueId, RouterId, RouterKind, RouterSettings, Target,
};

impl Broker {
    /// Makes a router.
    ///
    /// # Errors
    /// `Exists`, with the router as it is, when the name is taken: the caller compares.
    pub async fn create_router(
        &self,
        name: &str,
        kind: RouterKind,
        settings: RouterSettings,
        annotations: Annotations,
    ) -> Result<Arc<RouterInfo>, Error<CreateRouterError>> {
        let command = Command::CreateRouter { name: name.to_owned(), kind, settings: Box::new(settings), annotations };
        match self.ask(command).await? {
            (Answer::RouterCreated(created), _) => created.map(|(info, _)| info).map_err(Error::Refused),
            (other, _) => other_kind!(other),
        }
    }

    /// Removes a router with every binding to and from it; with `if_unused` only if none leads out of it.
    ///
    /// # Errors
    /// It does not exist, or is in use.
    pub async fn delete_router(&self, router: RouterId, if_unused: bool) -> Result<(), Error<DeleteRouterError>> {
        match self.ask(Command::DeleteRouter { router, if_unused }).await? {
            (Answer::RouterDeleted(deleted), _) => deleted.map(|_| ()).map_err(Error::Refused),
            (other, _) => other_kind!(other),
        }
    }

    /// Leads messages from a router to a target. The very same binding once more changes nothing.
    ///
    /// # Errors
    /// The router or the target does not exist, the binding is too large, or there are too many.
    pub async fn bind(&self, binding: Binding) -> Result<(), Error<BindError>> {
        match self.ask(Command::Bind(Box::new(binding))).await? {
            (Answer::Bound(bound), _) => bound.map(|_| ()).map_err(Error::Refused),
            (other, _) => other_kind!(other),
        }
    }

    /// Takes a binding away. One that is not there is no error.
    ///
    /// # Errors
    /// The broker is not available.
    pub async fn unbind(&self, binding: Binding) -> Result<(), Unavailable> {
        match self.ask(Command::Unbind(Box::new(binding))).await? {
            (Answer::Unbound(_), _) => Ok(()),
            (other, _) => other_kind!(other),
        }
    }

    /// The table of routers and bindings as it is durable: it does not change, and is free to keep.
    #[must_use]
    pub fn routing(&self) -> Arc<Routing> {
        self.catalog().routing().clone()
    }

    /// The router of this name, if it exists. Answers at once, from what is durable.
    #[must_use]
    pub fn router(&self, name: &str) -> Option<Arc<RouterInfo>> {
        self.catalog().routing().router(name).cloned()
    }

    /// The router with this id, if it exists.
    #[must_use]
    pub fn router_by_id(&self, router: RouterId) -> Option<Arc<RouterInfo>> {
        self.catalog().routing().router_by_id(router).cloned()
    }

    /// Routers in order of name: those that start with `prefix`, after the name `after`, at most `limit`.
    #[must_use]
    pub fn list_routers(&self, prefix: &str, after: Option<&str>, limit: usize) -> Vec<Arc<RouterInfo>> {
        self.catalog().routing().list(prefix, after, limit)
    }

    /// The bindings out of a router, in the order in which they were made.
    #[must_use]
    pub fn bindings_from(&self, router: RouterId) -> Vec<Arc<Binding>> {
        self.catalog().routing().bindings_from(router)
    }

    /// The bindings that lead to a queue or a router.
    #[must_use]
    pub fn bindings_to(&self, target: Target) -> Vec<Arc<Binding>> {
        self.catalog().routing().bindings_to(target)
    }

    /// The queues that a message with these keys and headers goes into, in order of id, each once; `None` if no router has
    /// this name. Whether the router is internal is the caller's to look at.
    #[must_use]
    pub fn route(&self, router: &str, keys: &[&str], headers: &[Header]) -> Option<Vec<QueueId>> {
        self.catalog().routing().route(router, keys, headers)
    }

    /// Publishes all messages or none into each of these queues; a verdict each, in order. What is taken is one commit, as
    /// long as one can hold it. Waits while too many bytes are on their way to disk.
    ///
    /// # Errors
    /// The broker is not available.
    pub async fn publish_to(
        &self,
        queues: &[QueueId],
        messages: Vec<Message>,
    ) -> Result<Vec<Result<Placed, PublishError>>, Unavailable> {
        self.begin_publish_to(queues, messages).await?.await
    }

    /// Begins the same. Waits only while too many bytes are on their way to disk; the future that it gives waits for the
    /// answer.
    ///
    /// # Errors
    /// The broker is not available.
    pub async fn begin_publish_to(
        &self,
        queues: &[QueueId],
        messages: Vec<Message>,
    ) -> Result<impl Future<Output = Result<Vec<Result<Placed, PublishError>>, Unavailable>> + use<>, Unavailable> {
        let room = self.make_room(queues.len() * messages.iter().map(Message::weight).sum::<usize>()).await;
        let bytes: usize = messages.iter().map(Message::content_bytes).sum();
        let (by_bytes, by_count) = (COMMIT_BYTES_MAX / (bytes as u64).max(1), BATCH_COUNT_MAX / messages.len().max(1));
        let at_once = usize::try_from(by_bytes).unwrap_or(usize::MAX).min(by_count).max(1);
        let too_large = PublishError::BatchTooLarge { messages: messages.len(), bytes: bytes as u64 };
        let mut answers = Vec::with_capacity(queues.len().div_ceil(at_once));
        for queues in queues.chunks(at_once) {
            answers.push((queues.len(), self.send(publish_command(queues, messages.clone()), None)?));
        }
        let broker = self.clone();
        Ok(async move {
            let mut verdicts = Vec::new();
            for (queues, answer) in answers {
                match answer.await.map_err(|_| broker.ended())? {
                    (Answer::Published(published), _) => verdicts.push(published),
                    (Answer::Transacted(Ok(done)), _) => verdicts.extend(done.published.into_iter().flatten()),
                    (Answer::Transacted(Err(_)), _) => verdicts.extend((0..queues).map(|_| Err(too_large))),
                    (other, _) => other_kind!(other),
                }
            }
            drop(room);
            Ok(verdicts)
        })
    }

    /// Publishes and settles in one commit: after a crash all of it happened, or nothing. Where it is atomic, a refused
    /// publish refuses everything, unless only its queue is gone. Waits while too many bytes are on their way to disk.
    ///
    /// # Errors
    /// A publish of an atomic transaction was refused, or the transaction is larger than one commit: nothing happened.
    pub async fn transact(&self, transaction: Transaction) -> Result<Transacted, Error<TransactError>> {
        let weight = |publish: &FanOut| publish.to.len() * publish.messages.iter().map(Message::weight).sum::<usize>();
        let _room = self.make_room(transaction.publishes.iter().map(weight).sum()).await;
        match self.ask(Command::Transact(Box::new(transaction))).await? {
            (Answer::Transacted(transacted), _) => transacted.map(|done| *done).map_err(Error::Refused),
            (other, _) => other_kind!(other),
        }
    }
}

/// One command that publishes messages to these queues.
fn publish_command(queues: &[QueueId], messages: Vec<Message>) -> Command {
    let key = |queue: &QueueId| PartitionKey::new(*queue, PartitionId(0));
    if let [queue] = queues {
        return Command::Publish { key: key(queue), messages };
    }
    let publish = FanOut { to: queues.iter().map(key).collect(), messages };
    Command::Transact(Box::new(Transaction { publishes: vec![publish], settlements: Vec::new(), atomic: false }))
}
