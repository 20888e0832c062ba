//! Frames: the envelope of everything after the protocol header.
//!
//! ```text
//!  offset  0      1          3         7            7+size
//!          type   channel    size      payload …    0xCE
//!          u8     u16        u32
//! ```
//!
//! A frame's whole length is at most the negotiated `frame_max`. Payloads are slices of what was read: [`peek`] borrows them,
//! [`take`] shares them.

use super::codes::ReplyCode;
use bytes::{BufMut, Bytes, BytesMut};

/// Bytes before the payload.
pub const HEAD_BYTES: usize = 7;
/// Bytes around the payload: the head and the end octet.
pub const OVERHEAD_BYTES: usize = HEAD_BYTES + 1;
/// The octet after the payload.
pub const END: u8 = 0xCE;
/// The least `frame_max` that may be negotiated, and the limit before any was.
pub const FRAME_MIN_SIZE: u32 = 4_096;

/// What a frame's payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum FrameKind {
    /// Class, method and arguments.
    Method = 1,
    /// A content's size and properties.
    Header = 2,
    /// A part of a content's body.
    Body = 3,
    /// Nothing; a sign of life.
    Heartbeat = 8,
}

impl FrameKind {
    fn of(octet: u8) -> Result<Self, FrameError> {
        match octet {
            1 => Ok(Self::Method),
            2 => Ok(Self::Header),
            3 => Ok(Self::Body),
            8 => Ok(Self::Heartbeat),
            other => Err(FrameError::UnknownKind(other)),
        }
    }
}

/// One frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame<P> {
    /// What the payload is.
    pub kind: FrameKind,
    /// Whom it is for; 0 is the connection itself.
    pub channel: u16,
    /// What lies between the head and the end octet.
    pub payload: P,
}

/// A frame that cannot be: the connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// No such type; the peer speaks something else, or both lost step.
    #[error("unknown frame type {0}")]
    UnknownKind(u8),
    /// The frame does not fit what was negotiated.
    #[error("a frame of type {kind:?} with {payload_bytes} octets does not fit a frame_max of {frame_max}")]
    TooLarge {
        /// What it is.
        kind: FrameKind,
        /// Its payload, by its head.
        payload_bytes: u32,
        /// What was negotiated.
        frame_max: u32,
    },
    /// The payload is not followed by the end octet.
    #[error("frame end octet is {0:#04x}")]
    BadEnd(u8),
}

impl FrameError {
    /// What the connection is closed with.
    #[must_use]
    pub fn code(self) -> ReplyCode {
        ReplyCode::FrameError
    }
}

struct Head {
    kind: FrameKind,
    channel: u16,
    payload_bytes: usize,
}

impl Head {
    #[inline]
    fn parse(input: &[u8], frame_max: u32) -> Result<Option<Self>, FrameError> {
        let Some(&[kind, c0, c1, s0, s1, s2, s3]) = input.first_chunk::<HEAD_BYTES>() else { return Ok(None) };
        let kind = FrameKind::of(kind)?;
        let payload_bytes = u32::from_be_bytes([s0, s1, s2, s3]);
        // The overhead is added in 64 bits, so that no size wraps around the limit.
        if u64::from(payload_bytes) + OVERHEAD_BYTES as u64 > u64::from(frame_max) {
            return Err(FrameError::TooLarge { kind, payload_bytes, frame_max });
        }
        Ok(Some(Self { kind, channel: u16::from_be_bytes([c0, c1]), payload_bytes: payload_bytes as usize }))
    }
}

impl<P: AsRef<[u8]>> Frame<P> {
    /// How many bytes it takes in all.
    #[inline]
    #[must_use]
    pub fn length(&self) -> usize {
        self.payload.as_ref().len() + OVERHEAD_BYTES
    }
}

/// The frame at the start of `input`, [`Frame::length`] bytes of it; nothing while it is incomplete.
///
/// # Errors
/// It cannot be a frame. A bad head is told as soon as it is there.
#[inline]
pub fn peek(input: &[u8], frame_max: u32) -> Result<Option<Frame<&[u8]>>, FrameError> {
    let Some(head) = Head::parse(input, frame_max)? else { return Ok(None) };
    let Some((payload, rest)) = input[HEAD_BYTES..].split_at_checked(head.payload_bytes) else { return Ok(None) };
    match rest.first() {
        None => Ok(None),
        Some(&END) => Ok(Some(Frame { kind: head.kind, channel: head.channel, payload })),
        Some(&other) => Err(FrameError::BadEnd(other)),
    }
}

/// Splits the first frame off `input`, without copying it; nothing, and `input` untouched, while it is incomplete.
///
/// The payload shares the read buffer: who keeps a small payload for long keeps the whole buffer and had better copy it.
///
/// # Errors
/// It cannot be a frame.
#[inline]
pub fn take(input: &mut BytesMut, frame_max: u32) -> Result<Option<Frame<Bytes>>, FrameError> {
    let Some(frame) = peek(input, frame_max)? else { return Ok(None) };
    let (kind, channel, length) = (frame.kind, frame.channel, frame.length());
    let end = length - 1;
    let mut payload = input.split_to(length).freeze();
    payload.truncate(end);
    bytes::Buf::advance(&mut payload, HEAD_BYTES);
    Ok(Some(Frame { kind, channel, payload }))
}

/// How many bytes the frame at the start of `input` takes in all, once its head is there: what a reader makes room for.
///
/// # Errors
/// The head cannot be a frame's.
pub fn length(input: &[u8], frame_max: u32) -> Result<Option<usize>, FrameError> {
    Ok(Head::parse(input, frame_max)?.map(|head| head.payload_bytes + OVERHEAD_BYTES))
}

/// Appends the head of a frame whose payload will have this many bytes.
///
/// # Panics
/// The payload has 4 GiB or more.
#[inline]
pub fn put_head(out: &mut BytesMut, kind: FrameKind, channel: u16, payload_bytes: usize) {
    out.put_slice(&head(kind, channel, payload_bytes));
}

/// The head of a frame whose payload will have this many bytes.
///
/// # Panics
/// The payload has 4 GiB or more.
#[inline]
#[must_use]
pub fn head(kind: FrameKind, channel: u16, payload_bytes: usize) -> [u8; HEAD_BYTES] {
    let size = u32::try_from(payload_bytes).expect("a frame's payload has less than 4 GiB");
    let ([c0, c1], [s0, s1, s2, s3]) = (channel.to_be_bytes(), size.to_be_bytes());
    [kind as u8, c0, c1, s0, s1, s2, s3]
}

/// A heartbeat, whole.
pub const HEARTBEAT: [u8; OVERHEAD_BYTES] = [FrameKind::Heartbeat as u8, 0, 0, 0, 0, 0, 0, END];

#[cfg(test)]
mod tests;
