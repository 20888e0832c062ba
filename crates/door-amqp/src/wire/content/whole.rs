//! The usual message, in one step: its three frames side by side in the read buffer.
//!
//! What it is not: a judge. Whatever is unusual (several body frames, a part that is still to come, anything malformed) is left
//! where it is, for frames one by one and [`Assembly`](super::Assembly) to deal with.

use super::{Content, ContentHeader};
use crate::wire::frame::{self, Frame, FrameKind, HEAD_BYTES};
use crate::wire::methods::Method;
use crate::wire::methods::basic::Publish;
use bytes::{Bytes, BytesMut};

/// Splits a whole publish off `input`, with the buffer shared once instead of once a frame.
///
/// The channel of the first frame must be in the middle of no other message. Nothing is taken where the next frames are not
/// the two or three of a publish.
#[inline]
pub fn take_publish(input: &mut BytesMut, frame_max: u32, body_bytes_max: usize) -> Option<(u16, Content)> {
    let method = next(input, 0, frame_max, FrameKind::Method)?;
    let names_it = [Publish::ID.class.to_be_bytes(), Publish::ID.method.to_be_bytes()];
    if !method.payload.starts_with(names_it.as_flattened()) {
        return None;
    }
    let (channel, method_bytes) = (method.channel, method.payload.len());
    let header_at = method.length();
    let header = next(input, header_at, frame_max, FrameKind::Header).filter(|header| header.channel == channel)?;
    let content = ContentHeader::parse(header.payload).ok()?;
    if (content.class, content.weight) != (Publish::ID.class, 0) {
        return None;
    }
    let body_bytes = usize::try_from(content.body_bytes).ok().filter(|bytes| *bytes <= body_bytes_max)?;
    let (properties_bytes, header_end) = (content.properties.len(), header_at + header.length());
    let mut end = header_end;
    if body_bytes > 0 {
        let body = next(input, header_end, frame_max, FrameKind::Body).filter(|body| body.channel == channel)?;
        if body.payload.len() != body_bytes {
            return None;
        }
        end += body.length();
    }
    let frames = input.split_to(end).freeze();
    let body = if body_bytes > 0 { frames.slice(header_end + HEAD_BYTES..end - 1) } else { Bytes::new() };
    let properties = frames.slice(header_end - 1 - properties_bytes..header_end - 1);
    let mut method = frames;
    method.truncate(HEAD_BYTES + method_bytes);
    bytes::Buf::advance(&mut method, HEAD_BYTES);
    Some((channel, Content { method, properties, body }))
}

#[inline]
fn next(input: &[u8], at: usize, frame_max: u32, kind: FrameKind) -> Option<Frame<&[u8]>> {
    frame::peek(&input[at..], frame_max).ok().flatten().filter(|frame| frame.kind == kind)
}
