//! A disk that runs full: publishes are refused in clear words, receiving and deleting go on, and space comes back.
//!
//! The disk is a small file system in memory, which only root can mount. Where that is not possible the scenario says so
//! and is not run.

use crate::message::{self, Name};
use crate::queue::{Client, Outcome, Surroundings};
use crate::server::{Door, Server, Setup};
use anyhow::{Context, Result, bail, ensure};
use rustix::process::Signal;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// Size of the disk.
const DISK: &str = "size=48m";

const QUEUE: &str = "full";
const LEASE_S: u32 = 600;

/// What was deleted takes no room so long after.
const SPACE_COMES_BACK_WITHIN: Duration = Duration::from_secs(30);

/// Far more sends than fit on the disk.
const SENDS_MAX: u32 = 200_000;

/// What came of it.
pub enum Outcomes {
    /// The figures.
    Ran(Value),
    /// Why it could not be run.
    Skipped(String),
}

/// Runs the scenario with its disk mounted in `folder`.
pub fn run(folder: &Path, binary: PathBuf, seed: u64) -> Result<Outcomes> {
    let disk = match Disk::mount(&folder.join("disk")) {
        Ok(disk) => disk,
        Err(error) => return Ok(Outcomes::Skipped(format!("a small disk cannot be mounted: {error:#}"))),
    };
    let setup = Setup { binary, data: disk.folder.join("data"), door: Door::Sqs, wal_write_bytes_max: 4096 };
    let mut server = Server::start(&setup)?;
    let mut kept = with_client(&server, |client| {
        done(client.create_queue(QUEUE, LEASE_S)?, "making the queue")?;
        fill(client, seed)
    })?;
    let stored = kept.len();
    server.signal(Signal::KILL)?;
    server.wait_until_killed();
    server = Server::start(&setup).context("starting over a full disk")?;
    let stored_again = with_client(&server, |client| {
        drain(client, seed, &mut kept)?;
        fill_again(client, seed, stored / 2)
    })?;
    server.stop()?;
    Ok(Outcomes::Ran(json!({ "stored_until_full": stored, "stored_again_after_the_drain": stored_again })))
}

fn with_client<T>(server: &Server, act: impl FnOnce(&mut Client<'_>) -> Result<T>) -> Result<T> {
    let around = Surroundings::default();
    around.endpoint.born(server.address());
    act(&mut Client::new(&around))
}

/// Sends until the disk is full. Returns what was acknowledged: id and name.
fn fill(client: &mut Client<'_>, seed: u64) -> Result<BTreeMap<String, Name>> {
    let mut kept = BTreeMap::new();
    for number in 0..SENDS_MAX {
        let name = Name { producer: 0, number };
        match client.send(QUEUE, &[(name, message::body(seed, name))])? {
            Outcome::Done(ids) => kept.extend(ids.into_iter().flatten().map(|id| (id, name))),
            Outcome::Refused(text) => {
                ensure!(text.contains("the disk is full"), "an unclear refusal: {text}");
                return Ok(kept);
            }
            other => bail!("a send ended as {other:?}"),
        }
    }
    bail!("{SENDS_MAX} messages fit onto a disk of {DISK}")
}

/// Sends until `enough` messages were taken once more: their space must come back, if not at once.
fn fill_again(client: &mut Client<'_>, seed: u64, enough: usize) -> Result<usize> {
    let begin = Instant::now();
    let mut stored = 0;
    while stored < enough {
        stored += fill(client, seed)?.len();
        ensure!(
            begin.elapsed() < SPACE_COMES_BACK_WITHIN,
            "of {enough} messages that had room before, {stored} have room again"
        );
    }
    Ok(stored)
}

/// Receives and deletes everything, which must be what was acknowledged.
fn drain(client: &mut Client<'_>, seed: u64, kept: &mut BTreeMap<String, Name>) -> Result<()> {
    while !kept.is_empty() {
        let messages = done(client.receive(QUEUE, 10, 0)?, "receiving from a full disk")?;
        ensure!(!messages.is_empty(), "{} acknowledged messages are lost", kept.len());
        for message in &messages {
            let name = kept.remove(&message.id).with_context(|| format!("{} was never acknowledged", message.id))?;
            ensure!(name == message.name, "{} is {} and not {name}", message.id, message.name);
            ensure!(message.hash == message::hash(&message::body(seed, name)), "{name} is altered");
        }
        let deleted = done(client.delete(QUEUE, &messages)?, "deleting on a full disk")?;
        ensure!(deleted.iter().all(|deleted| *deleted), "a delete on a full disk was refused");
    }
    Ok(())
}

fn done<T: std::fmt::Debug>(outcome: Outcome<T>, what: &str) -> Result<T> {
    match outcome {
        Outcome::Done(value) => Ok(value),
        other => bail!("{what} ended as {other:?}"),
    }
}

/// A mounted file system; unmounted when dropped.
struct Disk {
    folder: PathBuf,
}

impl Disk {
    fn mount(folder: &Path) -> Result<Self> {
        std::fs::create_dir(folder)?;
        let output =
            Command::new("mount").args(["-t", "tmpfs", "-o", DISK, "longshore-disk-full"]).arg(folder).output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
        Ok(Self { folder: folder.to_owned() })
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily, so that it goes even while a killed server still closes its files.
        if let Err(error) = Command::new("umount").arg("-l").arg(&self.folder).status() {
            eprintln!("{} stays mounted: {error}", self.folder.display());
        }
    }
}
