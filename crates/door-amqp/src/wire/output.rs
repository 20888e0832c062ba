//! What waits to be written to a connection: small frames side by side in one buffer, large bodies as they are.
//!
//! It is a [`Buf`]: `write_buf` of a socket that can write many slices at once takes heads and bodies in one call.
//!
//! What it is not: bounded. Whoever fills it stops at a size of its own ([`Buf::remaining`]).

use super::content;
use super::frame::{self, FrameKind};
use super::methods::{self, Method};
use bytes::{Buf, BufMut, Bytes, BytesMut};
use std::collections::VecDeque;
use std::io::IoSlice;

/// From how many bytes on a body is not copied: below, a copy costs less than one more slice for the kernel and one more
/// shared buffer here.
pub const SHARED_BODY_BYTES_MIN: usize = 4_096;

/// Bytes to be written, in order.
#[derive(Debug, Default)]
pub struct Output {
    /// Whole pieces, each not empty.
    pieces: VecDeque<Bytes>,
    pieces_bytes: usize,
    /// What follows them and still grows.
    tail: BytesMut,
}

impl Output {
    /// With nothing to write.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a method frame.
    #[inline]
    pub fn method<M: Method>(&mut self, channel: u16, method: &M) {
        methods::put(&mut self.tail, channel, method);
    }

    /// Adds a method and its content: a small body is copied once, a large one is shared.
    #[inline]
    pub fn content<M: Method>(&mut self, channel: u16, method: &M, properties: &[u8], body: &Bytes, frame_max: u32) {
        if body.len() < SHARED_BODY_BYTES_MIN {
            return content::put_content(&mut self.tail, channel, method, properties, body, frame_max);
        }
        methods::put(&mut self.tail, channel, method);
        content::put_header(&mut self.tail, channel, M::ID.class, body.len(), properties);
        for part in content::parts(body, frame_max) {
            frame::put_head(&mut self.tail, FrameKind::Body, channel, part.len());
            self.share(part);
            self.tail.put_u8(frame::END);
        }
    }

    /// Adds bytes that are frames already.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.tail.put_slice(bytes);
    }

    /// Ends the tail and puts `piece` after it.
    fn share(&mut self, piece: Bytes) {
        let before = self.tail.split().freeze();
        for piece in [before, piece] {
            if !piece.is_empty() {
                self.pieces_bytes += piece.len();
                self.pieces.push_back(piece);
            }
        }
    }
}

impl Buf for Output {
    fn remaining(&self) -> usize {
        self.pieces_bytes + self.tail.len()
    }

    fn chunk(&self) -> &[u8] {
        self.pieces.front().map_or(&self.tail, |piece| piece)
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let tail = (!self.tail.is_empty()).then_some(&self.tail[..]);
        let chunks = self.pieces.iter().map(|piece| &piece[..]).chain(tail);
        let filled = slices.iter_mut().zip(chunks).map(|(slice, chunk)| *slice = IoSlice::new(chunk));
        filled.count()
    }

    fn advance(&mut self, mut count: usize) {
        assert!(count <= self.remaining(), "no more is written than there is");
        while let Some(first) = self.pieces.front_mut() {
            let step = count.min(first.len());
            first.advance(step);
            self.pieces_bytes -= step;
            count -= step;
            if !first.is_empty() {
                return;
            }
            self.pieces.pop_front();
        }
        self.tail.advance(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::methods::basic::Deliver;
    use proptest::prelude::*;

    fn written(output: &mut Output, step: usize) -> Vec<u8> {
        let mut all = Vec::new();
        while output.has_remaining() {
            let mut slices = [IoSlice::new(&[]); 3];
            let count = output.chunks_vectored(&mut slices);
            let seen: Vec<u8> = slices[..count].iter().flat_map(|slice| slice.iter().copied()).take(step).collect();
            assert!(output.chunk().starts_with(&seen[..seen.len().min(output.chunk().len())]));
            output.advance(seen.len());
            all.extend(seen);
        }
        all
    }

    proptest! {
        #[test]
        fn whatever_is_shared_the_bytes_are_those_of_one_copy(
            bodies in proptest::collection::vec(0..20_000_usize, 0..4), step in 1..10_000_usize,
        ) {
            let (mut output, mut plain) = (Output::new(), BytesMut::new());
            for (delivery_tag, length) in (1..).zip(bodies) {
                let body: Bytes = (0..length).map(|at| at.to_le_bytes()[0]).collect();
                let method = Deliver { consumer_tag: "c", delivery_tag, ..Deliver::default() };
                output.content(1, &method, &[0, 0], &body, 4_096);
                content::put_content(&mut plain, 1, &method, &[0, 0], &body, 4_096);
            }
            prop_assert_eq!(output.remaining(), plain.len());
            prop_assert!(written(&mut output, step) == plain, "the same bytes");
        }
    }

    #[test]
    fn a_large_body_is_not_copied() {
        let body = Bytes::from(vec![7; SHARED_BODY_BYTES_MIN]);
        let mut output = Output::new();
        output.content(1, &Deliver::default(), &[0, 0], &body, 131_072);
        assert!(output.pieces.iter().any(|piece| piece.as_ptr() == body.as_ptr()));
    }
}
