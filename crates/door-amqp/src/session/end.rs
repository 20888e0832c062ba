//! How channels and connections end, and what goes with them.

use super::{Over, Session};
use crate::authentication;
use crate::channel::{Channel, Phase};
use crate::errors::AmqpError;
use crate::limits::CLOSE;
use crate::uses::ConsumerKey;
use crate::wire::methods::{MethodId, channel, connection};
use crate::wire::{ReplyCode, Scope};
use vocab::QueueId;

impl Session {
    /// Tells the client that a channel is over; what it held goes back at once.
    pub(super) fn close_channel(&mut self, number: u16, error: &AmqpError, method: MethodId) {
        self.door.figures.count(error.code);
        self.say(
            number,
            &channel::Close {
                reply_code: error.code.number(),
                reply_text: &error.reply_text(),
                class_id: method.class,
                method_id: method.method,
            },
        );
        self.empty_channel(number);
        if let Some(channel) = self.channels.get_mut(&number) {
            channel.phase = Phase::Closing;
        }
    }

    /// Ends a channel that the client has closed.
    pub(crate) fn end_channel(&mut self, number: u16) {
        self.say(number, &channel::CloseOk {});
        self.empty_channel(number);
        self.channels.remove(&number);
    }

    /// Tells the client that the connection is over; it is waited for its agreement.
    pub(super) fn close_connection(&mut self, error: &AmqpError, method: MethodId) {
        self.door.figures.count(error.code);
        if error.code.scope() != Scope::Nothing {
            tracing::debug!(user = self.caller.name(), reason = error.reply_text(), "an AMQP connection is closed");
        }
        if std::mem::replace(&mut self.closing, true) {
            self.over = Some(Over::Closed);
            return;
        }
        self.say(
            0,
            &connection::Close {
                reply_code: error.code.number(),
                reply_text: &error.reply_text(),
                class_id: method.class,
                method_id: method.method,
            },
        );
        self.empty_channels();
        self.heart.close_by(self.door.now_ms() + u64::try_from(CLOSE.as_millis()).expect("it is seconds"));
    }

    /// The server stops.
    pub(super) fn close_forced(&mut self) {
        let text = "broker forced connection closure with reason 'shutdown'";
        self.close_connection(&AmqpError::new(ReplyCode::ConnectionForced, text), MethodId::default());
    }

    /// Ends everything that the connection has at the broker.
    pub(super) async fn clean_up(&mut self) {
        self.empty_channels();
        for queue in self.door.uses.owned_by(self.id) {
            self.door.delete_queue(queue).await;
        }
        self.see_to_unused().await;
    }

    /// Deletes the queues that were to go with the consumers that have left.
    pub(super) async fn see_to_unused(&mut self) {
        while let Some(queue) = self.left_unused.pop() {
            self.door.delete_unused(queue).await;
        }
    }

    /// Takes a newer proof of who the client is.
    pub(super) fn update_secret(&self, secret: &[u8]) -> Result<(), AmqpError> {
        if authentication::proves(&self.door.config.access, &self.caller, secret) {
            return Ok(());
        }
        Err(AmqpError::new(ReplyCode::AccessRefused, "the new secret is not one of this user's"))
    }

    fn empty_channels(&mut self) {
        let numbers: Vec<_> = self.channels.keys().copied().collect();
        for number in numbers {
            self.empty_channel(number);
        }
    }

    /// Ends a channel's consumers and gives back what it holds. Nothing of it is left but its place.
    fn empty_channel(&mut self, number: u16) {
        let Some(place) = self.channels.get_mut(&number) else { return };
        if place.phase == Phase::Closing {
            return;
        }
        let session = place.session;
        self.end_replies(number);
        let Some(place) = self.channels.get_mut(&number) else { return };
        let mut channel = std::mem::replace(place, Channel::new(session));
        channel.consumers.values_mut().for_each(|consumer| consumer.give_up_asking());
        for consumer in channel.consumers.values() {
            self.detach(consumer.queue.id, number, consumer.number);
        }
        self.door.broker.abandon_session(session);
        // A later channel under this number is another one.
        self.channel(number).session = self.door.broker.open_session();
    }

    /// Takes a consumer off its queue. A queue that is to go with its last consumer is seen to soon.
    pub(crate) fn detach(&mut self, queue: QueueId, channel: u16, number: u32) {
        let id = ConsumerKey { connection: self.id, channel, number };
        if self.door.uses.detach(queue, id, self.door.now_ms()) {
            self.left_unused.push(queue);
        }
    }
}
