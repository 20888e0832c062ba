//! Rates and processor time per operation, the server and the ceilings taking turns.
//!
//! Judged by the median over the rounds of the ratio within each round, and by server CPU, which depends less on who else
//! uses the machine than any rate does.

use super::Scale;
use super::contestant::{Contestant, Name};
use super::requests::BATCH;
use super::workloads::{Consume, Repeat};
use crate::cpu::CpuTime;
use crate::load::{self, Outcome, Until};
use crate::report::{Budget, Measured, Report, median};
use crate::rounds::take_turns;
use anyhow::Result;
use std::time::Instant;

/// Messages put into the queue before each time that they are consumed: they fit into the server's body cache, as they
/// do where consumers keep up.
pub const PORTION: usize = 16_000;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One message per request.
    Send,
    /// Ten messages per request.
    Batch,
    /// Ten messages received and then deleted: two requests.
    Consume,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Send => "send 1 KiB",
            Self::Batch => "send batch of 10 × 1 KiB",
            Self::Consume => "receive 10, delete batch of 10",
        }
    }

    /// Least share of ceiling B's rate.
    fn share_of_b_min(self) -> Option<f64> {
        match self {
            Self::Send => Some(0.65),
            Self::Batch => Some(0.45),
            Self::Consume => None,
        }
    }

    /// Most server CPU for one operation, in microseconds.
    fn cpu_us_max(self) -> f64 {
        match self {
            Self::Send => 24.0,
            Self::Batch => 65.0,
            Self::Consume => 1.3 * 65.0,
        }
    }
}

/// Ceiling A's rate on the kind of machine that the budgets were made for; much less says that the ceiling is broken
/// or the machine is not its own master.
const PLAUSIBLE_A_PER_SECOND: f64 = 60_000.0;

/// Measures `kind` in rounds and adds the figures and their verdicts to the report.
pub fn measure(kind: Kind, contestants: &mut [Contestant], scale: &Scale, report: &mut Report) -> Result<()> {
    let rounds = take_turns(kind.name(), scale.pairs, contestants, report, |contestant| once(kind, contestant, scale))?;
    judge(kind, &rounds, report);
    Ok(())
}

fn judge(kind: Kind, rounds: &[Vec<Measured>], report: &mut Report) {
    let [ours, b, a] = rounds else { unreachable!("three take turns") };
    if let Some(share_min) = kind.share_of_b_min() {
        let shares = ours.iter().zip(b).map(|(ours, b)| ours.per_second / b.per_second).collect();
        let generator = ours.iter().chain(b).map(|one| one.generator_share).fold(0.0, f64::max);
        report.judge(
            Budget::at_least(kind.name(), "share of ceiling B", median(shares), share_min).generated_by(generator),
        );
    }
    let cpu = median(ours.iter().map(Measured::cpu_us_per_operation).collect());
    let generator = ours.iter().map(|one| one.generator_share).fold(0.0, f64::max);
    report.judge(Budget::at_most(kind.name(), "server CPU, µs", cpu, kind.cpu_us_max()).generated_by(generator));
    let a_per_second = median(a.iter().map(|one| one.per_second).collect());
    if kind == Kind::Send && a_per_second < PLAUSIBLE_A_PER_SECOND {
        report.remark(format!("ceiling A reached only {a_per_second:.0}/s: this machine is slow or busy"));
    }
}

fn once(kind: Kind, contestant: &mut Contestant, scale: &Scale) -> Result<Measured> {
    match kind {
        Kind::Send => repeated(contestant, contestant.renderer.send(&contestant.url), scale),
        Kind::Batch => repeated(contestant, contestant.renderer.send_batch(&contestant.url), scale),
        Kind::Consume => consumed(contestant, scale),
    }
}

/// Sends `request` for the scale's time, then empties the queue again.
pub fn repeated(contestant: &mut Contestant, request: bytes::Bytes, scale: &Scale) -> Result<Measured> {
    let mut workload = Repeat::endlessly(request);
    load::run(&mut contestant.load, &mut workload, Until::Elapsed(scale.warm_up))?;
    let meter = Meter::start(contestant)?;
    let outcome = load::run(&mut contestant.load, &mut workload, Until::Elapsed(scale.run))?;
    let measured = meter.stop(contestant, &outcome)?;
    contestant.purge()?;
    Ok(measured)
}

/// Fills and empties the queue in portions for the scale's time; only the emptying is measured.
fn consumed(contestant: &mut Contestant, scale: &Scale) -> Result<Measured> {
    let portion = if contestant.name == Name::Longshore { PORTION } else { 0 };
    let batch = contestant.renderer.send_batch(&contestant.url);
    let begin = Instant::now();
    let mut sum: Option<Measured> = None;
    while sum.is_none() || begin.elapsed() < scale.run {
        let mut fill = Repeat::times(batch.clone(), (portion / BATCH) as u64);
        load::run(&mut contestant.load, &mut fill, Until::Exhausted)?;
        let connections = contestant.load.connections();
        let mut consume = Consume::new(contestant.renderer.clone(), contestant.url.clone(), connections, PORTION);
        let meter = Meter::start(contestant)?;
        let outcome = load::run(&mut contestant.load, &mut consume, Until::Exhausted)?;
        let measured = meter.stop(contestant, &outcome)?;
        sum = Some(match sum {
            Some(before) => before.plus(&measured)?,
            None => measured,
        });
    }
    Ok(sum.expect("the loop ran at least once"))
}

/// Readings at the start of a run.
pub struct Meter {
    server: CpuTime,
    generator: CpuTime,
}

impl Meter {
    /// Takes the readings.
    pub fn start(contestant: &Contestant) -> Result<Self> {
        Ok(Self { server: contestant.process.cpu()?, generator: CpuTime::of(std::process::id())? })
    }

    /// Takes them again: what was used in between.
    pub fn stop(self, contestant: &Contestant, outcome: &Outcome) -> Result<Measured> {
        let server = contestant.process.cpu()?.since(&self.server);
        let generator = CpuTime::of(std::process::id())?.since(&self.generator);
        Ok(Measured::new(outcome, server, generator.total_us()))
    }
}
