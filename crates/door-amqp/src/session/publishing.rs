//! Publishes: where they go, what comes back, and what is confirmed.

use super::Session;
use super::batch::{Done, Ticket};
use crate::channel::Mode;
use crate::channel::confirms::{Confirm, Confirms, Verdict};
use crate::destination::{Destination, Found};
use crate::errors::{self, AmqpError};
use crate::message;
use crate::publish::Publish;
use crate::wire::ReplyCode;
use crate::wire::content::{Content, put_content};
use crate::wire::methods::{self, MethodId, basic};
use crate::wire::properties::Properties;
use broker::{Error, QueueInfo};
use bytes::{Bytes, BytesMut};
use door::access::Permission;
use std::sync::Arc;
use vocab::{Route, RouterKind};

impl Session {
    /// Takes a publish that has arrived whole.
    pub(super) async fn publish(&mut self, channel: u16, content: Content) -> Result<(), AmqpError> {
        let Content { method, properties, body } = content;
        let said: basic::Publish<'_> =
            methods::decode(&method).map_err(|error| AmqpError::new(error.code(), error.to_string()))?;
        if said.immediate {
            return Err(AmqpError::new(ReplyCode::NotImplemented, "immediate=true"));
        }
        let destination = self.destination(said.exchange, said.routing_key)?;
        let properties = self.checked_properties(channel, properties)?;
        let now_ms = self.door.broker.log_ms();
        let mut publish = Publish::new(destination, said.mandatory, &properties, body, now_ms)?;
        publish.message.facts.sender = self.caller.user().map(|user| user.name.clone());
        match &mut self.channel(channel).mode {
            Mode::Transaction(transaction) => transaction.publish(publish),
            Mode::Plain => self.send(channel, publish, None).await,
            Mode::Confirms(confirms) => {
                let tag = confirms.next();
                let session = self.channel(channel).session;
                self.send(channel, publish, Some(Ticket { channel, session, tag })).await
            }
        }
    }

    /// The queues that a publish goes to.
    pub(crate) fn route(&self, publish: &Publish) -> Vec<Arc<QueueInfo>> {
        let keys = || publish.copies.iter().map(String::as_str);
        match &publish.destination.found {
            Found::Requester => Vec::new(),
            Found::Queue(queue) => {
                let mut queues: Vec<_> = queue.iter().cloned().collect();
                for copy in keys().filter_map(|key| self.door.broker.queue(&self.vhost.stored(key))) {
                    if !queues.iter().any(|queue| queue.id == copy.id) {
                        queues.push(copy);
                    }
                }
                queues
            }
            Found::Router { router, queues, .. } => {
                if publish.copies.is_empty() && router.kind != RouterKind::Headers {
                    return queues.clone();
                }
                let all: Vec<&str> = std::iter::once(&*publish.destination.key).chain(keys()).collect();
                let found = self.door.broker.route(&router.name, &all, &publish.message.headers).unwrap_or_default();
                found.into_iter().filter_map(|queue| self.door.broker.queue_by_id(queue)).collect()
            }
        }
    }

    /// The fact that a message keeps of its way; nothing where its queue's name tells it.
    pub(crate) fn fact(&self, publish: &Publish) -> Option<Box<Route>> {
        match &publish.destination.found {
            Found::Router { route, .. } => {
                let mut route = route.clone();
                route.keys.extend(publish.told_copies().iter().cloned());
                Some(Box::new(route))
            }
            Found::Queue(_) if !publish.copies.is_empty() => {
                let keys =
                    std::iter::once(&*publish.destination.key).chain(publish.told_copies().iter().map(String::as_str));
                let keys = keys.map(|key| self.vhost.stored(key).into_owned()).collect();
                Some(Box::new(Route { router: String::new(), keys }))
            }
            Found::Queue(_) | Found::Requester => None,
        }
    }

    async fn send(&mut self, channel: u16, publish: Publish, ticket: Option<Ticket>) -> Result<(), AmqpError> {
        if matches!(publish.destination.found, Found::Requester) {
            let reached = self.door.replies.send(&publish);
            self.end_unstored(channel, &publish, reached, ticket);
            return Ok(());
        }
        let queues = self.route(&publish);
        let Some(largest) = queues.iter().map(|queue| queue.settings.message_bytes_max).min() else {
            self.end_unstored(channel, &publish, false, ticket);
            return Ok(());
        };
        // A batch is taken or refused as a whole: what its queue would refuse must not get into one.
        let bytes = publish.message.headed_bytes();
        if bytes > largest {
            let text = format!("message size {bytes} is larger than configured max size {largest}");
            return Err(AmqpError::precondition(text));
        }
        let fact = self.fact(&publish);
        let mut message = publish.message;
        message.facts.route = fact;
        match &queues[..] {
            [queue] => {
                self.gather(queue.id, message, ticket).await;
                if queue.settings.length.is_some_and(|length| length.overflow.refuses()) {
                    // Each is taken or refused by itself.
                    self.hand_over().await;
                }
            }
            several => {
                let ids: Vec<_> = several.iter().map(|queue| queue.id).collect();
                self.fan_out(&ids, message, ticket).await;
            }
        }
        Ok(())
    }

    /// A publish that no queue takes has been dealt with at once; a mandatory one comes back.
    fn end_unstored(&mut self, channel: u16, publish: &Publish, reached: bool, ticket: Option<Ticket>) {
        let returned = publish.mandatory && !reached;
        if returned {
            self.give_back(channel, publish);
        }
        match ticket {
            Some(Ticket { tag, .. }) if returned => {
                let Mode::Confirms(confirms) = &mut self.channel(channel).mode else { return };
                let confirm = confirms.take_alone(tag);
                put_confirm(&mut self.out, channel, confirm);
            }
            Some(Ticket { tag, .. }) => self.confirm(channel, |confirms| confirms.end(tag, Verdict::Taken)),
            None => {}
        }
    }

    /// Returns a mandatory publish that reached no queue.
    pub(crate) fn give_back(&mut self, channel: u16, publish: &Publish) {
        let returned = basic::Return {
            reply_code: ReplyCode::NoRoute.number(),
            reply_text: ReplyCode::NoRoute.name(),
            exchange: &publish.destination.exchange,
            routing_key: &publish.destination.key,
        };
        let properties = &message::returned(&publish.message, &self.vhost);
        let (body, frame_max) = (&publish.message.body, self.tuning.frame_max);
        put_content(&mut self.out, channel, &returned, properties, body, frame_max);
    }

    /// Takes what became of publishes.
    pub(super) fn take_published(&mut self, done: Done) {
        let Done { tickets, outcome } = done;
        let verdict = match &outcome {
            Ok(()) => Verdict::Taken,
            Err(Error::Refused(error)) => {
                tracing::debug!(%error, "a publish was refused");
                errors::publish_verdict(*error)
            }
            Err(Error::Unavailable(unavailable)) => {
                return self.close_connection(&errors::unavailable(unavailable), MethodId::default());
            }
        };
        let mut channels: Vec<u16> = Vec::new();
        for Ticket { channel, session, tag } in tickets {
            let Some(open) = self.channels.get_mut(&channel).filter(|open| open.session == session) else { continue };
            if let Mode::Confirms(confirms) = &mut open.mode {
                confirms.end(tag, verdict);
                if channels.last() != Some(&channel) {
                    channels.push(channel);
                }
            }
        }
        for channel in channels {
            self.confirm(channel, |_| {});
        }
    }

    fn confirm(&mut self, channel: u16, change: impl FnOnce(&mut Confirms)) {
        let Some(open) = self.channels.get_mut(&channel) else { return };
        let Mode::Confirms(confirms) = &mut open.mode else { return };
        change(confirms);
        while let Some(confirm) = confirms.take() {
            put_confirm(&mut self.out, channel, confirm);
        }
    }

    /// Looks an exchange and a key up; the same as before costs nothing while one read is worked on.
    fn destination(&mut self, exchange: &str, key: &str) -> Result<Arc<Destination>, AmqpError> {
        if let Some(known) = self.looked_up.as_ref().filter(|known| known.is(exchange, key)) {
            return Ok(known.clone());
        }
        let found = if exchange.is_empty() { self.find_queue(key)? } else { self.find_router(exchange, key)? };
        let destination = Arc::new(Destination { exchange: exchange.into(), key: key.into(), found });
        self.looked_up = Some(destination.clone());
        Ok(destination)
    }

    fn find_queue(&self, key: &str) -> Result<Found, AmqpError> {
        if super::replies::is_reply_address(key) {
            return Ok(Found::Requester);
        }
        self.check(Permission::Send, "queue", key)?;
        Ok(Found::Queue(self.door.broker.queue(&self.vhost.stored(key))))
    }

    fn find_router(&self, exchange: &str, key: &str) -> Result<Found, AmqpError> {
        self.check(Permission::Send, "exchange", exchange)?;
        let name = self.vhost.stored(exchange);
        let router = self.door.broker.router(&name);
        let router = router.ok_or_else(|| AmqpError::no_exchange(exchange, self.vhost.name()))?;
        if router.settings.internal {
            let text = format!("cannot publish to internal exchange '{exchange}' in vhost '{}'", self.vhost.name());
            return Err(AmqpError::new(ReplyCode::AccessRefused, text));
        }
        let found = self.door.broker.route(&name, &[key], &[]).unwrap_or_default();
        let queues = found.into_iter().filter_map(|queue| self.door.broker.queue_by_id(queue)).collect();
        let route = Route { router: name.into_owned(), keys: vec![key.to_owned()] };
        Ok(Found::Router { router, queues, route })
    }

    /// Properties that may be taken as they are: the user is the connection's, and a direct reply address says whose it is.
    fn checked_properties(&mut self, channel: u16, properties: Bytes) -> Result<Bytes, AmqpError> {
        let read = Properties::parse(&properties)?;
        if let Some(user_id) = read.user_id.filter(|user_id| *user_id != self.caller.name().as_bytes()) {
            let (said, name) = (String::from_utf8_lossy(user_id), self.caller.name());
            let text = format!("user_id property set to '{said}' but authenticated user was '{name}'");
            return Err(AmqpError::precondition(text));
        }
        if read.reply_to != Some(super::replies::ADDRESS.as_bytes()) {
            return Ok(properties);
        }
        let address = self.reply_address(channel)?;
        let mut out = BytesMut::new();
        Properties { reply_to: Some(address.as_bytes()), ..read }.put(&mut out);
        Ok(out.freeze())
    }

    /// Refused unless the caller may do this with the queue or exchange.
    pub(crate) fn check(&self, permission: Permission, what: &'static str, name: &str) -> Result<(), AmqpError> {
        self.caller.check(permission, what, name, &self.vhost, &self.door.config.account_id)
    }
}

fn put_confirm(out: &mut BytesMut, channel: u16, confirm: Confirm) {
    let Confirm { tag: delivery_tag, multiple, verdict } = confirm;
    match verdict {
        Verdict::Taken => methods::put(out, channel, &basic::Ack { delivery_tag, multiple }),
        Verdict::Refused => methods::put(out, channel, &basic::Nack { delivery_tag, multiple, requeue: false }),
    }
}
