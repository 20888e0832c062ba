//! The load generator: many HTTP/1.1 connections on one thread and one event loop.
//!
//! What it is not: an HTTP client. It sends requests that were rendered beforehand, one at a time per connection,
//! and looks at no more of an answer than its status and length: whatever it computes is taken from the server,
//! which shares the machine. Its own processor time is part of every report.
//!
//! Invariants: at most one request per connection is unanswered. Events are edge-triggered, and a complete answer
//! is never read past: the next edge comes with the next answer, which comes only after the next request.

mod answer;
mod closed_loop;
mod connection;

pub use answer::Answer;
pub use closed_loop::{Outcome, Until, Workload, run};

use anyhow::{Context, Result};
use bytes::Bytes;
use connection::Connection;
use mio::{Events, Interest, Poll, Token};
use std::net::SocketAddr;
use std::time::Duration;

/// Connections to one server.
pub struct Load {
    poll: Poll,
    events: Events,
    connections: Vec<Connection>,
}

impl Load {
    /// Opens `count` connections to `server`.
    pub fn connect(server: SocketAddr, count: usize) -> Result<Self> {
        let poll = Poll::new()?;
        let mut connections = Vec::with_capacity(count);
        for number in 0..count {
            let mut connection = Connection::open(server).with_context(|| format!("connection {number} of {count}"))?;
            let interest = Interest::READABLE | Interest::WRITABLE;
            poll.registry().register(connection.stream(), Token(number), interest)?;
            connections.push(connection);
        }
        Ok(Self { poll, events: Events::with_capacity(256), connections })
    }

    /// How many connections there are.
    pub fn connections(&self) -> usize {
        self.connections.len()
    }

    /// Sends a request on a connection that waits for no answer.
    pub fn submit(&mut self, connection: usize, request: Bytes) -> Result<()> {
        self.connections[connection].send(request)
    }

    /// Waits up to `timeout` for answers and shows each to `on_answer`, which may give that connection's next request.
    pub fn poll(
        &mut self,
        timeout: Option<Duration>,
        mut on_answer: impl FnMut(usize, Answer<'_>) -> Result<Option<Bytes>>,
    ) -> Result<()> {
        if let Err(error) = self.poll.poll(&mut self.events, timeout) {
            return if error.kind() == std::io::ErrorKind::Interrupted { Ok(()) } else { Err(error.into()) };
        }
        for event in &self.events {
            let Token(number) = event.token();
            let connection = &mut self.connections[number];
            if event.is_writable() {
                connection.flush()?;
            }
            if event.is_readable() {
                connection.receive(|answer| on_answer(number, answer))?;
            }
        }
        Ok(())
    }

    /// Sends one request on connection 0 and waits for its answer: for preparations, not for measurements.
    pub fn ask(&mut self, request: Bytes) -> Result<Vec<u8>> {
        let mut body = None;
        self.submit(0, request)?;
        while body.is_none() {
            self.poll(None, |_, answer| {
                answer.expect_success()?;
                body = Some(answer.body.to_vec());
                Ok(None)
            })?;
        }
        body.context("the loop above ends with an answer")
    }
}
