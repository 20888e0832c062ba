//! Collects a request's body within limits of size and memory.
//!
//! A small body that arrived together with its head is taken as it is. Anything else is gathered in one buffer that grows with what
//! has arrived, never with what a header promises, and counts against the bytes in flight of the whole door.
//!
//! Time is not kept here: a body that does not arrive is ended by the connection's rule about silence.

use crate::errors::{Code, SqsError};
use crate::frame::payload::Body;
use crate::limits::SMALL_REQUEST_BYTES;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use std::fmt::Display;
use std::pin::Pin;
use tokio::sync::Semaphore;

const KIB: usize = 1024;

/// Reads request bodies.
#[derive(Debug)]
pub(crate) struct Bodies {
    bytes_max: usize,
    kib_in_flight: Semaphore,
    kib_max: usize,
}

impl Bodies {
    /// Bodies of at most `bytes_max`, and at most `in_flight_max` bytes of large ones at a time.
    pub(crate) fn new(bytes_max: usize, in_flight_max: usize) -> Self {
        let kib_max = in_flight_max.max(bytes_max).div_ceil(KIB).min(Semaphore::MAX_PERMITS);
        Self { bytes_max, kib_in_flight: Semaphore::new(kib_max), kib_max }
    }

    /// The whole body, or why not.
    pub(crate) async fn collect<B>(&self, mut body: B) -> Result<Body, SqsError>
    where
        B: hyper::body::Body<Data = Bytes> + Send + Unpin,
        B::Error: Display,
    {
        let hint = body.size_hint();
        if hint.lower() > self.bytes_max as u64 {
            return Err(self.too_large());
        }
        if body.is_end_stream() {
            return Ok(Body::default());
        }
        let small = hint.exact().is_some_and(|exact| exact <= SMALL_REQUEST_BYTES as u64);
        let first = next_data(&mut body).await?.unwrap_or_default();
        if small && body.is_end_stream() {
            return Ok(Body { bytes: first, borrowed: true });
        }
        // Boxed: rare, and what it needs must not make every connection's future larger.
        let gathered: Pin<Box<dyn Future<Output = _> + Send + '_>> = Box::pin(self.gather(first, body, small));
        gathered.await
    }

    async fn gather<B>(&self, first: Bytes, mut body: B, small: bool) -> Result<Body, SqsError>
    where
        B: hyper::body::Body<Data = Bytes> + Send + Unpin,
        B::Error: Display,
    {
        let rest = body.size_hint().upper().and_then(|rest| usize::try_from(rest).ok());
        let expected = rest.map_or(self.bytes_max, |rest| (first.len() + rest).min(self.bytes_max));
        let kib = if small { 0 } else { expected.div_ceil(KIB).min(self.kib_max) };
        let kib = u32::try_from(kib).expect("a request body is far smaller than 4 TiB");
        let _held = self.kib_in_flight.acquire_many(kib).await.expect("the semaphore is never closed");
        let mut buffer = BytesMut::from(&first[..]);
        drop(first);
        while let Some(data) = next_data(&mut body).await? {
            if buffer.len() + data.len() > self.bytes_max {
                return Err(self.too_large());
            }
            buffer.extend_from_slice(&data);
        }
        Ok(Body { bytes: buffer.freeze(), borrowed: false })
    }

    fn too_large(&self) -> SqsError {
        SqsError::new(Code::RequestTooLarge, format!("A request body may have at most {} bytes.", self.bytes_max))
    }
}

/// The next piece of data; `None` at the end. Trailers are passed over.
async fn next_data<B>(body: &mut B) -> Result<Option<Bytes>, SqsError>
where
    B: hyper::body::Body<Data = Bytes> + Unpin,
    B::Error: Display,
{
    loop {
        match body.frame().await {
            None => return Ok(None),
            Some(Err(error)) => {
                return Err(SqsError::new(Code::MalformedInput, format!("The request body broke off: {error}")));
            }
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::Full;
    use hyper::body::Frame;
    use std::convert::Infallible;
    use std::task::{Context, Poll};

    struct Pieces(std::slice::Iter<'static, &'static str>);

    impl hyper::body::Body for Pieces {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Ready(self.0.next().map(|piece| Ok(Frame::data(Bytes::from_static(piece.as_bytes())))))
        }
    }

    fn pieces(pieces: &'static [&'static str]) -> Pieces {
        Pieces(pieces.iter())
    }

    #[tokio::test]
    async fn a_small_body_is_taken_as_it_is() {
        let body = Bodies::new(100, 100).collect(Full::new(Bytes::from_static(b"{}"))).await.expect("small");
        assert!(body.borrowed && body.bytes == "{}");
    }

    #[tokio::test]
    async fn pieces_are_put_together() {
        let body = Bodies::new(100, 100).collect(pieces(&["a", "b", "c"])).await.expect("within limits");
        assert!(!body.borrowed && body.bytes == "abc");
    }

    #[tokio::test]
    async fn too_much_is_refused_whether_announced_or_not() {
        let bodies = Bodies::new(4, 100);
        let announced = bodies.collect(Full::new(Bytes::from_static(b"12345"))).await;
        assert_eq!(announced.expect_err("too large").code, Code::RequestTooLarge);
        let streamed = bodies.collect(pieces(&["123", "45"])).await;
        assert_eq!(streamed.expect_err("too large").code, Code::RequestTooLarge);
    }
}
