//! How long things took: a histogram of microseconds, from one to a minute, to three digits.

use anyhow::Result;
use hdrhistogram::Histogram;
use serde_json::{Value, json};
use std::time::Duration;

const MICROS_MAX: u64 = 60_000_000;
const DIGITS: u8 = 3;

/// A collection of times.
#[derive(Clone)]
pub struct Latency(Histogram<u64>);

impl Latency {
    /// An empty one.
    pub fn new() -> Result<Self> {
        Ok(Self(Histogram::new_with_bounds(1, MICROS_MAX, DIGITS)?))
    }

    /// Adds a time; longer ones than a minute count as a minute.
    pub fn record(&mut self, time: Duration) {
        self.0.saturating_record(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
    }

    /// Adds all times of another.
    pub fn add(&mut self, other: &Self) -> Result<()> {
        Ok(self.0.add(&other.0)?)
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// Half of them took no longer, in microseconds.
    pub fn p50_us(&self) -> u64 {
        self.0.value_at_quantile(0.5)
    }

    /// All but one in a hundred took no longer, in microseconds.
    pub fn p99_us(&self) -> u64 {
        self.0.value_at_quantile(0.99)
    }

    /// For a report.
    pub fn json(&self) -> Value {
        json!({ "p50_us": self.p50_us(), "p99_us": self.p99_us() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_right_from_microseconds_to_seconds() {
        let mut latency = Latency::new().expect("the bounds are valid");
        for micros in [3, 150, 5_000] {
            latency.record(Duration::from_micros(micros));
        }
        latency.record(Duration::from_secs(2));
        assert_eq!(latency.p50_us(), 150);
        assert_eq!(latency.p99_us() / 1000, 2000);
    }
}
