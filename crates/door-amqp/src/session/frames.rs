//! Frames to commands: which frame may come where, and what becomes of one that may not.

use super::{Over, Session};
use crate::channel::{Channel, Phase};
use crate::commands;
use crate::errors::AmqpError;
use crate::wire::content::{Content, ContentError, take_publish};
use crate::wire::frame::{self, Frame, FrameKind};
use crate::wire::methods::{ClientMethod, Method, MethodId, basic, channel, connection};
use crate::wire::{ReplyCode, Scope};
use bytes::{Bytes, BytesMut};

impl Session {
    /// Works on everything that was read, as far as it is whole.
    pub(super) async fn take_input(&mut self, input: &mut BytesMut) {
        self.looked_up = None;
        while self.over.is_none() {
            if self.door.broker.is_disk_full() && starts_with_publish(input) && !self.closing {
                self.block();
                break;
            }
            if self.may_take_whole(input)
                && let Some((channel, content)) = take_publish(input, self.tuning.frame_max, BODY_BYTES_MAX)
            {
                self.take_content(channel, Ok(Some(content))).await;
                continue;
            }
            match frame::take(input, self.tuning.frame_max) {
                Ok(Some(frame)) => self.take_frame(frame).await,
                Ok(None) => break,
                Err(error) => {
                    self.close_connection(&AmqpError::new(error.code(), error.to_string()), MethodId::default());
                    // The two sides have lost step: nothing that follows can be understood.
                    input.clear();
                    break;
                }
            }
        }
        self.hand_over().await;
    }

    /// Whether the next frame is for a channel that is open, and in the middle of no message.
    fn may_take_whole(&self, input: &[u8]) -> bool {
        let Some(&[_, high, low]) = input.first_chunk() else { return false };
        let channel = self.channels.get(&u16::from_be_bytes([high, low]));
        !self.closing && channel.is_some_and(|channel| channel.phase == Phase::Open && channel.incoming.is_idle())
    }

    /// Works on one frame.
    async fn take_frame(&mut self, frame: Frame<Bytes>) {
        let Frame { kind, channel, payload } = frame;
        if self.closing {
            if kind == FrameKind::Method && channel == 0 {
                self.take_last_words(&payload);
            }
            return;
        }
        match (kind, self.channels.get_mut(&channel)) {
            (FrameKind::Heartbeat, _) => {}
            (FrameKind::Method, None) if channel == 0 => self.take_connection_method(&payload).await,
            (FrameKind::Method, None) => self.open_channel(channel, &payload),
            (_, None) => self.close_connection(&not_open(), MethodId::default()),
            (FrameKind::Method, Some(Channel { phase: Phase::Closing, .. })) => {
                self.take_channel_end(channel, &payload);
            }
            (_, Some(Channel { phase: Phase::Closing, .. })) => {}
            (FrameKind::Method, Some(open)) => {
                if let Err(error) = open.incoming.method() {
                    self.refuse_content(channel, error);
                } else if payload.starts_with(PUBLISH) {
                    open.incoming.begin(payload);
                } else {
                    self.take_method(channel, &payload).await;
                }
            }
            (FrameKind::Header, Some(open)) => {
                let taken = open.incoming.header(&payload, BODY_BYTES_MAX);
                self.take_content(channel, taken).await;
            }
            (FrameKind::Body, Some(open)) => {
                let taken = open.incoming.body(payload);
                self.take_content(channel, taken).await;
            }
        }
    }

    async fn take_content(&mut self, channel: u16, taken: Result<Option<Content>, ContentError>) {
        match taken {
            Ok(None) => {}
            Ok(Some(content)) => {
                if let Err(error) = self.publish(channel, content).await {
                    self.refuse(channel, &error, basic::Publish::ID);
                }
            }
            Err(error) => self.refuse_content(channel, error),
        }
    }

    fn refuse_content(&mut self, channel: u16, error: ContentError) {
        // Where nothing was begun, no method is at fault.
        let method = if error == ContentError::NotAMethod { MethodId::default() } else { basic::Publish::ID };
        self.refuse(channel, &AmqpError::new(error.code(), error.to_string()), method);
    }

    async fn take_method(&mut self, channel: u16, payload: &[u8]) {
        match ClientMethod::decode(payload) {
            Ok(method) => {
                // What was published before must be there before.
                self.hand_over().await;
                if let Err(error) = commands::run(self, channel, &method).await {
                    self.refuse(channel, &error, method.id());
                }
            }
            Err(error) => self.refuse(channel, &AmqpError::new(error.code(), error.to_string()), error.id()),
        }
    }

    async fn take_connection_method(&mut self, payload: &[u8]) {
        match ClientMethod::decode(payload) {
            Ok(ClientMethod::ConnectionClose(_)) => {
                self.hand_over().await;
                self.say(0, &connection::CloseOk {});
                self.over = Some(Over::Closed);
            }
            Ok(ClientMethod::ConnectionCloseOk(_)) => self.over = Some(Over::Closed),
            Ok(ClientMethod::ConnectionUpdateSecret(update)) => match self.update_secret(update.new_secret) {
                Ok(()) => self.say(0, &connection::UpdateSecretOk {}),
                Err(error) => self.close_connection(&error, connection::UpdateSecret::ID),
            },
            Ok(method) => {
                let text = format!("{} does not belong on channel 0 of an open connection", method.id());
                self.close_connection(&AmqpError::new(ReplyCode::CommandInvalid, text), method.id());
            }
            Err(error) => {
                self.close_connection(&AmqpError::new(error.code(), error.to_string()), error.id());
            }
        }
    }

    fn open_channel(&mut self, number: u16, payload: &[u8]) {
        match ClientMethod::decode(payload) {
            Ok(ClientMethod::ChannelOpen(_)) if number <= self.tuning.channels_max => {
                let session = self.door.broker.open_session();
                self.channels.insert(number, Channel::new(session));
                self.say(number, &channel::OpenOk {});
            }
            Ok(ClientMethod::ChannelOpen(_)) => {
                let text = format!(
                    "number of channels opened ({0}) has reached the negotiated channel_max ({0})",
                    self.tuning.channels_max
                );
                self.close_connection(&AmqpError::new(ReplyCode::NotAllowed, text), MethodId::default());
            }
            // The client closed it at the same moment as we did.
            Ok(ClientMethod::ChannelCloseOk(_)) => {}
            Ok(method) => self.close_connection(&not_open(), method.id()),
            Err(error) => self.close_connection(&AmqpError::new(error.code(), error.to_string()), error.id()),
        }
    }

    fn take_channel_end(&mut self, number: u16, payload: &[u8]) {
        match ClientMethod::decode(payload) {
            Ok(ClientMethod::ChannelCloseOk(_)) => drop(self.channels.remove(&number)),
            Ok(ClientMethod::ChannelClose(_)) => self.say(number, &channel::CloseOk {}),
            // It was sent before the client heard that the channel is over.
            Ok(_) | Err(_) => {}
        }
    }

    fn take_last_words(&mut self, payload: &[u8]) {
        match ClientMethod::decode(payload) {
            Ok(ClientMethod::ConnectionCloseOk(_)) => self.over = Some(Over::Closed),
            Ok(ClientMethod::ConnectionClose(_)) => {
                self.say(0, &connection::CloseOk {});
                self.over = Some(Over::Closed);
            }
            Ok(_) | Err(_) => {}
        }
    }

    /// Ends what an error's code says: the channel or the connection.
    pub(super) fn refuse(&mut self, number: u16, error: &AmqpError, method: MethodId) {
        match error.code.scope() {
            Scope::Channel => self.close_channel(number, error, method),
            Scope::Connection | Scope::Nothing => self.close_connection(error, method),
        }
    }
}

/// How the payload of a `basic.publish` begins: its class and number.
const PUBLISH: &[u8] = &[0, 60, 0, 40];

fn not_open() -> AmqpError {
    AmqpError::new(ReplyCode::ChannelError, "expected 'channel.open'")
}

/// Whether the next frame begins a publish.
fn starts_with_publish(input: &[u8]) -> bool {
    input.get(frame::HEAD_BYTES..).is_some_and(|payload| payload.starts_with(PUBLISH))
}

/// The greatest body that any queue takes.
const BODY_BYTES_MAX: usize = {
    #[expect(clippy::cast_possible_truncation, reason = "128 MiB fit any word")]
    let max = vocab::limits::MESSAGE_BYTES_MAX as usize;
    max
};
