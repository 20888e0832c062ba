//! The ceilings: the least HTTP server that could answer our load, with and without a disk behind it.
//!
//! - **A** reads the request, as hyper gives it, and answers a body of the same size and with the same headers as
//!   Longshore's. What it reaches is what HTTP costs on this machine.
//! - **B** does the same, but first hands the body of every request that changes something to one thread that
//!   writes what has gathered and syncs it. What it reaches is what HTTP and a disk cost.
//!
//! What they are not: queues. They parse nothing, keep nothing, and answer every receive with the same messages.
//! They run as processes of their own, with as many worker threads as the server has, so that processor time and memory
//! can be compared.

mod answers;
mod group_writer;
mod server;

pub use answers::BATCH;

use anyhow::Result;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Which ceiling, and over what.
#[derive(Args)]
pub struct Options {
    /// A: bare HTTP; B: HTTP and a disk
    #[arg(value_enum, ignore_case = true)]
    which: Which,
    /// Folder for B's file, on the disk that the server's data is on
    #[arg(long, required_if_eq("which", "b"))]
    folder: Option<PathBuf>,
    /// Worker threads; as many as the machine has cores unless given
    #[arg(long)]
    workers: Option<usize>,
}

/// The two ceilings.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Which {
    A,
    B,
}

/// Serves until killed.
pub fn run(options: &Options) -> Result<()> {
    let writer = match (options.which, &options.folder) {
        (Which::B, Some(folder)) => Some(group_writer::start(folder)?),
        (Which::B, None) | (Which::A, _) => None,
    };
    let workers = options
        .workers
        .map_or_else(std::thread::available_parallelism, |count| count.try_into().map_err(std::io::Error::other))?;
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers.get())
        .enable_all()
        .build()?
        .block_on(server::serve(writer))
}
