//! Direct replies: answers that go from one connection to another without a queue.
//!
//! ```text
//!   requester: consumes from amq.rabbitmq.reply-to without acknowledgements,
//!              publishes a request with reply-to amq.rabbitmq.reply-to
//!                 ─→ the request's reply-to becomes amq.rabbitmq.reply-to.CONNECTION.CHANNEL.SECRET
//!   responder: publishes to that key of the default exchange ─→ the requester's connection ─→ basic.deliver
//! ```
//!
//! What it is not: durable. An answer to a requester that has gone, or reads too slowly, is lost, as RabbitMQ documents.
//!
//! Invariant: an address is good for the one consumer that it was given for; who does not know its secret cannot guess it.

use super::Session;
use crate::errors::AmqpError;
use crate::message::own_properties;
use crate::publish::Publish;
use crate::uses::ConnectionId;
use crate::wire::content::put_content;
use crate::wire::methods::basic;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc::Sender;
use vocab::Message;

/// The queue that stands for the connection's own replies.
pub(crate) const ADDRESS: &str = "amq.rabbitmq.reply-to";

/// Whether a key of the default exchange names somebody's replies.
pub(super) fn is_reply_address(key: &str) -> bool {
    key.strip_prefix(ADDRESS).is_some_and(|rest| rest.starts_with('.'))
}

/// An answer for a requester.
#[derive(Debug)]
pub(crate) struct Reply {
    channel: u16,
    secret: u128,
    key: Box<str>,
    message: Message,
}

/// By connection and channel: the secret of the address, and the way to the connection.
type Requesters = BTreeMap<(ConnectionId, u16), (u128, Sender<Reply>)>;

/// The channels that wait for answers.
#[derive(Debug, Default)]
pub(crate) struct Replies {
    requesters: Mutex<Requesters>,
}

/// What a channel needs to take answers.
#[derive(Debug)]
pub(crate) struct ReplyConsumer {
    pub(crate) tag: Box<str>,
    secret: u128,
}

impl Replies {
    /// Sends an answer to its requester; says whether there is one.
    pub(crate) fn send(&self, publish: &Publish) -> bool {
        let Some((connection, channel, secret)) = parse(&publish.destination.key) else { return false };
        let (key, message) = (publish.destination.key.clone(), publish.message.clone());
        let requesters = self.lock();
        let requester = requesters.get(&(connection, channel)).filter(|(known, _)| *known == secret);
        requester.is_some_and(|(_, sender)| sender.try_send(Reply { channel, secret, key, message }).is_ok())
    }

    /// Whether somebody is behind an address.
    pub(crate) fn knows(&self, address: &str) -> bool {
        let Some((connection, channel, secret)) = parse(address) else { return false };
        self.lock().get(&(connection, channel)).is_some_and(|(known, _)| *known == secret)
    }

    fn lock(&self) -> MutexGuard<'_, Requesters> {
        self.requesters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The connection, the channel and the secret in an address.
fn parse(address: &str) -> Option<(ConnectionId, u16, u128)> {
    let mut parts = address.strip_prefix(ADDRESS)?.strip_prefix('.')?.split('.');
    let connection = ConnectionId(u64::from_str_radix(parts.next()?, 16).ok()?);
    let (channel, secret) = (parts.next()?.parse().ok()?, u128::from_str_radix(parts.next()?, 16).ok()?);
    parts.next().is_none().then_some((connection, channel, secret))
}

fn address(connection: ConnectionId, channel: u16, secret: u128) -> String {
    format!("{ADDRESS}.{:x}.{channel}.{secret:032x}", connection.0)
}

impl Session {
    /// Lets a channel take direct replies under a consumer tag.
    pub(crate) fn consume_replies(&mut self, channel: u16, tag: &str, acks: bool) -> Result<(), AmqpError> {
        if acks {
            return Err(AmqpError::precondition("reply consumer cannot acknowledge"));
        }
        if self.channel(channel).replies.is_some() {
            return Err(AmqpError::precondition("reply consumer already set"));
        }
        let secret = self.door.secret();
        self.channel(channel).replies = Some(ReplyConsumer { tag: tag.into(), secret });
        self.door.replies.lock().insert((self.id, channel), (secret, self.reply_sender.clone()));
        Ok(())
    }

    /// Ends a channel's direct replies, if it takes any: their address is nobody's.
    pub(crate) fn end_replies(&mut self, channel: u16) {
        if self.channels.get_mut(&channel).and_then(|open| open.replies.take()).is_some() {
            self.door.replies.lock().remove(&(self.id, channel));
        }
    }

    /// The address that stands for the replies of this channel.
    pub(super) fn reply_address(&mut self, channel: u16) -> Result<String, AmqpError> {
        let id = self.id;
        match &self.channel(channel).replies {
            Some(consumer) => Ok(address(id, channel, consumer.secret)),
            None => Err(AmqpError::precondition("fast reply consumer does not exist")),
        }
    }

    /// Delivers an answer, if its requester still waits for it.
    pub(super) fn take_reply(&mut self, reply: &Reply) {
        let Some(open) = self.channels.get_mut(&reply.channel) else { return };
        let Some(consumer) = open.replies.as_ref().filter(|consumer| consumer.secret == reply.secret) else { return };
        let deliver = basic::Deliver {
            consumer_tag: &consumer.tag,
            delivery_tag: open.unacked.pass(),
            redelivered: false,
            exchange: "",
            routing_key: &reply.key,
        };
        let properties = own_properties(&reply.message);
        let body = &reply.message.body;
        put_content(&mut self.out, reply.channel, &deliver, properties, body, self.tuning.frame_max);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_come_back_and_others_are_none() {
        let there = address(ConnectionId(77), 3, 0xfeed);
        assert!(is_reply_address(&there) && !is_reply_address(ADDRESS) && !is_reply_address("amq.rabbitmq.reply-tox"));
        assert_eq!(parse(&there), Some((ConnectionId(77), 3, 0xfeed)));
        for wrong in
            [ADDRESS, "amq.rabbitmq.reply-to.", "amq.rabbitmq.reply-to.1.2", "amq.rabbitmq.reply-to.1.2.3.4", "q"]
        {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
