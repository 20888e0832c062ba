//! The clients: each has a connection, and goes on until the connection ends.

use super::QUEUES;
use super::promises::Promises;
use anyhow::{Context, Result, ensure};
use futures_util::StreamExt;
use lapin::message::Delivery;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicGetOptions, BasicPublishOptions, BasicQosOptions, ConfirmSelectOptions,
    QueueDeclareOptions,
};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Channel, Confirmation, Connection, ConnectionProperties, PublisherConfirm};
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

/// Unconfirmed publishes of one connection, and unacknowledged deliveries.
const WINDOW: usize = 32;

/// Acks after which a consumer makes sure of them.
const ACKS_PER_CONFIRM: usize = 16;

/// Where nothing is.
const NOWHERE: &str = "nowhere";

/// What a connection does.
#[derive(Clone, Copy, Debug)]
pub(super) enum Work {
    /// Publishes everywhere.
    Publish,
    /// Takes from `busy`.
    Consume,
    /// Moves tasks.
    Move,
}

impl Work {
    pub(super) const ALL: [Self; 3] = [Self::Publish, Self::Consume, Self::Move];
}

/// A connection with one channel.
pub(super) struct Client {
    channel: Channel,
    _connection: Connection,
}

impl Client {
    pub(super) async fn connect(server: SocketAddr) -> Result<Self> {
        let url = format!("amqp://{server}");
        let connection = Connection::connect(&url, ConnectionProperties::default()).await.context("a connection")?;
        let channel = connection.create_channel().await.context("a channel")?;
        Ok(Self { channel, _connection: connection })
    }

    /// Makes every queue, durable.
    pub(super) async fn declare(&self) -> Result<()> {
        for queue in QUEUES {
            let options = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
            self.channel.queue_declare(queue.into(), options, FieldTable::default()).await?;
        }
        Ok(())
    }

    pub(super) async fn work(&self, work: Work, promises: &Promises) -> Result<()> {
        match work {
            Work::Publish => self.publish_on(promises).await,
            Work::Consume => self.consume_on(promises).await,
            Work::Move => self.move_on(promises).await,
        }
    }

    /// How often each number is in each queue.
    pub(super) async fn drain_all(&self) -> Result<BTreeMap<&'static str, BTreeMap<u64, usize>>> {
        let mut found = BTreeMap::new();
        for queue in QUEUES {
            let numbers: &mut BTreeMap<u64, usize> = found.entry(queue).or_default();
            let options = BasicGetOptions { no_ack: true };
            while let Some(message) = self.channel.basic_get(queue.into(), options).await? {
                *numbers.entry(number_of(&message.delivery)?).or_default() += 1;
            }
        }
        Ok(found)
    }

    async fn send(&self, queue: &str, number: u64) -> Result<PublisherConfirm> {
        let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
        let properties = BasicProperties::default().with_delivery_mode(2);
        let body = number.to_string();
        Ok(self.channel.basic_publish("".into(), queue.into(), options, body.as_bytes(), properties).await?)
    }

    async fn publish_on(&self, promises: &Promises) -> Result<()> {
        self.channel.confirm_select(ConfirmSelectOptions::default()).await?;
        let mut open = VecDeque::new();
        for queue in ["kept", "busy", "tasks", NOWHERE].into_iter().cycle() {
            let number = promises.number();
            promises.note(|kept| kept.sent.insert((queue, number)));
            open.push_back((queue, number, self.send(queue, number).await?));
            if open.len() < WINDOW {
                continue;
            }
            let (queue, number, confirm) = open.pop_front().expect("the window is full");
            let confirmation = confirm.await?;
            promises.made(|kept| match confirmation {
                Confirmation::Ack(None) if queue != NOWHERE => {
                    kept.confirmed.insert((queue, number));
                }
                Confirmation::Ack(Some(_)) if queue == NOWHERE => kept.returned += 1,
                other => kept.violations.push(format!("{number} for {queue} was confirmed with {other:?}")),
            });
        }
        Ok(())
    }

    async fn consume_on(&self, promises: &Promises) -> Result<()> {
        self.channel.confirm_select(ConfirmSelectOptions::default()).await?;
        let prefetch = u16::try_from(WINDOW)?;
        self.channel.basic_qos(prefetch, BasicQosOptions::default()).await?;
        let options = BasicConsumeOptions::default();
        let mut consumer = self.channel.basic_consume("busy".into(), "".into(), options, FieldTable::default()).await?;
        let mut acked = Vec::new();
        while let Some(delivery) = consumer.next().await {
            let delivery = delivery?;
            let number = number_of(&delivery)?;
            promises.note(|kept| {
                kept.delivered.insert(number);
                if kept.acked.contains(&number) {
                    kept.violations.push(format!("{number} came again after its ack"));
                }
            });
            delivery.ack(BasicAckOptions::default()).await?;
            acked.push(number);
            if acked.len() >= ACKS_PER_CONFIRM {
                self.make_sure(std::mem::take(&mut acked), promises).await?;
            }
        }
        Ok(())
    }

    /// A publish after acks, on their connection: with its confirm they hold.
    async fn make_sure(&self, acked: Vec<u64>, promises: &Promises) -> Result<()> {
        let number = promises.number();
        promises.note(|kept| kept.sent.insert(("kept", number)));
        let confirmation = self.send("kept", number).await?.await?;
        ensure!(confirmation == Confirmation::Ack(None), "{number} was confirmed with {confirmation:?}");
        promises.made(|kept| {
            kept.confirmed.insert(("kept", number));
            kept.acked.extend(acked);
        });
        Ok(())
    }

    async fn move_on(&self, promises: &Promises) -> Result<()> {
        self.channel.tx_select().await?;
        loop {
            let Some(task) = self.channel.basic_get("tasks".into(), BasicGetOptions::default()).await? else {
                tokio::task::yield_now().await;
                continue;
            };
            let number = number_of(&task.delivery)?;
            promises.note(|kept| kept.begun.insert(number));
            self.send("left", number).await?;
            self.send("right", number).await?;
            task.delivery.ack(BasicAckOptions::default()).await?;
            self.channel.tx_commit().await?;
            promises.made(|kept| kept.committed.insert(number));
        }
    }
}

fn number_of(delivery: &Delivery) -> Result<u64> {
    std::str::from_utf8(&delivery.data)?.parse().context("a body is a number")
}
