//! The broker's handle: what doors and embedding programs call. Cheap to clone, safe to share.
//!
//! What it is not: no protocol, no threads, no storage. Every call becomes one engine command and
//! waits until its answer may be told (design rule 1).

use crate::delivery::{Delivery, PeekedMessage};
use crate::error::{Error, Unavailable};
use engine::{
    Annotations, CreateQueueError, Extension, NoSuchQueue, PublishError, QueueInfo, QueueStats, Receive, ReceiveError,
    SettleError, Settlement, Transfer, UpdateQueueError,
};
use std::sync::Arc;
use vocab::{Message, MessageId, QueueId, QueueSettings, Seq, SessionId};

/// A handle to a running broker.
#[derive(Clone)]
pub struct Broker {}

#[allow(unused_variables, clippy::unimplemented, clippy::unused_async)]
impl Broker {
    /// Makes a queue. `Exists` (with the queue as it is) when the name is taken: the caller compares.
    pub async fn create_queue(
        &self,
        name: &str,
        settings: QueueSettings,
        annotations: Annotations,
    ) -> Result<Arc<QueueInfo>, Error<CreateQueueError>> {
        unimplemented!()
    }
    /// The queue of this name, if it exists. Answers at once, from what is durable.
    pub fn queue(&self, name: &str) -> Option<Arc<QueueInfo>> {
        unimplemented!()
    }
    /// The queue with this id, if it exists.
    pub fn queue_by_id(&self, queue: QueueId) -> Option<Arc<QueueInfo>> {
        unimplemented!()
    }
    /// Queues in order of name: those that start with `prefix`, after the name `after`, at most `limit`.
    pub fn list_queues(&self, prefix: &str, after: Option<&str>, limit: usize) -> Vec<Arc<QueueInfo>> {
        unimplemented!()
    }
    /// Changes settings and annotations together; `Changed` if `revision` is not the newest.
    pub async fn update_queue(
        &self,
        queue: QueueId,
        revision: u64,
        settings: QueueSettings,
        annotations: Annotations,
    ) -> Result<Arc<QueueInfo>, Error<UpdateQueueError>> {
        unimplemented!()
    }
    /// Removes a queue and everything in it.
    pub async fn delete_queue(&self, queue: QueueId) -> Result<(), Error<NoSuchQueue>> {
        unimplemented!()
    }
    /// Removes every message; says how many.
    pub async fn purge(&self, queue: QueueId) -> Result<u64, Error<NoSuchQueue>> {
        unimplemented!()
    }
    /// Publishes all messages or none; the ids are in the order of the messages.
    pub async fn publish(&self, queue: QueueId, messages: Vec<Message>) -> Result<Vec<MessageId>, Error<PublishError>> {
        unimplemented!()
    }
    /// Leases messages; empty when none came within the wait. Dropping the future gives up waiting, and what was leased
    /// for it in the meantime comes back without a fault.
    pub async fn receive(&self, receive: Receive) -> Result<Vec<Delivery>, Error<ReceiveError>> {
        unimplemented!()
    }
    /// Ends leases; one verdict each, in order.
    pub async fn settle(&self, settlements: Vec<Settlement>) -> Result<Vec<Result<(), SettleError>>, Unavailable> {
        unimplemented!()
    }
    /// Moves deadlines; the deadlines (log time, ms) in order.
    pub async fn extend(&self, extensions: Vec<Extension>) -> Result<Vec<Result<u64, SettleError>>, Unavailable> {
        unimplemented!()
    }
    /// Hands leases to another owner.
    pub async fn transfer(
        &self,
        transfers: Vec<Transfer>,
    ) -> Result<Vec<Result<engine::Leased, SettleError>>, Unavailable> {
        unimplemented!()
    }
    /// Ends every lease of a session.
    pub async fn end_session(&self, session: SessionId) -> Result<(), Unavailable> {
        unimplemented!()
    }
    /// Counts messages by state, exactly.
    pub async fn stats(&self, queue: QueueId) -> Result<QueueStats, Error<NoSuchQueue>> {
        unimplemented!()
    }
    /// Live messages in order, without leasing them.
    pub async fn peek(&self, queue: QueueId, from: Seq, count: u32) -> Result<Vec<PeekedMessage>, Error<NoSuchQueue>> {
        unimplemented!()
    }
    /// Figures of the log, for metrics.
    pub fn journal_stats(&self) -> engine::JournalStats {
        unimplemented!()
    }
    /// `Err` once the journal failed: nothing will be answered any more.
    pub fn health(&self) -> Result<(), Unavailable> {
        unimplemented!()
    }
    /// The log's time, milliseconds since the Unix epoch.
    pub fn log_ms(&self) -> u64 {
        unimplemented!()
    }
    /// Random and constant for this store: a key for doors that authenticate what they hand out.
    pub fn store_id(&self) -> u128 {
        unimplemented!()
    }
    /// Resolves once the journal has failed or the broker was stopped, with the reason.
    pub async fn failed(&self) -> Unavailable {
        unimplemented!()
    }
    /// Ends all waiting receives empty, refuses further commands with `Unavailable::Stopping`, seals the store.
    pub async fn shut_down(&self) -> Result<(), Unavailable> {
        unimplemented!()
    }
    /// Ends all waiting receives with no message, and lets further ones not wait: the first step of a graceful stop.
    pub fn stop_waiting(&self) {
        unimplemented!()
    }
}
