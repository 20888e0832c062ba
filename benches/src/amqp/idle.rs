//! Consumers that wait for nothing, on channels that share connections; and connections that only exist: what each costs.

use super::Scale;
use super::connection::{Connection, Opening, Queue};
use super::contestant::{Name, Server};
use crate::report::{Budget, Report};
use crate::store::rest::pass;
use anyhow::Result;
use serde_json::json;
use std::path::Path;
use std::time::{Duration, Instant};

const NAME: &str = "idle consumers";

/// Queues over which the consumers are spread.
const QUEUES: usize = 100;

/// A server counts as settled when it used less than this share of a core for [`SETTLED_FOR`].
const SETTLED_SHARE: f64 = 0.03;
const SETTLED_FOR: Duration = Duration::from_millis(500);
const SETTLES_WITHIN: Duration = Duration::from_secs(30);

/// Measures it and adds the figures and the verdict to the report.
pub fn measure(names: &[Name], binary: &Path, folder: &Path, scale: &Scale, report: &mut Report) -> Result<()> {
    for name in names.iter().filter(|name| **name != Name::Classic) {
        let held = hold(*name, binary, folder, scale)?;
        report.remark(format!("{NAME}, {}: {}", name.text(), held.sentence(scale)));
        report.detail(NAME, name.text(), held.json(scale));
        if *name == Name::Longshore {
            let each = held.bytes_each(scale.idle_connections * scale.idle_channels) as f64;
            report.judge(Budget::at_most(NAME, "bytes of memory for each", each, 2048.0));
        }
    }
    Ok(())
}

struct Held {
    empty_bytes: u64,
    connected_bytes: u64,
    consuming_bytes: u64,
    lone_bytes: u64,
    opened_in: Duration,
}

impl Held {
    /// Of a consumer with its channel, the connection not counted.
    fn bytes_each(&self, consumers: usize) -> u64 {
        self.consuming_bytes.saturating_sub(self.connected_bytes) / consumers as u64
    }

    fn bytes_per_lone_connection(&self, scale: &Scale) -> u64 {
        self.lone_bytes.saturating_sub(self.consuming_bytes) / scale.lone_connections as u64
    }

    fn json(&self, scale: &Scale) -> serde_json::Value {
        json!({
            "connections": scale.idle_connections,
            "consumers": scale.idle_connections * scale.idle_channels,
            "lone_connections": scale.lone_connections,
            "resident_bytes_empty": self.empty_bytes,
            "resident_bytes_connected": self.connected_bytes,
            "resident_bytes_consuming": self.consuming_bytes,
            "resident_bytes_with_lone_connections": self.lone_bytes,
            "bytes_per_consumer": self.bytes_each(scale.idle_connections * scale.idle_channels),
            "bytes_per_lone_connection": self.bytes_per_lone_connection(scale),
            "opened_in_s": self.opened_in.as_secs_f64(),
        })
    }

    fn sentence(&self, scale: &Scale) -> String {
        let mb = |bytes: u64| bytes as f64 / 1e6;
        let (connections, consumers) = (scale.idle_connections, scale.idle_connections * scale.idle_channels);
        format!(
            "{consumers} consumers on as many channels of {connections} connections in {:.1} s: {:.1} MB empty, {:.1} MB connected, {:.1} MB \
             consuming, {} bytes each; {} connections with one consumer more: {} bytes each",
            self.opened_in.as_secs_f64(),
            mb(self.empty_bytes),
            mb(self.connected_bytes),
            mb(self.consuming_bytes),
            self.bytes_each(consumers),
            scale.lone_connections,
            self.bytes_per_lone_connection(scale),
        )
    }
}

fn hold(name: Name, binary: &Path, folder: &Path, scale: &Scale) -> Result<Held> {
    let server = Server::start(name, binary, folder)?;
    let mut first = open(&server)?;
    for number in 0..QUEUES {
        first.declare(Queue { name: &queue(number), kind: "classic" })?;
    }
    let empty_bytes = settled(&server)?;
    let mut openings = (0..scale.idle_connections).map(|_| open(&server)).collect::<Result<Vec<_>>>()?;
    let connected_bytes = settled(&server)?;
    let begin = Instant::now();
    for (number, opening) in openings.iter_mut().enumerate() {
        for channel in 1..=u16::try_from(scale.idle_channels)? {
            if channel > 1 {
                opening.open_channel(channel)?;
            }
            opening.consume(channel, &queue(number + usize::from(channel)), 200)?;
        }
    }
    let opened_in = begin.elapsed();
    let consuming_bytes = settled(&server)?;
    let lone = |number: usize| -> Result<Connection> {
        let mut opening = open(&server)?;
        opening.consume(1, &queue(number), 200)?;
        opening.into_connection()
    };
    let lone = (0..scale.lone_connections).map(lone).collect::<Result<Vec<_>>>()?;
    let lone_bytes = settled(&server)?;
    drop((openings, lone));
    Ok(Held { empty_bytes, connected_bytes, consuming_bytes, lone_bytes, opened_in })
}

fn queue(number: usize) -> String {
    format!("idle-{}", number % QUEUES)
}

fn open(server: &Server) -> Result<Opening> {
    let mut opening = Opening::new(server.address())?;
    opening.open_channel(1)?;
    Ok(opening)
}

/// Resident memory once nothing moves any more, which shows in the server's processor time.
fn settled(server: &Server) -> Result<u64> {
    let begin = Instant::now();
    loop {
        let before = server.cpu()?;
        pass(SETTLED_FOR);
        let share = server.cpu()?.since(&before).total_us() / 1e6 / SETTLED_FOR.as_secs_f64();
        if share < SETTLED_SHARE || begin.elapsed() > SETTLES_WITHIN {
            return server.resident_bytes();
        }
    }
}
