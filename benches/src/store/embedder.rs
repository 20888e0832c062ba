//! The process that embeds a store, as the bench sees it: it is given orders, looked at, and killed.
//!
//! What it is not: the server; nothing listens. Invariants: one order at a time; the process is killed when this is dropped.

use super::order::{Answer, Order, Publish};
use crate::cpu::{self, CpuTime};
use anyhow::{Context, Result, ensure};
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// A running process with an open store.
pub struct Embedder {
    child: Child,
    orders: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    /// How long it took from the start of the process to its word that it is ready.
    pub ready_after: Duration,
    /// What recovery said.
    pub opened: Answer,
}

impl Embedder {
    /// Starts one over `folder` and waits until it is ready.
    pub fn start(folder: &Path) -> Result<Self> {
        Self::start_with(folder, &[])
    }

    /// As [`Embedder::start`], with a store that takes no checkpoints.
    pub fn start_without_checkpoints(folder: &Path) -> Result<Self> {
        Self::start_with(folder, &["--without-checkpoints"])
    }

    /// As [`Embedder::start`], with a store that keeps a history of so many bytes.
    pub fn start_with_history(folder: &Path, bytes_max: u64) -> Result<Self> {
        Self::start_with(folder, &["--history-bytes-max", &bytes_max.to_string()])
    }

    fn start_with(folder: &Path, arguments: &[&str]) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("store-child").arg("--folder").arg(folder).args(arguments);
        let begin = Instant::now();
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let orders = child.stdin.take().context("standard input is piped")?;
        let answers = BufReader::new(child.stdout.take().context("standard output is piped")?).lines();
        let mut started = Self { child, orders, answers, ready_after: Duration::ZERO, opened: Answer::default() };
        started.opened = started.answer().context("opening the store")?;
        started.ready_after = begin.elapsed();
        Ok(started)
    }

    /// Gives an order and waits until it is done.
    pub fn ask(&mut self, order: &Order) -> Result<Answer> {
        let line = serde_json::to_string(order)? + "\n";
        self.orders.write_all(line.as_bytes()).with_context(|| format!("{order:?}"))?;
        self.answer().with_context(|| format!("{order:?}"))
    }

    fn answer(&mut self) -> Result<Answer> {
        let line = self.answers.next().context("the process that embeds the store has ended")??;
        serde_json::from_str(&line).context("an answer is JSON")
    }

    /// Publishes everything that is asked for.
    pub fn publish(&mut self, publish: Publish) -> Result<Answer> {
        let asked = publish.messages;
        let answer = self.ask(&Order::Publish(publish))?;
        ensure!(answer.messages == asked, "published {} of {asked} messages", answer.messages);
        Ok(answer)
    }

    /// Receives and acknowledges exactly so many messages.
    pub fn drain(&mut self, queue: u32, messages: u64, at_a_time: u32) -> Result<Answer> {
        let answer = self.ask(&Order::Drain { queue, messages, at_a_time })?;
        ensure!(answer.messages == messages, "queue {queue}: received {} of {messages} messages", answer.messages);
        Ok(answer)
    }

    /// Processor time so far.
    pub fn cpu(&self) -> Result<CpuTime> {
        CpuTime::of(self.child.id())
    }

    /// Resident memory, in bytes.
    pub fn resident_bytes(&self) -> Result<u64> {
        cpu::resident_bytes(self.child.id())
    }

    /// The most resident memory so far, in bytes.
    pub fn resident_bytes_max(&self) -> Result<u64> {
        cpu::resident_bytes_max(self.child.id())
    }

    /// What the kernel counted as written, in bytes.
    pub fn written_bytes(&self) -> Result<u64> {
        cpu::written_bytes(self.child.id())
    }

    /// Ends the process as a crash does, at once.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill().and_then(|()| self.child.wait()).context("killing the process that embeds the store")?;
        Ok(())
    }

    /// Seals the store and waits for the process to end.
    pub fn stop(mut self) -> Result<()> {
        self.ask(&Order::Stop)?;
        let status = self.child.wait()?;
        ensure!(status.success(), "the process that embeds the store ended with {status}");
        Ok(())
    }
}

impl Drop for Embedder {
    fn drop(&mut self) {
        // Either call fails only when the process has ended already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
