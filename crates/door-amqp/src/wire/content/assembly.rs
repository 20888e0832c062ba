//! Method, header and body frames of one channel put together to a message.
//!
//! What it is not: it does not know which methods carry a content, and closes nothing: whoever feeds it acts on its errors.
//!
//! Invariants: between two messages it holds nothing. It takes room for at most twice the bytes of a body that have come, and
//! for no more than the whole one; a body that fits one frame is a slice of what was read.

use super::ContentHeader;
use crate::wire::codes::ReplyCode;
use crate::wire::octets::Malformed;
use bytes::{Bytes, BytesMut};

/// A message: the payload of its method frame, its properties and its body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// Class, method and arguments, to be decoded again at no cost.
    pub method: Bytes,
    /// Flags and properties, as they came.
    pub properties: Bytes,
    /// The body, whole.
    pub body: Bytes,
}

/// What a channel that is in the middle of a message waits for.
#[derive(Debug, Default)]
pub struct Assembly {
    state: State,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Idle,
    Header {
        method: Bytes,
    },
    Body {
        content: Content,
        /// What came so far, if the body takes several frames.
        begun: BytesMut,
        missing_bytes: usize,
    },
}

/// A frame that does not go on with the message that was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// No message is begun.
    #[error("expected method frame, got non method frame instead")]
    NotAMethod,
    /// The header is due.
    #[error("expected content header for class {class}, got non content header frame instead")]
    NotAHeader {
        /// The method's.
        class: u16,
    },
    /// A part of the body is due.
    #[error("expected content body, got non content body frame instead")]
    NotABody,
    /// The header is of another class than the method.
    #[error("expected content header for class {expected}, got one for class {got} instead")]
    OtherClass {
        /// The method's.
        expected: u16,
        /// The header's.
        got: u16,
    },
    /// The header is not one.
    #[error("cannot decode a content header: {0}")]
    Header(Malformed),
    /// The body is larger than allowed; the frames to come are to be passed over.
    #[error("message size {body_bytes} is larger than configured max size {body_bytes_max}")]
    TooLarge {
        /// What the header announced.
        body_bytes: u64,
        /// What is allowed.
        body_bytes_max: usize,
    },
    /// More came than the header announced.
    #[error("a content body has more octets than its header says")]
    BodyOverrun,
}

impl ContentError {
    /// What the channel or the connection is closed with.
    #[must_use]
    pub fn code(self) -> ReplyCode {
        match self {
            Self::NotAMethod | Self::NotAHeader { .. } | Self::NotABody | Self::OtherClass { .. } => {
                ReplyCode::UnexpectedFrame
            }
            Self::Header(_) | Self::BodyOverrun => ReplyCode::FrameError,
            Self::TooLarge { .. } => ReplyCode::PreconditionFailed,
        }
    }
}

impl Assembly {
    /// Whether no message is begun.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        matches!(self.state, State::Idle)
    }

    /// A method frame came: nothing if none was in the way, so that a method without a content may be run.
    ///
    /// # Errors
    /// A message was begun and is not whole.
    #[inline]
    pub fn method(&self) -> Result<(), ContentError> {
        match &self.state {
            State::Idle => Ok(()),
            State::Header { method } => Err(ContentError::NotAHeader { class: class_of(method) }),
            State::Body { .. } => Err(ContentError::NotABody),
        }
    }

    /// Begins a message with its method frame's payload; [`Assembly::method`] said that none is begun.
    #[inline]
    pub fn begin(&mut self, method: Bytes) {
        self.state = State::Header { method };
    }

    /// A header frame came; the message, if its body is empty.
    ///
    /// # Errors
    /// It is not due, not one, or announces too much. The message begun is dropped.
    #[inline]
    pub fn header(&mut self, payload: &Bytes, body_bytes_max: usize) -> Result<Option<Content>, ContentError> {
        let method = match std::mem::take(&mut self.state) {
            State::Header { method } => method,
            State::Idle => return Err(ContentError::NotAMethod),
            State::Body { .. } => return Err(ContentError::NotABody),
        };
        let header = ContentHeader::parse(payload).map_err(ContentError::Header)?;
        let expected = class_of(&method);
        // The weight is never used; RabbitMQ knows no header with one.
        if header.weight != 0 {
            return Err(ContentError::NotAHeader { class: expected });
        }
        if header.class != expected {
            return Err(ContentError::OtherClass { expected, got: header.class });
        }
        let missing_bytes = usize::try_from(header.body_bytes).ok().filter(|bytes| *bytes <= body_bytes_max);
        let too_large = ContentError::TooLarge { body_bytes: header.body_bytes, body_bytes_max };
        let missing_bytes = missing_bytes.ok_or(too_large)?;
        let content = Content { method, properties: payload.slice_ref(header.properties), body: Bytes::new() };
        if missing_bytes == 0 {
            return Ok(Some(content));
        }
        self.state = State::Body { content, begun: BytesMut::new(), missing_bytes };
        Ok(None)
    }

    /// A body frame came; the message, once it is whole.
    ///
    /// # Errors
    /// It is not due, or is too much. The message begun is dropped.
    #[inline]
    pub fn body(&mut self, payload: Bytes) -> Result<Option<Content>, ContentError> {
        let (mut content, mut begun, missing_bytes) = match std::mem::take(&mut self.state) {
            State::Body { content, begun, missing_bytes } => (content, begun, missing_bytes),
            State::Idle => return Err(ContentError::NotAMethod),
            State::Header { method } => return Err(ContentError::NotAHeader { class: class_of(&method) }),
        };
        let left_bytes = missing_bytes.checked_sub(payload.len()).ok_or(ContentError::BodyOverrun)?;
        if left_bytes == 0 && begun.is_empty() {
            content.body = payload;
            return Ok(Some(content));
        }
        if begun.capacity() - begun.len() < payload.len() {
            begun.reserve(missing_bytes.min(payload.len().max(begun.len())));
        }
        begun.extend_from_slice(&payload);
        if left_bytes == 0 {
            content.body = begun.freeze();
            return Ok(Some(content));
        }
        self.state = State::Body { content, begun, missing_bytes: left_bytes };
        Ok(None)
    }
}

fn class_of(method: &Bytes) -> u16 {
    method.first_chunk().map_or(0, |class| u16::from_be_bytes(*class))
}
