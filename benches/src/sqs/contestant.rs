//! A server in the race: its process, the connections to it, and the queue that is used.

use super::requests::Renderer;
use super::signer;
use crate::load::Load;
use crate::process::Process;
use crate::rounds;
use anyhow::{Context, Result};
use std::path::Path;

/// One of the three that take turns.
pub struct Contestant {
    /// Its name in the report.
    pub name: Name,
    /// The process.
    pub process: Process,
    /// The connections.
    pub load: Load,
    /// Renders requests to it.
    pub renderer: Renderer,
    /// Its queue's address, as it told it.
    pub url: String,
}

/// Who takes turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// The server under measurement.
    Longshore,
    /// The same server, with a FIFO queue.
    Fifo,
    /// The same server, with a user who signs.
    Signed,
    /// HTTP and a disk.
    CeilingB,
    /// HTTP alone.
    CeilingA,
}

impl Name {
    /// As printed.
    pub fn text(self) -> &'static str {
        match self {
            Self::Longshore => "longshore",
            Self::Fifo => "longshore, FIFO",
            Self::Signed => "longshore, signed",
            Self::CeilingB => "ceiling B",
            Self::CeilingA => "ceiling A",
        }
    }

    /// Starts it, with everything that it stores in a folder of its own under `folder`.
    pub fn start(self, server: &Path, folder: &Path) -> Result<Process> {
        let own = tempfile::Builder::new().prefix("data-").tempdir_in(folder)?.keep();
        match self {
            Self::Signed => {
                let configuration = own.join("longshore.toml");
                std::fs::write(&configuration, signer::CONFIGURATION)?;
                Process::longshore_with(server, &own.join("data"), &configuration)
            }
            Self::Longshore | Self::Fifo => Process::longshore(server, &own.join("data")),
            Self::CeilingB => {
                Process::ourselves(&["ceiling", "b", "--folder", own.to_str().context("a folder with a plain name")?])
            }
            Self::CeilingA => Process::ourselves(&["ceiling", "a"]),
        }
    }
}

impl Contestant {
    /// All three, started, with `connections` connections each.
    pub fn all(server: &Path, folder: &Path, connections: usize) -> Result<Vec<Self>> {
        [Name::Longshore, Name::CeilingB, Name::CeilingA]
            .into_iter()
            .map(|name| Self::start(name, server, folder, connections))
            .collect()
    }

    /// One of them.
    pub fn start(name: Name, server: &Path, folder: &Path, connections: usize) -> Result<Self> {
        let process = name.start(server, folder)?;
        let renderer = match name {
            Name::Signed => Renderer::signing(process.address()),
            Name::Longshore | Name::Fifo | Name::CeilingB | Name::CeilingA => Renderer::new(process.address()),
        };
        let mut load = Load::connect(process.address(), connections)?;
        let url = match name {
            Name::Fifo => queue_url(&load.ask(renderer.create_fifo_queue("bench.fifo"))?)?,
            Name::Longshore | Name::Signed | Name::CeilingB | Name::CeilingA => {
                create_queue(&mut load, &renderer, "bench")?
            }
        };
        Ok(Self { name, process, load, renderer, url })
    }

    /// Takes everything out of its queue.
    pub fn purge(&mut self) -> Result<()> {
        self.load.ask(self.renderer.purge(&self.url)).map(drop)
    }
}

/// Makes a queue and returns the address that the server gave it.
pub fn create_queue(load: &mut Load, renderer: &Renderer, name: &str) -> Result<String> {
    queue_url(&load.ask(renderer.create_queue(name))?)
}

fn queue_url(answer: &[u8]) -> Result<String> {
    let answer: serde_json::Value = serde_json::from_slice(answer).context("the answer to CreateQueue is JSON")?;
    Ok(answer["QueueUrl"].as_str().context("the answer to CreateQueue has a QueueUrl")?.to_owned())
}

impl rounds::Contestant for Contestant {
    fn name(&self) -> &'static str {
        self.name.text()
    }
}
