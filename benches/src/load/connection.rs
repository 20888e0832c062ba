//! One connection: a request on its way out, an answer on its way in.

use super::answer::{self, Answer};
use anyhow::{Context, Result, bail};
use bytes::{Buf, Bytes};
use mio::net::TcpStream;
use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;

/// Room for an answer at first; it grows to the greatest answer seen.
const BUFFER_BYTES: usize = 2 * 1024;

/// A connection with at most one request unanswered.
pub struct Connection {
    stream: TcpStream,
    outgoing: Bytes,
    incoming: Vec<u8>,
    filled: usize,
}

impl Connection {
    /// Connects and waits for it.
    pub fn open(server: SocketAddr) -> Result<Self> {
        let stream = std::net::TcpStream::connect(server)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let stream = TcpStream::from_std(stream);
        Ok(Self { stream, outgoing: Bytes::new(), incoming: vec![0; BUFFER_BYTES], filled: 0 })
    }

    /// The socket, for registration.
    pub fn stream(&mut self) -> &mut TcpStream {
        &mut self.stream
    }

    /// Starts to send `request`; what the socket does not take goes when it is writable.
    pub fn send(&mut self, request: Bytes) -> Result<()> {
        debug_assert!(self.outgoing.is_empty(), "one request at a time");
        self.outgoing = request;
        self.flush()
    }

    /// Sends what is left of the request.
    pub fn flush(&mut self) -> Result<()> {
        while !self.outgoing.is_empty() {
            match self.stream.write(&self.outgoing) {
                Ok(taken) => self.outgoing.advance(taken),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error).context("sending a request"),
            }
        }
        Ok(())
    }

    /// Reads until an answer is complete, shows it, and sends what `on_answer` gives.
    pub fn receive(&mut self, on_answer: impl FnOnce(Answer<'_>) -> Result<Option<Bytes>>) -> Result<()> {
        loop {
            match self.stream.read(&mut self.incoming[self.filled..]) {
                Ok(0) => bail!("the server closed a connection"),
                Ok(count) => self.filled += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error).context("reading an answer"),
            }
            if let Some((answer, total)) = answer::parse(&self.incoming[..self.filled])? {
                if total != self.filled {
                    bail!("the server sent {} bytes that nobody asked for", self.filled - total);
                }
                self.filled = 0;
                let next = on_answer(answer)?;
                return next.map_or(Ok(()), |request| self.send(request));
            }
            if self.filled == self.incoming.len() {
                self.incoming.resize(self.incoming.len() * 2, 0);
            }
        }
    }
}
