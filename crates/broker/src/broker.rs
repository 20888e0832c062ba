//! The broker's handle: what doors and embedding programs call. Cheap to clone, safe to share.
//!
//! What it is not: no protocol, no threads, no storage. Every call becomes one engine command and waits until its answer
//! may be told (design rule 1).

use crate::catalog::Catalog;
use crate::consumers::Consumers;
use crate::delivery::{Delivery, deliveries, resolve};
use crate::empty_receives::EmptyReceives;
use crate::error::{Error, Unavailable};
use crate::life::{Life, State};
use crate::past::Past;
use crate::reply::Teller;
use crate::traces::Traces;
use engine::core::answer::Answer;
use engine::core::command::{Command, Question, WaiterId};
use engine::driver::{Content, Envelope, Inbox, Offload};
use engine::{
    Annotations, CreateQueueError, Extension, JournalStats, Leased, NoSuchQueue, Opened, PublishError, Purge,
    QueueInfo, QueueStats, Receive, ReceiveError, SettleError, Settlement, Transfer, UpdateQueueError,
};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use vocab::{DoorCode, Message, MessageId, Order, PartitionId, PartitionKey, QueueId, QueueSettings, SessionId};

/// One permit of the room for publishes stands for so many bytes.
pub(crate) const PERMIT_BYTES: usize = 1024;

/// A handle to a running broker.
#[derive(Clone)]
pub struct Broker {
    pub(crate) shared: Arc<Shared>,
    /// Who asks.
    pub(crate) door: DoorCode,
}

pub(crate) struct Shared {
    pub(crate) inbox: Arc<Inbox<Teller>>,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) room: Arc<Semaphore>,
    pub(crate) next_waiter: AtomicU64,
    pub(crate) next_session: AtomicU64,
    pub(crate) empty_receives: EmptyReceives,
    pub(crate) consumers: Consumers,
    pub(crate) life: Arc<Life>,
    pub(crate) stats: Arc<Mutex<JournalStats>>,
    pub(crate) disk_full: Arc<AtomicBool>,
    pub(crate) log_ms: Arc<AtomicU64>,
    pub(crate) offload: Offload,
    pub(crate) opened: Opened,
    pub(crate) past: Past,
    pub(crate) traces: Option<Arc<Traces>>,
}

/// The engine answered in another kind than it was asked: a defect of the engine.
macro_rules! other_kind {
    ($answer:expr) => {
        unreachable!("the engine answers in the kind of the command, not {:?}", $answer)
    };
}
pub(crate) use other_kind;

impl Broker {
    pub(crate) fn new(shared: Shared) -> Self {
        Self { shared: Arc::new(shared), door: DoorCode::default() }
    }

    /// Makes a queue.
    ///
    /// # Errors
    /// `Exists`, with the queue as it is, when the name is taken: the caller compares.
    pub async fn create_queue(
        &self,
        name: &str,
        settings: QueueSettings,
        annotations: Annotations,
    ) -> Result<Arc<QueueInfo>, Error<CreateQueueError>> {
        let command = Command::CreateQueue { name: name.to_owned(), settings: Box::new(settings), annotations };
        match self.ask(command).await? {
            (Answer::Created(created), _) => created.map_err(Error::Refused),
            (other, _) => other_kind!(other),
        }
    }

    /// The queue of this name, if it exists. Answers at once, from what is durable.
    #[must_use]
    pub fn queue(&self, name: &str) -> Option<Arc<QueueInfo>> {
        self.shared.catalog.named(name)
    }

    /// The queue with this id, if it exists.
    #[must_use]
    pub fn queue_by_id(&self, queue: QueueId) -> Option<Arc<QueueInfo>> {
        self.shared.catalog.by_id(queue)
    }

    /// Queues in order of name: those that start with `prefix`, after the name `after`, at most `limit`.
    #[must_use]
    pub fn list_queues(&self, prefix: &str, after: Option<&str>, limit: usize) -> Vec<Arc<QueueInfo>> {
        self.shared.catalog.list(prefix, after, limit)
    }

    /// Changes settings and annotations together.
    ///
    /// # Errors
    /// `Changed`, with the queue as it is, if `revision` is not the newest.
    pub async fn update_queue(
        &self,
        queue: QueueId,
        revision: u64,
        settings: QueueSettings,
        annotations: Annotations,
    ) -> Result<Arc<QueueInfo>, Error<UpdateQueueError>> {
        let command = Command::UpdateQueue { queue, revision, settings: Box::new(settings), annotations };
        match self.ask(command).await? {
            (Answer::Updated(updated), _) => updated.map_err(Error::Refused),
            (other, _) => other_kind!(other),
        }
    }

    /// Stops or lets go on all deliveries from a queue, whoever else changes its settings at the same time; the queue as it is then.
    ///
    /// # Errors
    /// The queue does not exist.
    pub async fn set_paused(&self, queue: QueueId, paused: bool) -> Result<Arc<QueueInfo>, Error<NoSuchQueue>> {
        let mut info = self.queue_by_id(queue).ok_or(Error::Refused(NoSuchQueue(queue)))?;
        while info.settings.paused != paused {
            let settings = QueueSettings { paused, ..info.settings.clone() };
            info = match self.update_queue(queue, info.revision, settings, info.annotations.clone()).await {
                Ok(info) | Err(Error::Refused(UpdateQueueError::Changed(info))) => info,
                Err(Error::Refused(UpdateQueueError::NoSuchQueue(gone))) => return Err(Error::Refused(gone)),
                Err(Error::Unavailable(unavailable)) => return Err(unavailable.into()),
            };
        }
        Ok(info)
    }

    /// Removes a queue and everything in it.
    ///
    /// # Errors
    /// It does not exist.
    pub async fn delete_queue(&self, queue: QueueId) -> Result<(), Error<NoSuchQueue>> {
        match self.ask(Command::DeleteQueue { queue }).await? {
            (Answer::Deleted(deleted), _) => {
                self.shared.empty_receives.forget(queue);
                deleted.map(|_| ()).map_err(Error::Refused)
            }
            (other, _) => other_kind!(other),
        }
    }

    /// Removes messages; says how many.
    ///
    /// # Errors
    /// The queue does not exist.
    pub async fn purge(&self, queue: QueueId, what: Purge) -> Result<u64, Error<NoSuchQueue>> {
        match self.ask(Command::Purge { queue, what }).await? {
            (Answer::Purged(purged), _) => purged.map_err(Error::Refused),
            (other, _) => other_kind!(other),
        }
    }

    /// Publishes all messages or none; the ids are in the order of the messages. One that the queue takes for a message
    /// published before is not stored again, and its id is the first one's. Waits while too many bytes are on
    /// their way to disk.
    ///
    /// # Errors
    /// The queue does not exist or takes no more, a message or the batch is too large, or the disk is full.
    pub async fn publish(&self, queue: QueueId, messages: Vec<Message>) -> Result<Vec<MessageId>, Error<PublishError>> {
        let placed = self.begin_publish(queue, messages).await?.await?;
        let key = PartitionKey::new(queue, PartitionId(0));
        Ok(placed.seqs().map(|seq| MessageId::new(key, seq)).collect())
    }

    /// Leases messages; empty when none came within the wait. Dropping the future gives up waiting, and what was leased
    /// for it in the meantime comes back as if it had not been delivered.
    ///
    /// # Errors
    /// The queue does not exist, or has given out as many leases as it may.
    pub async fn receive(&self, receive: Receive) -> Result<Vec<Delivery>, Error<ReceiveError>> {
        let (queue, consumer) = (receive.queue, receive.consumer);
        let waiter = WaiterId(self.shared.next_waiter.fetch_add(1, Ordering::Relaxed));
        let answer = self.send(Command::Receive { receive, waiter }, None)?;
        let mut receiving = Receiving { broker: self, waiter, answer, answered: false, leased: Vec::new() };
        let answered = (&mut receiving.answer).await;
        receiving.answered = true;
        match answered.map_err(|_| self.shared.life.reason())? {
            (Answer::Received(Ok(leased)), _) if leased.is_empty() => {
                self.shared.empty_receives.count(queue);
                Ok(Vec::new())
            }
            (Answer::Received(Ok(leased)), content) => {
                let known = self.shared.catalog.delivering(queue);
                let in_order = known.as_ref().is_some_and(|(info, _)| info.settings.order == Order::Laned);
                receiving.leased = leased;
                let contents = resolve(&self.shared.offload, content).await;
                let leased = std::mem::take(&mut receiving.leased);
                let (deliveries, passed_by) = deliveries(leased, contents, in_order);
                self.undeliver(passed_by);
                let deliveries = deliveries?;
                if let Some((_, wait)) = &known {
                    deliveries.iter().for_each(|delivery| delivery.count_wait(wait));
                }
                if let Some(traces) = &self.shared.traces {
                    let info = known.as_ref().map(|(info, _)| info);
                    traces.delivered((self.door, consumer), info, &deliveries, self.log_ms());
                }
                Ok(deliveries)
            }
            (Answer::Received(Err(error)), _) => Err(Error::Refused(error)),
            (other, _) => other_kind!(other),
        }
    }

    /// Ends leases; one verdict each, in order. All of them are one atomic change.
    ///
    /// # Errors
    /// The broker is not available.
    pub async fn settle(&self, settlements: Vec<Settlement>) -> Result<Vec<Result<(), SettleError>>, Unavailable> {
        match self.ask(Command::Settle(settlements)).await? {
            (Answer::Settled(verdicts), _) => Ok(verdicts),
            (other, _) => other_kind!(other),
        }
    }

    /// Moves deadlines; the deadlines (log time, ms) in order. A lease without a deadline is left as it is and says `u64::MAX`.
    ///
    /// # Errors
    /// The broker is not available.
    pub async fn extend(&self, extensions: Vec<Extension>) -> Result<Vec<Result<u64, SettleError>>, Unavailable> {
        match self.ask(Command::Extend(extensions)).await? {
            (Answer::Extended(verdicts), _) => Ok(verdicts),
            (other, _) => other_kind!(other),
        }
    }

    /// Hands leases to another owner; the leases as they are then, in order.
    ///
    /// # Errors
    /// The broker is not available.
    pub async fn transfer(&self, transfers: Vec<Transfer>) -> Result<Vec<Result<Leased, SettleError>>, Unavailable> {
        match self.ask(Command::Transfer(transfers)).await? {
            (Answer::Transferred(verdicts), _) => Ok(verdicts),
            (other, _) => other_kind!(other),
        }
    }

    /// Ends every lease of a session; its messages come back without a fault.
    ///
    /// # Errors
    /// The broker is not available.
    pub async fn end_session(&self, session: SessionId) -> Result<(), Unavailable> {
        self.ask(Command::EndSession { session }).await.map(|_| ())
    }

    /// Counts messages by state, exactly.
    ///
    /// # Errors
    /// The queue does not exist.
    pub async fn stats(&self, queue: QueueId) -> Result<QueueStats, Error<NoSuchQueue>> {
        match self.ask(Command::Ask(Question::Stats(queue))).await? {
            (Answer::Stats(stats), _) => stats.map(|stats| *stats).map_err(Error::Refused),
            (other, _) => other_kind!(other),
        }
    }

    /// Counts every queue's messages by state, exactly, at one moment; in order of id.
    ///
    /// # Errors
    /// The broker is not available.
    pub async fn all_stats(&self) -> Result<Vec<(QueueId, QueueStats)>, Unavailable> {
        match self.ask(Command::Ask(Question::AllStats)).await? {
            (Answer::AllStats(stats), _) => Ok(stats),
            (other, _) => other_kind!(other),
        }
    }

    /// How many receives of this queue ended with no message, since the broker was started.
    #[must_use]
    pub fn empty_receives(&self, queue: QueueId) -> u64 {
        self.shared.empty_receives.of(queue)
    }

    /// Figures of the log, as they were when it was last quiet.
    #[must_use]
    pub fn journal_stats(&self) -> JournalStats {
        *self.shared.stats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the journal works.
    ///
    /// # Errors
    /// It failed: nothing will be answered any more.
    pub fn health(&self) -> Result<(), Unavailable> {
        self.shared.life.check()
    }

    /// Whether publishes are refused because the disk is full. Everything else goes on, and so do publishes once there is space.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        self.shared.disk_full.load(Ordering::Relaxed)
    }

    /// The log's time at its last step, milliseconds since the Unix epoch.
    #[must_use]
    pub fn log_ms(&self) -> u64 {
        self.shared.log_ms.load(Ordering::Relaxed)
    }

    /// Random and constant for this store: a key for doors that authenticate what they hand out.
    #[must_use]
    pub fn store_id(&self) -> u128 {
        self.shared.opened.store_id
    }

    /// How often this store has been opened, this time included.
    #[must_use]
    pub fn boot(&self) -> vocab::BootEpoch {
        self.shared.opened.boot
    }

    /// The traces of this broker's messages, if any are traced.
    #[must_use]
    pub fn traces(&self) -> Option<&Arc<Traces>> {
        self.shared.traces.as_ref()
    }

    /// Resolves once the journal has failed or the broker was shut down, with the reason.
    pub async fn failed(&self) -> Unavailable {
        match self.shared.life.ended().await {
            State::Failed(unavailable) => unavailable,
            State::Running | State::Closed => Unavailable::Stopping,
        }
    }

    /// Ends all waiting receives with no message, and lets further ones not wait: the first step of a graceful stop.
    pub fn stop_waiting(&self) {
        self.shared.inbox.stop_waiting();
    }

    /// Takes no more commands, answers those it has, seals the store.
    ///
    /// # Errors
    /// The journal failed before the seal was durable.
    pub async fn shut_down(&self) -> Result<(), Unavailable> {
        self.shared.inbox.stop_waiting();
        self.shared.inbox.close();
        match self.shared.life.ended().await {
            State::Failed(unavailable) => Err(unavailable),
            State::Running | State::Closed => Ok(()),
        }
    }

    pub(crate) async fn ask(&self, command: Command) -> Result<(Answer, Content), Unavailable> {
        let deletes = match &command {
            Command::DeleteQueue { queue } => Some(*queue),
            _ => None,
        };
        let answer = self.send(command, deletes)?;
        answer.await.map_err(|_| self.shared.life.reason())
    }

    pub(crate) fn send(
        &self,
        command: Command,
        deletes: Option<QueueId>,
    ) -> Result<oneshot::Receiver<(Answer, Content)>, Unavailable> {
        let (teller, answer) = Teller::new(self.shared.catalog.clone(), deletes);
        let since_us = self.shared.traces.as_ref().map_or(0, |traces| traces.mono_us());
        match self.shared.inbox.put(Envelope { command, reply: Some(teller), door: self.door, since_us }) {
            Ok(()) => Ok(answer),
            Err(_) => Err(self.shared.life.reason()),
        }
    }

    pub(crate) fn catalog(&self) -> &Catalog {
        &self.shared.catalog
    }

    /// Waits for room for messages of this weight; it is given back when the answer is there.
    pub(crate) async fn make_room(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let room = &self.shared.room;
        let all = vocab::limits::PUBLISH_BYTES_IN_FLIGHT / PERMIT_BYTES;
        let permits = u32::try_from((bytes / PERMIT_BYTES + 1).min(all)).expect("64 MiB in KiB fit 32 bits");
        match room.clone().try_acquire_many_owned(permits) {
            Ok(permit) => Some(permit),
            // The semaphore is never closed.
            Err(_) => room.clone().acquire_many_owned(permits).await.ok(),
        }
    }
}

/// A receive under way. Dropped before its end, it leaves nothing leased to nobody: the shard hears that nobody waits, and what it
/// has already handed out is taken back.
struct Receiving<'a> {
    broker: &'a Broker,
    waiter: WaiterId,
    answer: oneshot::Receiver<(Answer, Content)>,
    answered: bool,
    /// What was handed out, while its contents are being read.
    leased: Vec<Leased>,
}

impl Drop for Receiving<'_> {
    fn drop(&mut self) {
        if !self.answered {
            // From here on the shard learns by itself that an answer reaches nobody.
            self.answer.close();
            match self.answer.try_recv() {
                Ok((Answer::Received(Ok(leased)), _)) => self.leased = leased,
                Ok(_) => {}
                Err(_) => {
                    let command = Command::CancelReceive { waiter: self.waiter };
                    // A closed inbox means that all waiting is over.
                    let _ = self.broker.shared.inbox.put(Envelope::unanswered(command));
                }
            }
        }
        self.broker.undeliver(self.leased.iter().map(|lease| lease.token).collect());
    }
}
