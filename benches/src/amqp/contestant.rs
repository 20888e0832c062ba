//! Who takes turns: our server, and RabbitMQ with each of its two kinds of durable queues.

use super::connection::{Connection, Opening, Queue};
use super::party::{Consumer, Publisher};
use super::rabbitmq::RabbitMq;
use super::run::{Crowd, Goal, Party, Plan};
use crate::cpu::{self, CpuTime};
use crate::load::Outcome;
use crate::process::Process;
use crate::report::Measured;
use crate::rounds;
use anyhow::Result;
use std::net::SocketAddr;
use std::path::Path;

/// The queue that everything goes through.
const QUEUE: &str = "bench";

/// Who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// The server under measurement.
    Longshore,
    /// RabbitMQ with a queue that is flushed before it confirms.
    Quorum,
    /// RabbitMQ with a durable queue of the old kind, which confirms before it flushes.
    Classic,
}

impl Name {
    /// As printed.
    pub fn text(self) -> &'static str {
        match self {
            Self::Longshore => "longshore",
            Self::Quorum => "RabbitMQ, quorum queue",
            Self::Classic => "RabbitMQ, classic durable queue",
        }
    }

    /// What a queue is declared as.
    pub fn queue_kind(self) -> &'static str {
        match self {
            Self::Longshore | Self::Quorum => "quorum",
            Self::Classic => "classic",
        }
    }
}

/// A server's process.
pub enum Server {
    /// Ours.
    Longshore(Process),
    /// The peer.
    RabbitMq(RabbitMq),
}

impl Server {
    /// Starts one, with everything that it stores in a folder of its own under `folder`.
    pub fn start(name: Name, binary: &Path, folder: &Path) -> Result<Self> {
        let own = tempfile::Builder::new().prefix("data-").tempdir_in(folder)?.keep();
        Ok(match name {
            Name::Longshore => Self::Longshore(Process::longshore_amqp(binary, &own.join("data"))?),
            Name::Quorum | Name::Classic => Self::RabbitMq(RabbitMq::start(own)?),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        match self {
            Self::Longshore(process) => process.address(),
            Self::RabbitMq(node) => node.address(),
        }
    }

    /// Processor time that it used so far.
    pub fn cpu(&self) -> Result<CpuTime> {
        match self {
            Self::Longshore(process) => process.cpu(),
            Self::RabbitMq(node) => CpuTime::of(node.id()),
        }
    }

    /// Resident memory, in bytes.
    pub fn resident_bytes(&self) -> Result<u64> {
        match self {
            Self::Longshore(process) => process.resident_bytes(),
            Self::RabbitMq(node) => cpu::resident_bytes(node.id()),
        }
    }
}

/// Who sits at the connections of one run, and what they do.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Connections that publish.
    pub publishers: usize,
    /// Unconfirmed messages of each.
    pub window: usize,
    /// Connections that consume.
    pub consumers: usize,
    /// Unacknowledged deliveries of each.
    pub prefetch: u16,
    /// Bytes of a message.
    pub body_bytes: usize,
}

/// One of those who take turns.
pub struct Contestant {
    /// Who.
    pub name: Name,
    /// Its process.
    pub server: Server,
}

impl Contestant {
    /// Starts it, with the queue.
    pub fn start(name: Name, binary: &Path, folder: &Path) -> Result<Self> {
        let server = Server::start(name, binary, folder)?;
        let contestant = Self { name, server };
        contestant.opening()?.declare(Queue { name: QUEUE, kind: name.queue_kind() })?;
        Ok(contestant)
    }

    /// A connection with a channel.
    pub fn opening(&self) -> Result<Opening> {
        let mut opening = Opening::new(self.server.address())?;
        opening.open_channel(1)?;
        Ok(opening)
    }

    /// Empties the queue.
    pub fn purge(&self) -> Result<()> {
        self.opening()?.purge(QUEUE)
    }

    /// Carries a plan out; only that is measured, not the opening of connections.
    pub fn run(&self, load: Load, plan: Plan) -> Result<(Outcome, Measured)> {
        let mut seats: Vec<(Connection, Party)> = Vec::new();
        let body = vec![b'x'; load.body_bytes];
        for _ in 0..load.publishers {
            let mut opening = self.opening()?;
            opening.confirm(1)?;
            let publisher = Publisher::new(QUEUE, &body, load.window);
            seats.push((opening.into_connection()?, Party::Publisher(publisher)));
        }
        let before = (self.server.cpu()?, CpuTime::of(std::process::id())?);
        for _ in 0..load.consumers {
            let mut opening = self.opening()?;
            opening.consume(1, QUEUE, load.prefetch)?;
            seats.push((opening.into_connection()?, Party::Consumer(Consumer::default())));
        }
        let outcome = Crowd::new(seats)?.run(plan)?;
        let server = self.server.cpu()?.since(&before.0);
        let generator = CpuTime::of(std::process::id())?.since(&before.1);
        let measured = Measured::new(&outcome, server, generator.total_us());
        Ok((outcome, measured))
    }

    /// Puts messages into the queue, as fast as it takes them.
    pub fn fill(&self, count: u64, body_bytes: usize) -> Result<()> {
        let load = Load { publishers: 4, window: 500, consumers: 0, prefetch: 0, body_bytes };
        self.run(load, Plan { goal: Goal::Published(count), ahead_max: None }).map(drop)
    }
}

impl rounds::Contestant for Contestant {
    fn name(&self) -> &'static str {
        self.name.text()
    }
}
