//! Signs of life, and what has to be looked at from time to time.

use super::{Over, Session};
use crate::errors::AmqpError;
use crate::wire::ReplyCode;
use crate::wire::frame::HEARTBEAT;
use crate::wire::methods::{MethodId, connection};
use bytes::BytesMut;
use std::time::Duration;

/// How often overdue acknowledgements are looked for, at least.
const LOOK: Duration = Duration::from_secs(30);

/// How often it is looked whether the disk has space again, or whether a peer's time to agree is over.
const LOOK_FOR_SPACE: Duration = Duration::from_millis(200);

/// When each side gave its last sign of life; times are milliseconds of the machine's monotonic clock.
#[derive(Debug)]
pub(super) struct Heart {
    heartbeat_ms: u64,
    read_ms: u64,
    wrote_ms: u64,
    /// The peer was told to close, and has so long to agree.
    close_by_ms: Option<u64>,
}

impl Heart {
    pub(super) fn new(heartbeat_s: u16, now_ms: u64) -> Self {
        Self { heartbeat_ms: u64::from(heartbeat_s) * 1000, read_ms: now_ms, wrote_ms: now_ms, close_by_ms: None }
    }

    pub(super) fn read(&mut self, now_ms: u64) {
        self.read_ms = now_ms;
    }

    pub(super) fn wrote(&mut self, now_ms: u64) {
        self.wrote_ms = now_ms;
    }

    /// The peer has until then to agree that the connection is over.
    pub(super) fn close_by(&mut self, ms: u64) {
        self.close_by_ms = Some(ms);
    }

    /// How long nothing has to be looked at.
    pub(super) fn pause(&self, blocked: bool) -> Duration {
        match self.heartbeat_ms {
            _ if blocked || self.close_by_ms.is_some() => LOOK_FOR_SPACE,
            0 => LOOK,
            ms => Duration::from_millis(ms / 2).min(LOOK),
        }
    }

    /// Whether the peer has been silent for two heartbeats.
    fn is_peer_silent(&self, now_ms: u64) -> bool {
        self.heartbeat_ms > 0 && now_ms - self.read_ms > 2 * self.heartbeat_ms
    }

    /// Whether it is time to say something.
    fn must_beat(&self, now_ms: u64) -> bool {
        self.heartbeat_ms > 0 && now_ms - self.wrote_ms >= self.heartbeat_ms / 2
    }
}

impl Session {
    /// Looks at everything that time brings.
    pub(super) async fn tick(&mut self, input: &mut BytesMut) {
        let now_ms = self.door.now_ms();
        if self.heart.close_by_ms.is_some_and(|close_by_ms| now_ms > close_by_ms) {
            self.over = Some(Over::Lost);
            return;
        }
        if !self.reads() {
            // Nothing was read on purpose: silence proves nothing.
            self.heart.read(now_ms);
        } else if self.heart.is_peer_silent(now_ms) {
            tracing::debug!(user = self.caller.name(), "an AMQP client missed its heartbeats");
            self.over = Some(Over::Lost);
            return;
        }
        if self.heart.must_beat(now_ms) && self.out.is_empty() {
            self.out.extend_from_slice(&HEARTBEAT);
        }
        self.end_overdue(now_ms);
        if self.blocked && !self.door.broker.is_disk_full() {
            self.unblock();
            self.take_input(input).await;
        }
    }

    /// Tells the client that it is not read from: the disk is full.
    pub(super) fn block(&mut self) {
        if !std::mem::replace(&mut self.blocked, true) && self.capabilities.blocked {
            self.say(0, &connection::Blocked { reason: "low on disk" });
        }
    }

    fn unblock(&mut self) {
        if std::mem::take(&mut self.blocked) && self.capabilities.blocked {
            self.say(0, &connection::Unblocked {});
        }
    }

    /// Closes the channels that hold a delivery for too long.
    fn end_overdue(&mut self, now_ms: u64) {
        let overdue = |channel: &crate::channel::Channel| {
            let held = channel.unacked.oldest()?;
            let consumer = held.consumer.and_then(|number| channel.consumers.get(&number));
            let max_ms = consumer.and_then(|consumer| consumer.ack_ms_max).unwrap_or(self.door.config.ack_ms_max);
            (now_ms - held.since_ms > max_ms).then_some(max_ms)
        };
        let ended: Vec<_> =
            self.channels.iter().filter_map(|(number, channel)| Some((*number, overdue(channel)?))).collect();
        for (number, max_ms) in ended {
            let text = format!(
                "delivery acknowledgement on channel {number} timed out. Timeout value used: {max_ms} ms. \
                 This timeout value can be configured: x-consumer-timeout"
            );
            let error = AmqpError::new(ReplyCode::PreconditionFailed, text);
            self.refuse(number, &error, MethodId::default());
        }
    }
}
