//! Who wants to be woken when.

use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use vocab::clock::{Clock, ManualClock};

/// Sleepers by the time they want to wake at. Clones are the same.
#[derive(Clone, Debug)]
pub struct Alarms {
    clock: ManualClock,
    set: Arc<Mutex<Set>>,
}

#[derive(Debug, Default)]
struct Set {
    by_time: BTreeMap<(u64, u64), Waker>,
    next: u64,
    /// Those who wait until nothing else can be done at this moment.
    quiet: Vec<Waker>,
}

impl Alarms {
    /// No alarms, by this clock.
    #[must_use]
    pub fn new(clock: ManualClock) -> Self {
        Self { clock, set: Arc::default() }
    }

    /// Sleeps for so many milliseconds of simulated time.
    #[must_use]
    pub fn sleep_ms(&self, ms: u64) -> Sleep {
        Sleep { alarms: self.clone(), at_us: self.clock.mono_us() + ms * 1000, set: None }
    }

    /// Waits until everybody else has done what can be done at this moment. No time passes.
    pub async fn quiet(&self) {
        let mut waited = false;
        poll_fn(|context| {
            if std::mem::replace(&mut waited, true) {
                return Poll::Ready(());
            }
            self.lock().quiet.push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Wakes those who wait for quiet; says whether there were any.
    pub fn ring_quiet(&self) -> bool {
        let waiting = std::mem::take(&mut self.lock().quiet);
        let any = !waiting.is_empty();
        waiting.into_iter().for_each(Waker::wake);
        any
    }

    /// When the first sleeper wants to wake, in microseconds of monotonic time.
    #[must_use]
    pub fn next_us(&self) -> Option<u64> {
        self.lock().by_time.keys().next().map(|(at_us, _)| *at_us)
    }

    /// Wakes everybody whose time has come.
    pub fn ring(&self) {
        let now_us = self.clock.mono_us();
        let mut set = self.lock();
        while let Some(first) = set.by_time.first_entry().filter(|first| first.key().0 <= now_us) {
            first.remove().wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Set> {
        self.set.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sleeping; see [`Alarms::sleep_ms`].
#[derive(Debug)]
pub struct Sleep {
    alarms: Alarms,
    at_us: u64,
    set: Option<u64>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.alarms.clock.mono_us() >= self.at_us {
            return Poll::Ready(());
        }
        let (at_us, known) = (self.at_us, self.set);
        let mut set = self.alarms.lock();
        let number = known.unwrap_or_else(|| {
            set.next += 1;
            set.next
        });
        set.by_time.insert((at_us, number), context.waker().clone());
        drop(set);
        self.set = Some(number);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(number) = self.set {
            self.alarms.lock().by_time.remove(&(self.at_us, number));
        }
    }
}
