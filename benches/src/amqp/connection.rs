//! One connection: opened with blocking calls, then driven by events.
//!
//! Invariant: while it is opened, every method that has an answer waits for it, so that the measured part begins with
//! nothing on its way.

use super::wire::{Frame, MethodId, Out};
use anyhow::{Context, Result, bail, ensure};
use mio::net::TcpStream;
use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::Duration;

/// Room for what the server sends at a time.
const BUFFER_BYTES: usize = 256 * 1024;

/// How long an answer may take while the connection is opened: a peer fills a queue's disk before it answers.
const ANSWER_WITHIN: Duration = Duration::from_secs(120);

/// A connection that is being prepared: every call waits.
pub struct Opening {
    stream: std::net::TcpStream,
    incoming: Vec<u8>,
}

/// What a queue is declared with.
#[derive(Clone, Copy, Debug)]
pub struct Queue<'a> {
    /// Its name.
    pub name: &'a str,
    /// `classic` or `quorum`.
    pub kind: &'a str,
}

impl Opening {
    /// Connects and shakes hands as the user guest.
    pub fn new(server: SocketAddr) -> Result<Self> {
        let stream = std::net::TcpStream::connect(server).context("connecting")?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(ANSWER_WITHIN))?;
        let mut opening = Self { stream, incoming: Vec::new() };
        opening.stream.write_all(b"AMQP\x00\x00\x09\x01")?;
        opening.wait_for((10, 10))?;
        opening.send(|out| {
            out.method(0, (10, 11), |put| {
                put.table(&[]).text("PLAIN").long_text("\0guest\0guest").text("en_US");
            });
        })?;
        opening.wait_for((10, 30))?;
        opening.send(|out| {
            out.method(0, (10, 31), |put| {
                put.short(2047).long(131_072).short(0);
            });
            out.method(0, (10, 40), |put| {
                put.text("/").octet(0).octet(0);
            });
        })?;
        opening.wait_for((10, 41))?;
        Ok(opening)
    }

    /// Opens a channel.
    pub fn open_channel(&mut self, channel: u16) -> Result<()> {
        self.ask(channel, (20, 10), (20, 11), |put| {
            put.octet(0);
        })
    }

    /// Makes a durable queue; its name may be taken by the very same.
    pub fn declare(&mut self, queue: Queue<'_>) -> Result<()> {
        self.ask(1, (50, 10), (50, 11), |put| {
            put.short(0).text(queue.name).octet(2).table(&[("x-queue-type", queue.kind)]);
        })
    }

    /// Empties a queue.
    pub fn purge(&mut self, queue: &str) -> Result<()> {
        self.ask(1, (50, 30), (50, 31), |put| {
            put.short(0).text(queue).octet(0);
        })
    }

    /// Asks for confirms.
    pub fn confirm(&mut self, channel: u16) -> Result<()> {
        self.ask(channel, (85, 10), (85, 11), |put| {
            put.octet(0);
        })
    }

    /// Begins to consume, with so much prefetched.
    pub fn consume(&mut self, channel: u16, queue: &str, prefetch: u16) -> Result<()> {
        self.ask(channel, (60, 10), (60, 11), |put| {
            put.long(0).short(prefetch).octet(0);
        })?;
        self.ask(channel, (60, 20), (60, 21), |put| {
            put.short(0).text(queue).text("").octet(0).table(&[]);
        })
    }

    /// Ends the preparation.
    pub fn into_connection(self) -> Result<Connection> {
        self.stream.set_nonblocking(true)?;
        let mut incoming = self.incoming;
        let filled = incoming.len();
        incoming.resize(BUFFER_BYTES.max(filled), 0);
        Ok(Connection { stream: TcpStream::from_std(self.stream), outgoing: Vec::new(), sent: 0, incoming, filled })
    }

    fn ask(
        &mut self,
        channel: u16,
        method: MethodId,
        answer: MethodId,
        put: impl FnOnce(&mut super::wire::Arguments<'_>),
    ) -> Result<()> {
        self.send(|out| out.method(channel, method, put))?;
        self.wait_for(answer)
    }

    fn send(&mut self, put: impl FnOnce(&mut Out)) -> Result<()> {
        let mut out = Out::default();
        put(&mut out);
        self.stream.write_all(&out.0).context("sending a method")
    }

    /// Reads up to this method; what follows it stays.
    fn wait_for(&mut self, wanted: MethodId) -> Result<()> {
        loop {
            while let Some((frame, total)) = Frame::first(&self.incoming)? {
                let method = frame.method();
                if method != Some(wanted) && matches!(method, Some((10, 50) | (20, 40))) {
                    bail!("the server closed: {}", String::from_utf8_lossy(frame.payload));
                }
                self.incoming.drain(..total);
                if method == Some(wanted) {
                    return Ok(());
                }
            }
            let mut buffer = [0; 4096];
            let count = self.stream.read(&mut buffer).context("waiting for an answer")?;
            ensure!(count > 0, "the server hung up while it was asked for {wanted:?}");
            self.incoming.extend(&buffer[..count]);
        }
    }
}

/// A connection that is driven by events.
pub struct Connection {
    stream: TcpStream,
    outgoing: Vec<u8>,
    sent: usize,
    incoming: Vec<u8>,
    filled: usize,
}

impl Connection {
    /// The socket, for registration.
    pub fn stream(&mut self) -> &mut TcpStream {
        &mut self.stream
    }

    /// Whether everything given to it went to the kernel.
    pub fn is_flushed(&self) -> bool {
        self.outgoing.is_empty()
    }

    /// Adds bytes to what is to be sent.
    pub fn put(&mut self, bytes: &[u8]) {
        self.outgoing.extend_from_slice(bytes);
    }

    /// Sends what it can.
    pub fn flush(&mut self) -> Result<()> {
        while self.sent < self.outgoing.len() {
            match self.stream.write(&self.outgoing[self.sent..]) {
                Ok(taken) => self.sent += taken,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error).context("sending"),
            }
        }
        self.outgoing.clear();
        self.sent = 0;
        Ok(())
    }

    /// Reads until there is no more, and shows every whole frame.
    pub fn receive(&mut self, mut on_frame: impl FnMut(Frame<'_>) -> Result<()>) -> Result<()> {
        loop {
            let mut start = 0;
            while let Some((frame, total)) = Frame::first(&self.incoming[start..self.filled])? {
                if let Some((10, 50) | (20, 40)) = frame.method() {
                    bail!("the server closed: {}", String::from_utf8_lossy(frame.payload));
                }
                on_frame(frame)?;
                start += total;
            }
            self.incoming.copy_within(start..self.filled, 0);
            self.filled -= start;
            match self.stream.read(&mut self.incoming[self.filled..]) {
                Ok(0) => bail!("the server hung up"),
                Ok(count) => self.filled += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error).context("reading"),
            }
        }
    }
}
