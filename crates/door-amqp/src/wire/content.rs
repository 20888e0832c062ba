//! Contents: the header and body frames that follow a method with a message.
//!
//! ```text
//!  method frame | header frame | body frame …       none where the body is empty
//!
//!  payload of a header frame   class u16 | weight u16, 0 | body size u64 | properties
//! ```
//!
//! [`put_content`] writes one whole with a single copy of the body; [`Output`](super::output::Output) writes large bodies without
//! any. [`Assembly`] is the way back: frames in, a message out; [`take_publish`] is its short cut.

use super::frame::{self, FrameKind, OVERHEAD_BYTES};
use super::methods::{self, Method};
use super::octets::{Malformed, Octets};
use bytes::{BufMut, Bytes, BytesMut};

mod assembly;
mod whole;

pub use assembly::{Assembly, Content, ContentError};
pub use whole::take_publish;

const HEADER_FIXED_BYTES: usize = 12;

/// A header frame's payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentHeader<'a> {
    /// The class of the method before.
    pub class: u16,
    /// 0 in every header that means anything.
    pub weight: u16,
    /// How many bytes the body frames will hold together.
    pub body_bytes: u64,
    /// Flags and properties, as they came.
    pub properties: &'a [u8],
}

impl<'a> ContentHeader<'a> {
    /// Takes a header frame's payload; the properties are not looked at.
    ///
    /// # Errors
    /// It is cut off.
    #[inline]
    pub fn parse(payload: &'a [u8]) -> Result<Self, Malformed> {
        let mut octets = Octets::new(payload);
        let (class, weight) = (octets.u16()?, octets.u16()?);
        Ok(Self { class, weight, body_bytes: octets.u64()?, properties: octets.rest() })
    }
}

/// Appends a header frame for a method of class basic.
#[inline]
pub fn put_header(out: &mut BytesMut, channel: u16, class: u16, body_bytes: usize, properties: &[u8]) {
    frame::put_head(out, FrameKind::Header, channel, HEADER_FIXED_BYTES + properties.len());
    out.put_u16(class);
    out.put_u16(0);
    out.put_u64(body_bytes as u64);
    out.put_slice(properties);
    out.put_u8(frame::END);
}

/// Appends a method and its content, the body split at `frame_max` and copied once.
///
/// `properties` are flags and properties as [`Properties::put`](super::properties::Properties::put) writes them.
#[inline]
pub fn put_content<M: Method>(
    out: &mut BytesMut,
    channel: u16,
    method: &M,
    properties: &[u8],
    body: &[u8],
    frame_max: u32,
) {
    let frames = body.len() / body_bytes_max(frame_max) + 1;
    // The method's own frame is at most five short strings.
    out.reserve(HEADER_FIXED_BYTES + properties.len() + body.len() + (frames + 1) * OVERHEAD_BYTES + 128);
    methods::put(out, channel, method);
    put_header(out, channel, M::ID.class, body.len(), properties);
    for part in body.chunks(body_bytes_max(frame_max)) {
        frame::put_head(out, FrameKind::Body, channel, part.len());
        out.put_slice(part);
        out.put_u8(frame::END);
    }
}

/// How much of a body fits one frame.
///
/// # Panics
/// `frame_max` leaves no room, which no negotiation allows.
#[inline]
#[must_use]
pub fn body_bytes_max(frame_max: u32) -> usize {
    let room = (frame_max as usize).checked_sub(OVERHEAD_BYTES).filter(|room| *room > 0);
    room.expect("a frame_max is at least FRAME_MIN_SIZE")
}

/// Slices a body into what fits one frame each, without copying.
pub(super) fn parts(body: &Bytes, frame_max: u32) -> impl Iterator<Item = Bytes> + '_ {
    let step = body_bytes_max(frame_max);
    (0..body.len()).step_by(step).map(move |start| body.slice(start..body.len().min(start + step)))
}

#[cfg(test)]
mod tests;
