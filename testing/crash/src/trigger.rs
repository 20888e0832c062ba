//! When a fault strikes: in the middle of things, after a number of requests that the seed chose.
//!
//! The thread whose request is the last of that number sends the signal itself, at once, so that everybody else's requests are
//! still under way. The main thread is told and cleans up.

use crate::endpoint::Endpoint;
use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A load that does not get to its fault within so long does not move.
const STRIKES_WITHIN: Duration = Duration::from_secs(60);

/// A fault, waiting for its moment.
pub struct Trigger {
    answered: AtomicU64,
    in_flight: AtomicUsize,
    strike: Mutex<Option<Strike>>,
    tell: Sender<Result<(), String>>,
    told: Mutex<Receiver<Result<(), String>>>,
}

/// What happens then.
pub struct Strike {
    /// Who is struck.
    pub victim: Pid,
    /// With what.
    pub signal: Signal,
    /// After so many further answers…
    pub answers: u64,
    /// …and with at least so many requests under way.
    pub in_flight_min: usize,
}

impl Default for Trigger {
    fn default() -> Self {
        let (tell, told) = channel();
        let (answered, in_flight) = (AtomicU64::new(0), AtomicUsize::new(0));
        Self { answered, in_flight, strike: Mutex::new(None), tell, told: Mutex::new(told) }
    }
}

impl Trigger {
    /// Lets `strike` wait for its moment.
    pub fn arm(&self, strike: Strike) {
        let answers = self.answered.load(Ordering::SeqCst) + strike.answers;
        *self.lock() = Some(Strike { answers, ..strike });
    }

    /// Waits until it has struck.
    pub fn wait(&self) -> Result<()> {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let news = told.recv_timeout(STRIKES_WITHIN).with_context(|| {
            format!(
                "the load does not get on: {} requests were answered, {} are under way",
                self.answered.load(Ordering::SeqCst),
                self.in_flight.load(Ordering::SeqCst)
            )
        })?;
        news.map_err(anyhow::Error::msg)
    }

    /// Lets [`Trigger::wait`] end with an error: a client has found something that must not be.
    pub fn give_up(&self, reason: String) {
        // Nobody waits any more when the run is already over; then the client's own error tells.
        let _ = self.tell.send(Err(reason));
    }

    /// Counts one request as under way while it runs, and as answered when it succeeds.
    pub fn during<T>(&self, endpoint: &Endpoint, request: impl FnOnce() -> Result<T>) -> Result<T> {
        self.in_flight.fetch_add(1, Ordering::SeqCst);
        let outcome = request();
        self.in_flight.fetch_sub(1, Ordering::SeqCst);
        if outcome.is_ok() {
            let answered = self.answered.fetch_add(1, Ordering::SeqCst) + 1;
            self.strike_if_due(answered, endpoint)?;
        }
        outcome
    }

    fn strike_if_due(&self, answered: u64, endpoint: &Endpoint) -> Result<()> {
        let mut strike = self.lock();
        let in_flight = self.in_flight.load(Ordering::SeqCst);
        let is_due = |strike: &mut Strike| answered >= strike.answers && in_flight >= strike.in_flight_min;
        let Some(strike) = strike.take_if(is_due) else { return Ok(()) };
        if strike.signal == Signal::KILL {
            endpoint.harm();
        }
        if let Err(error) = kill_process(strike.victim, strike.signal) {
            bail!("the server cannot be struck: {error}");
        }
        self.tell.send(Ok(())).context("somebody waits for the strike")
    }

    fn lock(&self) -> MutexGuard<'_, Option<Strike>> {
        self.strike.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
