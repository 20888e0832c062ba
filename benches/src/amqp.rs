//! `longshore-bench amqp`: the server beside RabbitMQ, under the very same load.
//!
//! Persistent messages with confirms, consumers with prefetch and acks, in turns: our server, and Debian's RabbitMQ with a quorum
//! queue (the one that flushes before it confirms) and with a classic durable one. `benches/README.md` explains the figures.

mod connection;
mod contestant;
mod idle;
mod party;
mod rabbitmq;
mod run;
mod throughput;
mod wire;

use crate::open_files;
use crate::report::Report;
use crate::{machine, process};
use anyhow::Result;
use clap::Args;
use contestant::{Contestant, Name};
use rabbitmq::RabbitMq;
use serde_json::json;
use std::path::PathBuf;
use std::time::Duration;
use throughput::Kind;

/// What to measure, and how long.
#[derive(Args)]
pub struct Options {
    /// A short run that shows only that everything works: its figures mean nothing
    #[arg(long)]
    quick: bool,
    /// Rounds in which all take turns; figures are medians over them
    #[arg(long, default_value_t = 5)]
    pairs: usize,
    /// Seconds of each measurement
    #[arg(long, default_value_t = 4.0)]
    seconds: f64,
    /// Messages that are consumed in each round
    #[arg(long, default_value_t = 100_000)]
    backlog: u64,
    /// Only these measurements
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,
    /// Without RabbitMQ, even where it is installed
    #[arg(long)]
    alone: bool,
    /// The server's binary; the one beside this program unless given
    #[arg(long)]
    server: Option<PathBuf>,
    /// Folder for all data, on the disk that is to be measured; the build folder unless given
    #[arg(long)]
    folder: Option<PathBuf>,
}

/// A measurement that can be asked for by name.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    Publish,
    PublishSmall,
    Consume,
    Both,
    Idle,
}

/// How much of everything.
pub struct Scale {
    /// Rounds.
    pub pairs: usize,
    /// Each measured run.
    pub run: Duration,
    /// Messages that are consumed in each round.
    pub backlog: u64,
    /// Connections that idle consumers share.
    pub idle_connections: usize,
    /// Consumers on each, a channel for each.
    pub idle_channels: usize,
    /// Connections with a consumer of their own.
    pub lone_connections: usize,
}

impl Options {
    fn scale(&self) -> Scale {
        if self.quick {
            let run = Duration::from_millis(150);
            return Scale {
                pairs: 1,
                run,
                backlog: 2_000,
                idle_connections: 4,
                idle_channels: 10,
                lone_connections: 10,
            };
        }
        Scale {
            pairs: self.pairs.max(1),
            run: Duration::from_secs_f64(self.seconds),
            backlog: self.backlog.max(1),
            idle_connections: 100,
            idle_channels: 100,
            lone_connections: 1000,
        }
    }

    /// A quick run shows that ours is measured; Erlang alone would take longer to start.
    fn contestants(&self) -> Vec<Name> {
        if self.alone || self.quick || !RabbitMq::is_installed() {
            return vec![Name::Longshore];
        }
        vec![Name::Longshore, Name::Quorum, Name::Classic]
    }

    fn wants(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }
}

/// Runs the measurements, prints a table and one line of JSON.
pub fn run(options: &Options) -> Result<()> {
    let scale = options.scale();
    let server = options.server.clone().map_or_else(process::longshore_binary, Ok)?;
    let folder = machine::data_folder(options.folder.as_deref())?;
    let names = options.contestants();
    let peer = if names.len() > 1 { RabbitMq::version() } else { "none".to_owned() };
    let settings = json!({
        "durability": "always",
        "quick": options.quick,
        "pairs": scale.pairs,
        "seconds": scale.run.as_secs_f64(),
        "publishers": "16 connections, 200 unconfirmed each, persistent",
        "consumers": "4 connections, prefetch 200, acknowledged 50 at a time",
        "rabbitmq": peer,
        "rabbitmq_settings": "defaults, one node, no plugins; a quorum queue with one member",
        "pinning": "none",
    });
    let mut report = Report::new("amqp", machine::facts(folder.path()), settings);
    report.remark(format!("RabbitMQ: {peer}, its defaults, one node, no plugins"));
    open_files::raise_limit()?;
    let parts = [Part::Publish, Part::PublishSmall, Part::Consume, Part::Both];
    for (part, kind) in parts.into_iter().zip(Kind::ALL) {
        if options.wants(part) {
            let start = |name: &Name| Contestant::start(*name, &server, folder.path());
            let mut contestants = names.iter().map(start).collect::<Result<Vec<_>>>()?;
            throughput::measure(kind, &mut contestants, &scale, &mut report)?;
        }
    }
    if options.wants(Part::Idle) {
        idle::measure(&names, &server, folder.path(), &scale, &mut report)?;
    }
    report.print();
    Ok(())
}
