//! The loads that the embedding process puts on its store.
//!
//! Many tasks share one count of messages that are left to do; each takes a batch off it, does it, and comes back.
//! Invariants: no more is done than was ordered; a task that finds the queue empty gives back what it took off the count.

use super::order::Publish;
use super::supply::{Left, Noise, Supply};
use crate::latency::Latency;
use anyhow::{Context, Result};
use longshore::broker::{Broker, CreateQueueError, Delivery, Error, LeaseTerms, Receive, Settle, Settlement};
use longshore::vocab::{
    ConsumerId, DedupPolicy, DedupScope, Durability, LeaseToken, MessageId, Order, PartitionId, PartitionKey, QueueId,
    QueueSettings, Seq, SubscriptionId,
};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use tokio::task::JoinSet;

/// Tasks that publish.
const PUBLISHERS: usize = 32;

/// Tasks that receive and settle.
const CONSUMERS: usize = 64;

/// Messages in a receive or settle that is not itself measured.
const BATCH: u32 = 100;

/// How long a receive waits where there must be something: an empty answer then means that there is not.
const WAIT_MS: u64 = 1000;

/// As consumers lease when they say nothing else.
const DEADLINE: LeaseTerms = LeaseTerms::Deadline(None);

/// Whoever does what is ordered.
pub struct Worker {
    broker: Broker,
    queues: Vec<QueueId>,
    noise: Noise,
    dice: ChaCha8Rng,
    /// Leases that survived the last halving.
    kept: Vec<LeaseToken>,
}

impl Worker {
    /// One over a store; the same noise and the same choices every time.
    pub fn new(broker: Broker) -> Self {
        let mut dice = ChaCha8Rng::seed_from_u64(1);
        let noise = Noise::new(&mut dice);
        Self { broker, queues: Vec::new(), noise, dice, kept: Vec::new() }
    }

    /// Makes the queues that are missing, or finds those of an earlier process.
    pub async fn make_queues(&mut self, count: u32) -> Result<u64> {
        for number in self.queues.len() as u32..count {
            let made =
                self.broker.create_queue(&number.to_string(), QueueSettings::default(), Default::default()).await;
            let queue = match made {
                Ok(queue) | Err(Error::Refused(CreateQueueError::Exists(queue))) => queue,
                Err(error) => return Err(error.into()),
            };
            self.queues.push(queue.id);
        }
        Ok(0)
    }

    /// Makes one more queue, which keeps order per lane and takes no dedup id twice.
    pub async fn make_laned_queue(&mut self) -> Result<u64> {
        let dedup = Some(DedupPolicy { window_ms: 300_000, scope: DedupScope::Queue });
        let settings = QueueSettings { order: Order::Laned, dedup, ..QueueSettings::default() };
        self.queues.push(self.broker.create_queue("laned", settings, Default::default()).await?.id);
        Ok(0)
    }

    /// Makes one more queue, whose answers wait for no sync.
    pub async fn make_hasty_queue(&mut self) -> Result<u64> {
        let settings = QueueSettings { durability: Durability::Never, ..QueueSettings::default() };
        self.queues.push(self.broker.create_queue("hasty", settings, Default::default()).await?.id);
        Ok(0)
    }

    /// Publishes to the queues in turn.
    pub async fn publish(&self, publish: &Publish) -> Result<u64> {
        let load = Arc::new(self.load(publish)?);
        let broker = &self.broker;
        together(PUBLISHERS, || {
            let (broker, load) = (broker.clone(), load.clone());
            async move {
                let mut done = 0;
                while let Some((queue, messages)) = load.next() {
                    done += messages.len() as u64;
                    broker.publish(queue, messages).await?;
                }
                Ok(done)
            }
        })
        .await
    }

    /// Receives `at_a_time` messages, acknowledges them, and so on.
    pub async fn drain(&self, queue: u32, messages: u64, at_a_time: u32) -> Result<u64> {
        let queue = self.queue(queue)?;
        let left = Arc::new(Left::new(messages));
        together(CONSUMERS, || {
            let (broker, left) = (self.broker.clone(), left.clone());
            async move {
                let mut done = 0;
                while let Some(max) = left.take(u64::from(at_a_time)) {
                    let received = receive(&broker, queue, max as u32, WAIT_MS, DEADLINE).await?;
                    let count = received.len() as u64;
                    left.give_back(max - count);
                    if count == 0 {
                        break;
                    }
                    ack(&broker, received.iter().map(|delivery| delivery.lease.token)).await?;
                    done += count;
                }
                Ok(done)
            }
        })
        .await
    }

    /// Each task publishes a batch and then consumes one, so that hardly anything waits.
    pub async fn keep_up(&self, publish: &Publish) -> Result<u64> {
        let load = Arc::new(self.load(publish)?);
        together(CONSUMERS, || {
            let (broker, load) = (self.broker.clone(), load.clone());
            async move {
                let mut done = 0;
                while let Some((queue, messages)) = load.next() {
                    let count = messages.len();
                    broker.publish(queue, messages).await?;
                    let received = receive(&broker, queue, count as u32, 0, DEADLINE).await?;
                    ack(&broker, received.iter().map(|delivery| delivery.lease.token)).await?;
                    done += count as u64;
                }
                Ok(done)
            }
        })
        .await
    }

    /// Looks for the lives of so many messages, from all over the newer half of the queue's; says how many moments they have, and how
    /// long one life took to find.
    pub async fn look_up(&mut self, queue: u32, times: u32) -> Result<(u64, Latency)> {
        let queue = self.queue(queue)?;
        let published = self.broker.stats(queue).await?.totals.published;
        let (mut moments, mut took) = (0, Latency::new()?);
        for _ in 0..times {
            let seq = Seq(self.dice.random_range(published / 2..published.max(1)));
            let id = MessageId::new(PartitionKey::new(queue, PartitionId(0)), seq);
            let begin = Instant::now();
            moments += self.broker.life(id).await?.moments.len() as u64;
            took.record(begin.elapsed());
        }
        Ok((moments, took))
    }

    /// Acknowledges a random half of what is kept; of everything in the queue, if nothing is kept.
    pub async fn ack_half(&mut self, queue: u32) -> Result<u64> {
        if self.kept.is_empty() {
            self.kept = self.lease_all(self.queue(queue)?).await?;
        }
        let dice = &mut self.dice;
        let (acked, kept): (Vec<_>, Vec<_>) = self.kept.drain(..).partition(|_| dice.next_u32().is_multiple_of(2));
        self.kept = kept;
        let acked = Arc::new(acked);
        let chunks = Arc::new(AtomicU64::new(0));
        together(CONSUMERS, || {
            let (broker, acked, chunks) = (self.broker.clone(), acked.clone(), chunks.clone());
            async move {
                let mut done = 0;
                while let Some(chunk) =
                    acked.chunks(BATCH as usize).nth(chunks.fetch_add(1, Ordering::Relaxed) as usize)
                {
                    ack(&broker, chunk.iter().copied()).await?;
                    done += chunk.len() as u64;
                }
                Ok(done)
            }
        })
        .await
    }

    /// Leases the whole queue, for as long as it takes.
    async fn lease_all(&self, queue: QueueId) -> Result<Vec<LeaseToken>> {
        let mut leased = Vec::new();
        loop {
            let received = receive(&self.broker, queue, 10 * BATCH, WAIT_MS, LeaseTerms::Claim).await?;
            if received.is_empty() {
                return Ok(leased);
            }
            leased.extend(received.iter().map(|delivery| delivery.lease.token));
        }
    }

    fn queue(&self, number: u32) -> Result<QueueId> {
        self.queues.get(number as usize).copied().with_context(|| format!("queue {number} was not made"))
    }

    fn load(&self, publish: &Publish) -> Result<Supply> {
        let queues = publish.queues.clone().map(|number| self.queue(number)).collect::<Result<_>>()?;
        Ok(Supply::new(publish, queues, self.noise.clone()))
    }
}

/// Runs as many tasks of one kind as said; the sum of what they did.
async fn together<F>(tasks: usize, task: impl Fn() -> F) -> Result<u64>
where
    F: Future<Output = Result<u64>> + Send + 'static,
{
    let mut running: JoinSet<Result<u64>> = (0..tasks).map(|_| task()).collect();
    let mut done = 0;
    while let Some(one) = running.join_next().await {
        done += one??;
    }
    Ok(done)
}

async fn receive(broker: &Broker, queue: QueueId, max: u32, wait_ms: u64, terms: LeaseTerms) -> Result<Vec<Delivery>> {
    Ok(broker
        .receive(Receive {
            queue,
            subscription: SubscriptionId(0),
            max,
            wait_ms: Some(wait_ms),
            terms,
            rank: 0,
            consumer: ConsumerId::UNKNOWN,
        })
        .await?)
}

async fn ack(broker: &Broker, tokens: impl Iterator<Item = LeaseToken>) -> Result<()> {
    let settlements = tokens.map(|token| Settlement { token, how: Settle::Ack }).collect::<Vec<_>>();
    if settlements.is_empty() {
        return Ok(());
    }
    for verdict in broker.settle(settlements).await? {
        verdict?;
    }
    Ok(())
}
