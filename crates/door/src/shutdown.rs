//! How a stop reaches every connection: two stages that are entered once and never left.
//!
//! ```text
//!   running ──stop()──→ stopping ──abort()──→ aborting
//!                       no new connections;   whatever is still there is dropped
//!                       sessions finish what they do
//! ```
//!
//! What it is not: a general cancellation token. Those take a lock each time a waiting task is polled, and a
//! connection waits for the stop during every poll of its life. Here a poll costs one atomic load; the lock is
//! taken when a connection begins to wait, when it ends, and when its waker changes.
//!
//! Invariants: a stage never goes back. A waker is registered before the stage is looked at for the last time, and
//! the stage is set before the wakers are called, so that no stop is missed.

use slab::Slab;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

const RUNNING: u8 = 0;
const STOPPING: u8 = 1;
const ABORTING: u8 = 2;

/// Makes the two ends of a stop.
#[must_use]
pub fn pair() -> (Trigger, Shutdown) {
    let shared = Arc::new(Shared { stage: AtomicU8::new(RUNNING), waiting: Mutex::default() });
    (Trigger { shared: Arc::clone(&shared) }, Shutdown { shared })
}

/// The end that decides.
#[derive(Clone, Debug)]
pub struct Trigger {
    shared: Arc<Shared>,
}

/// The end that is told: one for every connection, cheap to clone.
#[derive(Clone, Debug)]
pub struct Shutdown {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    stage: AtomicU8,
    waiting: Mutex<Slab<Waker>>,
}

impl Trigger {
    /// Asks every session to finish what it does and go. Stays in force.
    pub fn stop(&self) {
        self.shared.enter(STOPPING);
    }

    /// Ends every task that is still there. Stays in force, and includes the stop.
    pub fn abort(&self) {
        self.shared.enter(ABORTING);
    }
}

impl Shutdown {
    /// Whether the stop has begun.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.shared.reached(STOPPING)
    }

    /// Resolves once the stop has begun: finish the request in hand, take no more, end the session.
    pub fn stopping(&self) -> Reached {
        self.at(STOPPING)
    }

    /// Resolves once the time for finishing is over.
    pub fn aborting(&self) -> Reached {
        self.at(ABORTING)
    }

    fn at(&self, stage: u8) -> Reached {
        Reached { shared: Arc::clone(&self.shared), stage, registered: None }
    }
}

impl Shared {
    fn reached(&self, stage: u8) -> bool {
        self.stage.load(Ordering::Acquire) >= stage
    }

    fn enter(&self, stage: u8) {
        self.stage.fetch_max(stage, Ordering::AcqRel);
        let wakers: Vec<Waker> = self.waiting().iter().map(|(_, waker)| waker.clone()).collect();
        wakers.into_iter().for_each(Waker::wake);
    }

    fn waiting(&self) -> MutexGuard<'_, Slab<Waker>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Resolves once its stage is reached, then and ever after.
#[derive(Debug)]
#[must_use = "a future does nothing unless it is awaited"]
pub struct Reached {
    shared: Arc<Shared>,
    stage: u8,
    registered: Option<Registered>,
}

#[derive(Debug)]
struct Registered {
    key: usize,
    waker: Waker,
}

impl Future for Reached {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.shared.reached(self.stage) {
            return Poll::Ready(());
        }
        let known = self.registered.as_ref().is_some_and(|registered| registered.waker.will_wake(context.waker()));
        if known {
            return Poll::Pending;
        }
        self.register(context.waker().clone());
        if self.shared.reached(self.stage) { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Reached {
    fn register(&mut self, waker: Waker) {
        let mut waiting = self.shared.waiting();
        let key = match &self.registered {
            Some(registered) => {
                waiting[registered.key] = waker.clone();
                registered.key
            }
            None => waiting.insert(waker.clone()),
        };
        drop(waiting);
        self.registered = Some(Registered { key, waker });
    }
}

impl Drop for Reached {
    fn drop(&mut self) {
        if let Some(registered) = &self.registered {
            self.shared.waiting().remove(registered.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Wake;

    #[derive(Default)]
    struct Woken(AtomicU8);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn poll(reached: &mut Reached, woken: &Arc<Woken>) -> Poll<()> {
        Pin::new(reached).poll(&mut Context::from_waker(&Waker::from(Arc::clone(woken))))
    }

    #[test]
    fn a_stop_wakes_who_waits_for_it_and_an_abort_includes_the_stop() {
        let (trigger, shutdown) = pair();
        let woken = Arc::new(Woken::default());
        let (mut stopping, mut aborting) = (shutdown.stopping(), shutdown.aborting());
        assert!(poll(&mut stopping, &woken).is_pending() && poll(&mut aborting, &woken).is_pending());
        trigger.stop();
        assert!(woken.0.load(Ordering::SeqCst) > 0);
        assert!(poll(&mut stopping, &woken).is_ready() && poll(&mut aborting, &woken).is_pending());
        trigger.abort();
        assert!(poll(&mut aborting, &woken).is_ready());
        assert!(poll(&mut shutdown.stopping(), &woken).is_ready());
    }

    #[test]
    fn a_stop_never_goes_back() {
        let (trigger, shutdown) = pair();
        trigger.abort();
        trigger.stop();
        assert!(poll(&mut shutdown.aborting(), &Arc::new(Woken::default())).is_ready());
    }

    #[test]
    fn only_the_newest_waker_of_a_wait_is_woken() {
        let (trigger, shutdown) = pair();
        let (before, after) = (Arc::new(Woken::default()), Arc::new(Woken::default()));
        let mut stopping = shutdown.stopping();
        assert!(poll(&mut stopping, &before).is_pending());
        assert!(poll(&mut stopping, &after).is_pending());
        trigger.stop();
        assert_eq!((before.0.load(Ordering::SeqCst), after.0.load(Ordering::SeqCst)), (0, 1));
    }

    #[test]
    fn a_wait_that_is_given_up_leaves_nothing_behind() {
        let (_trigger, shutdown) = pair();
        let mut stopping = shutdown.stopping();
        assert!(poll(&mut stopping, &Arc::new(Woken::default())).is_pending());
        assert_eq!(shutdown.shared.waiting().len(), 1);
        drop(stopping);
        assert!(shutdown.shared.waiting().is_empty());
    }
}
