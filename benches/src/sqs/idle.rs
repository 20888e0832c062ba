//! Thousands of long polls that wait for nothing: their memory, their processor time, and how soon a message finds one.
//!
//! Servers are started afresh for it, so that memory is only what the connections need.

use super::Scale;
use super::contestant::{Name, create_queue};
use super::requests::{Renderer, receipt_handles};
use crate::latency::Latency;
use crate::load::Load;
use crate::process::Process;
use crate::report::{Budget, Report};
use anyhow::{Result, bail};
use serde_json::json;
use std::path::Path;
use std::time::{Duration, Instant};

const NAME: &str = "idle long polls";

/// Queues over which the polls are spread.
const QUEUES: usize = 100;

/// A server counts as settled when it used less than this share of a core for [`SETTLED_FOR`].
const SETTLED_SHARE: f64 = 0.02;
const SETTLED_FOR: Duration = Duration::from_millis(200);
const SETTLES_WITHIN: Duration = Duration::from_secs(10);

/// Measures it and adds the figures and the verdicts to the report.
pub fn measure(server: &Path, folder: &Path, scale: &Scale, report: &mut Report) -> Result<()> {
    let (a, _) = hold(Name::CeilingA, server, folder, scale)?;
    let (ours, mut polls) = hold(Name::Longshore, server, folder, scale)?;
    let arrivals = polls.send_to_some(scale.samples)?;
    for (name, held) in [(Name::Longshore, &ours), (Name::CeilingA, &a)] {
        report.detail(NAME, name.text(), held.json(scale.polls));
        report.remark(format!("{NAME}, {}: {}", name.text(), held.sentence(scale.polls)));
    }
    report.detail(NAME, Name::Longshore.text(), json!({ "arrival": arrivals.json() }));
    let memory = ours.resident_bytes as f64 / a.resident_bytes as f64;
    report.judge(Budget::at_most(NAME, "memory, of ceiling A's", memory, 1.25));
    report.judge(Budget::at_most(NAME, "server CPU, % of a core", ours.cpu_share * 100.0, 1.0));
    let p99_ms = arrivals.p99_us() as f64 / 1000.0;
    report.judge(Budget::at_most(NAME, "p99 of a message's arrival, ms", p99_ms, 5.0));
    Ok(())
}

/// What holding the polls costs.
struct Held {
    empty_bytes: u64,
    resident_bytes: u64,
    cpu_share: f64,
}

impl Held {
    fn json(&self, polls: usize) -> serde_json::Value {
        json!({
            "polls": polls,
            "resident_bytes_empty": self.empty_bytes,
            "resident_bytes": self.resident_bytes,
            "bytes_per_poll": self.bytes_each(polls),
            "cpu_percent_of_a_core": self.cpu_share * 100.0,
        })
    }

    fn sentence(&self, polls: usize) -> String {
        let mb = |bytes: u64| bytes as f64 / 1e6;
        format!(
            "{polls} polls in {:.1} MB ({:.1} MB without them, {} bytes each), {:.2} % of a core",
            mb(self.resident_bytes),
            mb(self.empty_bytes),
            self.bytes_each(polls),
            self.cpu_share * 100.0
        )
    }

    fn bytes_each(&self, polls: usize) -> u64 {
        self.resident_bytes.saturating_sub(self.empty_bytes) / polls as u64
    }
}

fn hold(name: Name, server: &Path, folder: &Path, scale: &Scale) -> Result<(Held, Polls)> {
    let process = name.start(server, folder)?;
    let empty_bytes = process.resident_bytes()?;
    let mut polls = Polls::open(process, scale.polls)?;
    polls.wait_until_settled()?;
    let cpu_share = polls.cpu_share_over(scale.run)?;
    let resident_bytes = polls.process.resident_bytes()?;
    Ok((Held { empty_bytes, resident_bytes, cpu_share }, polls))
}

/// Connections that all wait for a message; connection 0 is free for sending.
struct Polls {
    process: Process,
    load: Load,
    renderer: Renderer,
    urls: Vec<String>,
}

impl Polls {
    fn open(process: Process, count: usize) -> Result<Self> {
        let renderer = Renderer::new(process.address());
        let mut load = Load::connect(process.address(), count + 1)?;
        let urls = (0..QUEUES)
            .map(|number| create_queue(&mut load, &renderer, &format!("idle-{number}")))
            .collect::<Result<Vec<_>>>()?;
        for connection in 1..=count {
            load.submit(connection, renderer.long_poll(&urls[connection % QUEUES]))?;
        }
        Ok(Self { process, load, renderer, urls })
    }

    /// Waits until the server has taken all polls in, which shows in its processor time.
    fn wait_until_settled(&mut self) -> Result<()> {
        let begin = Instant::now();
        while self.cpu_share_over(SETTLED_FOR)? > SETTLED_SHARE {
            if begin.elapsed() > SETTLES_WITHIN {
                bail!("the server is still busy {SETTLES_WITHIN:?} after the last long poll was sent");
            }
        }
        Ok(())
    }

    /// The server's share of a core over `time`; polls that end meanwhile begin again.
    fn cpu_share_over(&mut self, time: Duration) -> Result<f64> {
        let before = self.process.cpu()?;
        let begin = Instant::now();
        while let Some(left) = time.checked_sub(begin.elapsed()) {
            self.take_answers(left)?;
        }
        Ok(self.process.cpu()?.since(&before).total_us() / 1e6 / begin.elapsed().as_secs_f64())
    }

    /// Sends `count` messages one after the other to queues in turn; how long each took to a waiting consumer.
    fn send_to_some(&mut self, count: usize) -> Result<Latency> {
        let mut arrivals = Latency::new()?;
        for number in 0..count {
            let begin = Instant::now();
            self.load.submit(0, self.renderer.send(&self.urls[number % QUEUES]))?;
            let mut arrived = None;
            let mut answered = false;
            while arrived.is_none() || !answered {
                let took = self.take_answers(Duration::from_secs(30))?;
                answered |= took.sender_answered;
                arrived = arrived.or(took.arrived);
                if begin.elapsed() > Duration::from_secs(30) {
                    bail!("a message was sent to a queue with waiting consumers and reached none in 30 s");
                }
            }
            arrivals.record(arrived.map_or(Duration::ZERO, |at| at.duration_since(begin)));
        }
        Ok(arrivals)
    }

    fn take_answers(&mut self, timeout: Duration) -> Result<Taken> {
        let mut taken = Taken { sender_answered: false, arrived: None };
        let (renderer, urls) = (&self.renderer, &self.urls);
        self.load.poll(Some(timeout), |connection, answer| {
            answer.expect_success()?;
            if connection == 0 {
                taken.sender_answered = true;
                return Ok(None);
            }
            if receipt_handles(answer.body).next().is_some() {
                taken.arrived = Some(Instant::now());
            }
            Ok(Some(renderer.long_poll(&urls[connection % QUEUES])))
        })?;
        Ok(taken)
    }
}

/// What came in during one wait.
struct Taken {
    sender_answered: bool,
    arrived: Option<Instant>,
}
