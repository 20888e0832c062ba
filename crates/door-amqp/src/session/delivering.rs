//! Deliveries: what consumers ask the broker for, and how it reaches the client.

use super::Session;
use crate::channel::unacked::Held;
use crate::errors;
use crate::message::outgoing;
use crate::uses::{News, Notice};
use crate::wire::content::put_content;
use crate::wire::methods::{MethodId, basic};
use broker::{Delivery, Error, LeaseTerms, Receive, ReceiveError, Settle, Settlement};
use door::timeout;
use futures_util::future::{AbortHandle, Abortable, BoxFuture};
use std::time::Duration;
use vocab::SubscriptionId;
use vocab::limits::WAIT_MS_MAX;

/// A consumer's ask for messages, under way.
pub(super) type Ask = BoxFuture<'static, Asked>;

/// What an ask brought; nothing if it was given up.
pub(super) struct Asked {
    channel: u16,
    number: u32,
    got: Option<Result<Vec<Delivery>, Error<ReceiveError>>>,
}

/// Where a queue has given out as many leases as it may, it is asked again after so long.
const RETRY: Duration = Duration::from_millis(500);

impl Session {
    /// Lets a consumer ask for as many messages as it may be given, if it does not ask already.
    pub(crate) fn ask(&mut self, channel: u16, number: u32) {
        self.ask_after(channel, number, Duration::ZERO);
    }

    /// Lets every consumer of a channel ask.
    pub(crate) fn ask_all(&mut self, channel: u16) {
        let numbers: Vec<u32> =
            self.channels.get(&channel).into_iter().flat_map(|c| c.consumers.keys().copied()).collect();
        for number in numbers {
            self.ask(channel, number);
        }
    }

    fn ask_after(&mut self, channel: u16, number: u32, pause: Duration) {
        let Some(open) = self.channels.get_mut(&channel) else { return };
        let (shared_credit, session) = (open.shared_credit(), open.session);
        let Some(consumer) = open.consumers.get_mut(&number) else { return };
        let max = consumer.wants(shared_credit);
        if max == 0 || !open.flowing {
            return;
        }
        let (handle, registration) = AbortHandle::new_pair();
        consumer.asked = Some(handle);
        let (queue, rank, consumer) = (consumer.queue.id, consumer.rank, consumer.consuming.id());
        let (wait_ms, terms) = (Some(WAIT_MS_MAX), LeaseTerms::Session(session));
        let receive = Receive { queue, subscription: SubscriptionId(0), max, wait_ms, terms, rank, consumer };
        let broker = self.door.broker.clone();
        let asking = async move {
            if !pause.is_zero() {
                timeout::pause(pause).await;
            }
            broker.receive(receive).await
        };
        let asking = Abortable::new(asking, registration);
        self.asks.push(Box::pin(async move { Asked { channel, number, got: asking.await.ok() } }));
    }

    /// Takes what an ask brought.
    pub(super) fn take_asked(&mut self, asked: Asked) {
        let Asked { channel, number, got } = asked;
        let Some(got) = got else { return };
        let consumer = self.channels.get_mut(&channel).and_then(|open| open.consumers.get_mut(&number));
        let Some(consumer) = consumer else {
            // It was cancelled at the very moment.
            let tokens = got.unwrap_or_default().iter().map(|delivery| delivery.lease.token).collect();
            return self.door.broker.undeliver(tokens);
        };
        consumer.asked = None;
        match got {
            Ok(deliveries) => {
                consumer.learn(&deliveries);
                consumer.consuming.delivered();
                self.deliver(channel, number, deliveries);
                self.ask(channel, number);
            }
            Err(Error::Refused(ReceiveError::NoSuchQueue(_))) => self.cancel_by_server(channel, number),
            Err(Error::Refused(ReceiveError::TooManyLeases { .. })) => self.ask_after(channel, number, RETRY),
            Err(Error::Unavailable(broker::Unavailable::Damaged(reason))) => {
                tracing::error!(%reason, "a message could not be read for a consumer");
                self.ask_after(channel, number, RETRY);
            }
            Err(Error::Unavailable(unavailable)) => {
                self.close_connection(&errors::unavailable(&unavailable), MethodId::default());
            }
        }
    }

    /// Delivers as many as the consumer may hold; its credit may have gone to another one of the channel meanwhile.
    fn deliver(&mut self, channel: u16, number: u32, mut deliveries: Vec<Delivery>) {
        let now_ms = self.door.now_ms();
        let open = self.channels.get_mut(&channel).expect("its consumer was just found");
        let shared_credit = open.shared_credit();
        let consumer = open.consumers.get_mut(&number).expect("it was just found");
        let (acks, counted) = (consumer.acks, consumer.counts_deliveries);
        let room = if acks { consumer.credit().min(shared_credit) as usize } else { usize::MAX };
        let surplus: Vec<_> = deliveries.drain(room.min(deliveries.len())..).map(|spare| spare.lease.token).collect();
        let queue = self.vhost.shown(&consumer.queue.name).unwrap_or(&consumer.queue.name);
        for delivery in &deliveries {
            let held = Held { token: delivery.lease.token, consumer: Some(number), since_ms: now_ms };
            let delivery_tag = if acks { open.unacked.hold(held) } else { open.unacked.pass() };
            let addressed = outgoing(delivery, queue, &self.vhost, counted);
            let deliver = basic::Deliver {
                consumer_tag: &consumer.tag,
                delivery_tag,
                redelivered: delivery.lease.deliveries > 1,
                exchange: addressed.exchange,
                routing_key: addressed.key,
            };
            let body = &delivery.message.body;
            put_content(&mut self.out, channel, &deliver, &addressed.properties, body, self.tuning.frame_max);
        }
        if acks {
            consumer.unacked += u32::try_from(deliveries.len()).expect("no more than were asked for");
        } else {
            let ack = |delivery: &Delivery| Settlement { token: delivery.lease.token, how: Settle::Ack };
            self.settle_unanswered(deliveries.iter().map(ack).collect());
        }
        self.door.broker.undeliver(surplus);
    }

    /// A queue went that is consumed from.
    fn cancel_by_server(&mut self, channel: u16, number: u32) {
        let removed = self.channels.get_mut(&channel).and_then(|open| open.consumers.remove(&number));
        let Some(mut consumer) = removed else { return };
        consumer.give_up_asking();
        self.detach(consumer.queue.id, channel, number);
        if self.capabilities.cancel_notify {
            self.say(channel, &basic::Cancel { consumer_tag: &consumer.tag, no_wait: true });
        }
    }

    /// Takes what a consumer has to know.
    pub(super) fn take_notice(&mut self, notice: Notice) {
        let Notice { channel, number, what } = notice;
        let consumer = self.channels.get_mut(&channel).and_then(|open| open.consumers.get_mut(&number));
        match (what, consumer) {
            // It was cancelled meanwhile.
            (_, None) => {}
            (News::Gone, Some(_)) => self.cancel_by_server(channel, number),
            (News::Turn, Some(consumer)) => {
                consumer.active = true;
                self.ask(channel, number);
            }
        }
    }
}
