//! A stream whose first read never ends inside HTTP/2's preface.
//!
//! HTTP/1's reader tells the preface from a bad request only when it has all of it, but a network may deliver it in pieces. So
//! bytes with which a preface could begin are kept back until more of them, or the stream's end, decide what they are.
//!
//! Invariants: nothing is held but a number, since what is kept back is the preface's own beginning; a stream that begins in
//! another way pays one comparison in its first read. The first reads are given room for a whole preface.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The client's first bytes on an HTTP/2 connection (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A stream that is read from its beginning.
#[derive(Debug)]
pub(super) struct Opening<S> {
    stream: S,
    /// Bytes of the preface that are kept back; all of it once it is decided what the stream begins with.
    kept: usize,
}

impl<S> Opening<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, kept: 0 }
    }

    pub(super) fn into_inner(self) -> S {
        self.stream
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Opening<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let begin = into.filled().len();
        while self.kept < PREFACE.len() {
            into.put_slice(&PREFACE[..self.kept]);
            let read = Pin::new(&mut self.stream).poll_read(context, into);
            let begun = &into.filled()[begin..];
            let ended = begun.len() == self.kept;
            if !matches!(read, Poll::Ready(Ok(()))) {
                into.set_filled(begin);
                return read;
            }
            if ended || begun.len() >= PREFACE.len() || !PREFACE.starts_with(begun) {
                self.kept = PREFACE.len();
                return Poll::Ready(Ok(()));
            }
            self.kept = begun.len();
            into.set_filled(begin);
        }
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Opening<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    /// What each read gives when the stream comes in these pieces, one after the other, and then ends.
    async fn reads(pieces: &[&str]) -> Vec<String> {
        let (mut client, door) = duplex(64);
        let mut opening = Opening::new(door);
        let mut reads = Vec::new();
        let mut room = [0; 64];
        for piece in pieces {
            client.write_all(piece.as_bytes()).await.expect("the pipe takes it");
            tokio::select! {
                biased;
                read = opening.read(&mut room) => {
                    let read = read.expect("pipes do not fail");
                    reads.push(String::from_utf8_lossy(&room[..read]).into_owned());
                }
                () = std::future::ready(()) => {}
            }
        }
        drop(client);
        let mut rest = String::new();
        opening.read_to_string(&mut rest).await.expect("pipes do not fail");
        reads.push(rest);
        reads
    }

    #[tokio::test]
    async fn the_preface_is_read_at_once_or_not_at_all() {
        let pieces = ["PRI *", " HTTP/2", ".0\r\n\r\nSM\r\n", "\r\n", "more"];
        assert_eq!(reads(&pieces).await, ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "more", ""]);
    }

    #[tokio::test]
    async fn what_begins_like_a_preface_is_given_on_as_soon_as_it_is_none() {
        assert_eq!(reads(&["P", "OST / ", "HTTP/1.1"]).await, ["POST / ", "HTTP/1.1", ""]);
        assert_eq!(reads(&["GET / ", "PRI"]).await, ["GET / ", "PRI", ""]);
    }

    #[tokio::test]
    async fn a_stream_that_ends_inside_a_preface_loses_nothing() {
        assert_eq!(reads(&["PRI", " *"]).await, ["PRI *"]);
        assert_eq!(reads(&[]).await, [""]);
    }
}
