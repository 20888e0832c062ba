//! `longshore-bench`: what the server costs, measured beside what the machine could do at best.
//!
//! What it is not: a test. Its figures depend on the machine and on who else uses it, so every figure is taken
//! in turns with a ceiling (a bare HTTP server, with and without a disk) and judged by the ratio and by server CPU.
//! Nothing gates on it except that it still runs (`tests/quick.rs`).

mod amqp;
mod browse;
mod ceiling;
mod cpu;
mod disk;
mod fair;
mod journal;
mod latency;
mod load;
mod machine;
mod open_files;
mod process;
mod report;
mod rounds;
mod sqs;
mod store;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// The ceilings are measured with the allocator that the server uses, or their memory could not be compared.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures Longshore against what the machine could do at best.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The server over HTTP: sends, batches, receives, one lone client, idle long polls
    Sqs(sqs::Options),
    /// The server over AMQP 0-9-1, beside RabbitMQ: publishes with confirms, consumers with acks, idle consumers
    Amqp(amqp::Options),
    /// The journal through the embedded broker: many waiters with one record each, against bare writes
    Journal(journal::Options),
    /// Fair queues through the Rust API: what one tenant's flood does to the wait of the others
    Fair(fair::Options),
    /// The store through the Rust API: deep backlogs, starts after a kill, bytes written, disk given back
    Store(store::Options),
    /// Deliveries from a deep backlog while people page and search through it
    Browse(browse::Options),
    /// A process that embeds a store and is told what to do with it; `store` starts it by itself
    #[command(hide = true)]
    StoreChild(store::child::Options),
    /// A bare HTTP server for comparison; `sqs` starts it by itself
    Ceiling(ceiling::Options),
}

fn main() -> Result<()> {
    match Arguments::parse().command {
        Command::Sqs(options) => sqs::run(&options),
        Command::Amqp(options) => amqp::run(&options),
        Command::Journal(options) => journal::run(&options),
        Command::Fair(options) => fair::run(&options),
        Command::Store(options) => store::run(&options),
        Command::Browse(options) => browse::run(&options),
        Command::StoreChild(options) => store::child::run(&options),
        Command::Ceiling(options) => ceiling::run(&options),
    }
}
