//! The closed loop: every connection sends its next request when the last one is answered.

use super::{Answer, Load};
use crate::latency::Latency;
use anyhow::{Result, bail};
use bytes::Bytes;
use std::time::{Duration, Instant};

/// A server that answers nothing for so long has failed.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// What connections ask for, and when an operation of theirs is complete.
pub trait Workload {
    /// The next request of `connection`; `None` lets it rest until the end of the run.
    fn next(&mut self, connection: usize) -> Option<Bytes>;

    /// Takes an answer; true when it completes an operation (which may be several requests).
    fn answered(&mut self, connection: usize, answer: Answer<'_>) -> Result<bool>;
}

/// When a run ends.
#[derive(Clone, Copy, Debug)]
pub enum Until {
    /// After so much time; operations under way are completed.
    Elapsed(Duration),
    /// When the workload has no request left for any connection.
    Exhausted,
}

/// What a run did.
pub struct Outcome {
    /// Operations completed.
    pub operations: u64,
    /// From the first request to the last answer.
    pub elapsed: Duration,
    /// From an operation's first request to its last answer.
    pub latency: Latency,
}

impl Outcome {
    /// Operations in a second.
    pub fn per_second(&self) -> f64 {
        self.operations as f64 / self.elapsed.as_secs_f64()
    }
}

/// Runs `workload` on all connections.
pub fn run(load: &mut Load, workload: &mut (impl Workload + ?Sized), until: Until) -> Result<Outcome> {
    let begin = Instant::now();
    let deadline = match until {
        Until::Elapsed(time) => Some(begin + time),
        Until::Exhausted => None,
    };
    let mut began = vec![begin; load.connections()];
    let mut outcome = Outcome { operations: 0, elapsed: Duration::ZERO, latency: Latency::new()? };
    let mut unanswered = 0_usize;
    for (connection, began) in began.iter_mut().enumerate() {
        if let Some(request) = workload.next(connection) {
            *began = Instant::now();
            unanswered += 1;
            load.submit(connection, request)?;
        }
    }
    let mut last_answer = Instant::now();
    while unanswered > 0 {
        load.poll(Some(SILENCE_MAX), |connection, answer| {
            let finished = workload.answered(connection, answer)?;
            last_answer = Instant::now();
            if finished {
                outcome.operations += 1;
                outcome.latency.record(last_answer - began[connection]);
                began[connection] = last_answer;
            }
            let over = finished && deadline.is_some_and(|deadline| last_answer >= deadline);
            let next = if over { None } else { workload.next(connection) };
            unanswered -= usize::from(next.is_none());
            Ok(next)
        })?;
        if last_answer.elapsed() >= SILENCE_MAX {
            bail!("no answer for {SILENCE_MAX:?}; {unanswered} requests are open");
        }
    }
    outcome.elapsed = begin.elapsed();
    Ok(outcome)
}
