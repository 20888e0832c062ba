//! A client's way to the broker: every call and every answer goes into the history.

mod routing;

use super::letter;
use super::world::{Hand, World};
use crate::executor::{Alarms, or_after};
use crate::history::{Call, Chosen, Handed, OpId, Reply, Seen, Sent, What};
use broker::{
    Annotations, Broker, Browse, BrowsedMessage, Delivery, Error, Extension, Intervention, LeaseTerms, Leased,
    MoveMessages, NoSuchQueue, Purge, QueueInfo, QueueStats, Receive, RedriveId, RedriveInfo, SettleError, Settlement,
    StartRedrive, States, Transfer, Unavailable,
};
use std::fmt::Display;
use std::sync::Arc;
use vocab::{ConsumerId, QueueId, QueueSettings, Seq, SessionId, SubscriptionId};

/// One client's connection.
#[derive(Clone)]
pub struct Port {
    broker: Broker,
    alarms: Alarms,
    world: World,
}

impl Port {
    /// A connection to this broker.
    #[must_use]
    pub fn new(broker: Broker, alarms: Alarms, world: World) -> Self {
        Self { broker, alarms, world }
    }

    /// What all clients share.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// What clients sleep by.
    #[must_use]
    pub fn alarms(&self) -> &Alarms {
        &self.alarms
    }

    /// Whether the broker still answers.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.broker.health().is_ok()
    }

    /// The log's time as the broker tells it.
    #[must_use]
    pub fn log_ms(&self) -> u64 {
        self.broker.log_ms()
    }

    /// Writes something down that is not a call.
    pub fn note(&self, what: What) {
        self.world.note(self.broker.log_ms(), what);
    }

    fn call(&self, call: Call) -> OpId {
        self.world.call(self.broker.log_ms(), call)
    }

    fn answer(&self, op: OpId, reply: Reply) {
        self.world.answer(op, self.broker.log_ms(), reply);
    }

    /// Makes a queue.
    pub async fn create_queue(&self, name: &str, settings: QueueSettings) -> Option<Arc<QueueInfo>> {
        let op = self.call(Call::CreateQueue { name: name.to_owned(), settings: Box::new(settings.clone()) });
        let created = self.broker.create_queue(name, settings, Annotations::new()).await;
        self.answer(op, told(&created, |info| Reply::Created(info.id)));
        created.ok()
    }

    /// Changes a queue's settings.
    pub async fn update_queue(&self, info: &QueueInfo, settings: QueueSettings) -> Option<Arc<QueueInfo>> {
        let op = self.call(Call::UpdateQueue { queue: info.id, settings: Box::new(settings.clone()) });
        let updated = self.broker.update_queue(info.id, info.revision, settings, info.annotations.clone()).await;
        self.answer(op, told(&updated, |_| Reply::Done));
        updated.ok()
    }

    /// Removes a queue.
    pub async fn delete_queue(&self, queue: QueueId) {
        let op = self.call(Call::DeleteQueue(queue));
        let deleted = self.broker.delete_queue(queue).await;
        self.answer(op, told(&deleted, |()| Reply::Done));
    }

    /// Empties a queue.
    pub async fn purge(&self, queue: QueueId) {
        let op = self.call(Call::Purge(queue));
        let purged = self.broker.purge(queue, Purge::All).await;
        self.answer(op, told(&purged, |_| Reply::Done));
    }

    /// Lists all queues, and remembers them for all clients.
    pub fn list_queues(&self) -> Vec<Arc<QueueInfo>> {
        let op = self.call(Call::ListQueues);
        let queues = self.broker.list_queues("", None, usize::MAX);
        self.answer(op, Reply::Listed(queues.clone()));
        self.world.get().queues.clone_from(&queues);
        queues
    }

    /// Publishes a batch.
    pub async fn publish(&self, queue: QueueId, sent: Vec<Sent>) {
        let messages = sent.iter().map(letter::write).collect();
        let op = self.call(Call::Publish { queue, sent });
        let published = self.broker.publish(queue, messages).await;
        self.answer(op, told(&published, |ids| Reply::Published(ids.clone())));
    }

    /// Receives, and puts the leases into clients' hands. Gives up after `patience_ms`, where there is such a limit.
    pub async fn receive(
        &self,
        queue: QueueId,
        max: u32,
        wait_ms: u64,
        terms: LeaseTerms,
        patience_ms: Option<u64>,
    ) -> Vec<Hand> {
        let op = self.call(Call::Receive { queue, max, wait_ms, terms });
        let wish = Receive {
            queue,
            subscription: SubscriptionId(0),
            max,
            wait_ms: Some(wait_ms),
            terms,
            rank: 0,
            consumer: ConsumerId::UNKNOWN,
        };
        let received = match patience_ms {
            None => Some(self.broker.receive(wish).await),
            Some(ms) => or_after(self.broker.receive(wish), self.alarms.sleep_ms(ms)).await,
        };
        let reply = received.map_or(Reply::GivenUp, |received| {
            told(&received, |deliveries| Reply::Received(deliveries.iter().map(handed).collect()))
        });
        let hands = match &reply {
            Reply::Received(handed) => handed.iter().map(|one| Hand { token: one.lease.token, terms }).collect(),
            _ => Vec::new(),
        };
        self.answer(op, reply);
        self.world.get().hands.extend(&hands);
        hands
    }

    /// Ends leases.
    pub async fn settle(&self, settlements: Vec<Settlement>) -> Vec<Result<(), SettleError>> {
        let op = self.call(Call::Settle(settlements.clone()));
        let settled = self.broker.settle(settlements).await;
        self.answer(op, told_plainly(&settled, |verdicts| Reply::Settled(verdicts.clone())));
        settled.unwrap_or_default()
    }

    /// Moves deadlines.
    pub async fn extend(&self, extensions: Vec<Extension>) {
        let op = self.call(Call::Extend(extensions.clone()));
        let extended = self.broker.extend(extensions).await;
        self.answer(op, told_plainly(&extended, |verdicts| Reply::Extended(verdicts.clone())));
    }

    /// Hands leases on.
    pub async fn transfer(&self, transfers: Vec<Transfer>) -> Vec<Result<Leased, SettleError>> {
        let op = self.call(Call::Transfer(transfers.clone()));
        let transferred = self.broker.transfer(transfers).await;
        self.answer(op, told_plainly(&transferred, |verdicts| Reply::Transferred(verdicts.clone())));
        transferred.unwrap_or_default()
    }

    /// Ends a session's leases.
    pub async fn end_session(&self, session: SessionId) {
        let op = self.call(Call::EndSession(session));
        let ended = self.broker.end_session(session).await;
        self.answer(op, told_plainly(&ended, |()| Reply::Done));
    }

    /// Counts a queue's messages.
    pub async fn stats(&self, queue: QueueId) -> Option<QueueStats> {
        let op = self.call(Call::Stats(queue));
        let stats = self.broker.stats(queue).await;
        self.answer(op, told(&stats, |stats| Reply::Counted(*stats)));
        stats.ok()
    }

    /// Begins to move a queue's messages elsewhere.
    pub async fn start_redrive(&self, start: StartRedrive) {
        let op = self.call(Call::StartRedrive(start));
        let started = self.broker.start_redrive(start).await;
        self.answer(op, told(&started, |info| Reply::Redrive(Box::new(info.clone()))));
    }

    /// Stops a redrive.
    pub async fn cancel_redrive(&self, id: RedriveId) {
        let op = self.call(Call::CancelRedrive(id));
        let cancelled = self.broker.cancel_redrive(id).await;
        self.answer(op, told(&cancelled, |info| Reply::Redrive(Box::new(info.clone()))));
    }

    /// Lists a queue's redrives, newest first; `None` if it cannot.
    pub async fn redrives(&self, queue: QueueId) -> Option<Vec<RedriveInfo>> {
        let op = self.call(Call::Redrives(queue));
        let redrives = self.broker.redrives(queue).await;
        self.answer(op, told(&redrives, |redrives| Reply::Redrives(redrives.clone())));
        redrives.ok()
    }

    /// Deletes, releases or buries messages, whoever holds them.
    pub async fn intervene(&self, queue: QueueId, chosen: Vec<Chosen>, how: Intervention) {
        let seqs = chosen.iter().map(|chosen| chosen.seq).collect();
        let op = self.call(Call::Intervene { queue, chosen, how: how.clone() });
        let intervened = self.broker.intervene(queue, seqs, how).await;
        self.answer(op, told(&intervened, |verdicts| Reply::Intervened(verdicts.clone())));
    }

    /// Moves chosen messages to where they were buried from, or to one queue.
    pub async fn carry(&self, source: QueueId, chosen: Vec<Chosen>, target: Option<QueueId>) {
        let messages = chosen.iter().map(|chosen| (chosen.seq, None)).collect();
        let op = self.call(Call::Carry { source, chosen, target });
        let carried = self.broker.move_messages(MoveMessages { source, messages, target }).await;
        self.answer(op, told(&carried, |verdicts| Reply::Carried(verdicts.clone())));
    }

    /// Looks at all messages of a queue; `None` if it cannot.
    pub async fn peek(&self, queue: QueueId) -> Option<Vec<Seen>> {
        let op = self.call(Call::Peek(queue));
        let peeked = self.browse_all(queue).await;
        let seen = |message: &BrowsedMessage| Seen {
            uid: letter::read(&message.message),
            seq: message.seen.seq,
            state: message.seen.state,
            origin: message.message.facts.origin.clone(),
        };
        let all = peeked.as_ref().ok().map(|messages| messages.iter().map(seen).collect::<Vec<_>>());
        self.answer(op, told(&peeked, |_| Reply::Peeked(all.clone().unwrap_or_default())));
        all
    }

    /// Page by page; what changes in between is seen before or after.
    async fn browse_all(&self, queue: QueueId) -> Result<Vec<BrowsedMessage>, Error<NoSuchQueue>> {
        let (mut all, mut next) = (Vec::new(), Some(Seq(0)));
        while let Some(from) = next {
            let wish = Browse { queue, from, count: 10_000, states: States::ALL };
            let browsed = self.broker.browse(wish).await?;
            all.extend(browsed.messages);
            next = browsed.next;
        }
        Ok(all)
    }
}

fn handed(delivery: &Delivery) -> Handed {
    let Delivery { id, lease, message } = delivery;
    let (uid, labels) = (letter::read(message), letter::labels(message));
    Handed {
        uid: uid.filter(|_| labels.is_some()),
        id: *id,
        labels: labels.unwrap_or_default(),
        lease: *lease,
        origin: message.facts.origin.clone(),
    }
}

fn told<T, R: Display>(result: &Result<T, Error<R>>, done: impl FnOnce(&T) -> Reply) -> Reply {
    match result {
        Ok(value) => done(value),
        Err(Error::Refused(refusal)) => Reply::Refused(refusal.to_string()),
        Err(Error::Unavailable(unavailable)) => away(unavailable),
    }
}

fn told_plainly<T>(result: &Result<T, Unavailable>, done: impl FnOnce(&T) -> Reply) -> Reply {
    result.as_ref().map_or_else(away, done)
}

/// Only a stopping broker says that nothing happened.
fn away(unavailable: &Unavailable) -> Reply {
    match unavailable {
        Unavailable::Stopping => Reply::Refused(unavailable.to_string()),
        Unavailable::Poisoned(_) | Unavailable::Damaged(_) => Reply::Unknown(unavailable.to_string()),
    }
}
