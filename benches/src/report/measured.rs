//! The figures of one run under load.

use super::median;
use crate::cpu::CpuTime;
use crate::latency::Latency;
use crate::load::Outcome;
use anyhow::Result;
use serde_json::{Value, json};

/// One contestant, one workload, one round.
pub struct Measured {
    /// Operations completed.
    pub operations: u64,
    /// Seconds that they took.
    pub seconds: f64,
    /// Operations in a second.
    pub per_second: f64,
    /// The load generator's share of one core meanwhile.
    pub generator_share: f64,
    generator_us: f64,
    server: CpuTime,
    latency: Latency,
}

impl Measured {
    /// Column titles of [`Measured::row`].
    pub const HEADER: [&'static str; 8] =
        ["workload", "who", "ops/s", "p50 µs", "p99 µs", "server CPU µs/op", "of which", "generator CPU"];

    /// From a run's outcome and the processor time spent meanwhile.
    pub fn new(outcome: &Outcome, server: CpuTime, generator_us: f64) -> Self {
        let seconds = outcome.elapsed.as_secs_f64();
        Self {
            operations: outcome.operations,
            seconds,
            per_second: outcome.per_second(),
            generator_share: generator_us / 1e6 / seconds,
            generator_us,
            server,
            latency: outcome.latency.clone(),
        }
    }

    /// Both runs as if they had been one.
    pub fn plus(mut self, other: &Self) -> Result<Self> {
        self.server.add(&other.server);
        self.latency.add(&other.latency)?;
        self.operations += other.operations;
        self.seconds += other.seconds;
        self.generator_us += other.generator_us;
        self.per_second = self.operations as f64 / self.seconds;
        self.generator_share = self.generator_us / 1e6 / self.seconds;
        Ok(self)
    }

    /// Server CPU for one operation, in microseconds.
    pub fn cpu_us_per_operation(&self) -> f64 {
        self.server.total_us() / self.operations as f64
    }

    /// One line for the progress of a run.
    pub fn summary(&self) -> String {
        format!("{:.0}/s, {:.1} µs of server CPU each", self.per_second, self.cpu_us_per_operation())
    }

    /// Medians over the rounds, for the table.
    pub fn row(workload: &str, who: &str, rounds: &[Self]) -> [String; 8] {
        let of = |figure: &dyn Fn(&Self) -> f64| median(rounds.iter().map(figure).collect());
        [
            workload.to_owned(),
            who.to_owned(),
            format!("{:.0}", of(&|one| one.per_second)),
            format!("{:.0}", of(&|one| one.latency.p50_us() as f64)),
            format!("{:.0}", of(&|one| one.latency.p99_us() as f64)),
            format!("{:.1}", of(&Self::cpu_us_per_operation)),
            rounds.last().map_or_else(String::new, Self::threads),
            format!("{:.0} %", 100.0 * of(&|one| one.generator_share)),
        ]
    }

    /// Server CPU for one operation by thread.
    fn threads(&self) -> String {
        let share = |(name, us): (&str, f64)| format!("{name} {:.1}", us / self.operations as f64);
        self.server.by_thread_us().map(share).collect::<Vec<_>>().join(", ")
    }

    /// Everything, for the line of JSON.
    pub fn json(&self) -> Value {
        let by_thread = |(name, us): (&str, f64)| (name.to_owned(), json!(us / self.operations as f64));
        json!({
            "per_second": self.per_second,
            "latency": self.latency.json(),
            "server_cpu_us": self.cpu_us_per_operation(),
            "server_cpu_us_by_thread": self.server.by_thread_us().map(by_thread).collect::<serde_json::Map<_, _>>(),
            "generator_share": self.generator_share,
        })
    }
}
