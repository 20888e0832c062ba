//! The seam for `tokio::spawn`: every task of a door starts here, so that a stop can wait for it and end it.
//!
//! Invariants: [`Tasks::drained`] resolves only when no task is left. A task that outlives the drain time is dropped
//! where it waits, with all it holds.

use crate::shutdown::{Reached, Shutdown};
use pin_project_lite::pin_project;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio_util::task::TaskTracker;

/// Starts tasks and keeps count of them. Cheap to clone; clones share the count.
#[derive(Clone, Debug)]
pub struct Tasks {
    tracker: TaskTracker,
    shutdown: Shutdown,
}

impl Tasks {
    /// Tasks that end when `shutdown` aborts.
    #[must_use]
    pub fn new(shutdown: Shutdown) -> Self {
        Self { tracker: TaskTracker::new(), shutdown }
    }

    /// The stop that these tasks obey.
    #[must_use]
    pub fn shutdown(&self) -> &Shutdown {
        &self.shutdown
    }

    /// Runs `future` beside everything else.
    pub fn spawn<F>(&self, future: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.spawn_holding(future, ());
    }

    /// Runs `future`, and drops `held` when it has ended or was ended.
    pub fn spawn_holding<F, H>(&self, future: F, held: H)
    where
        F: Future<Output = ()> + Send + 'static,
        H: Send + 'static,
    {
        let abortable = Abortable { future, aborting: self.shutdown.aborting(), held };
        #[expect(clippy::disallowed_methods, reason = "this is the seam")]
        drop(tokio::spawn(self.tracker.track_future(abortable)));
    }

    /// How many tasks there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tracker.len()
    }

    /// Whether there is no task.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tracker.is_empty()
    }

    /// Resolves when no task is left. Call it when nothing starts tasks any more.
    pub async fn drained(&self) {
        self.tracker.close();
        self.tracker.wait().await;
    }
}

pin_project! {
    // Written out instead of an async block, which would keep `future` twice: where it was captured and where it is
    // awaited. There is one of these per connection.
    struct Abortable<F, H> {
        #[pin]
        future: F,
        aborting: Reached,
        held: H,
    }
}

impl<F: Future<Output = ()>, H> Future for Abortable<F, H> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        if Pin::new(this.aborting).poll(context).is_ready() {
            return Poll::Ready(());
        }
        this.future.poll(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shutdown::pair;
    use std::future::pending;
    use std::sync::Arc;

    #[tokio::test]
    async fn drained_waits_for_the_last_task() {
        let (_trigger, shutdown) = pair();
        let tasks = Tasks::new(shutdown);
        let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
        tasks.spawn(async move { receiver.await.expect("the sender is kept until it sends") });
        assert_eq!(tasks.len(), 1);
        sender.send(()).expect("the task waits");
        tasks.drained().await;
        assert!(tasks.is_empty());
    }

    #[tokio::test]
    async fn an_abort_drops_a_task_that_never_ends_and_what_it_holds() {
        let (trigger, shutdown) = pair();
        let tasks = Tasks::new(shutdown);
        let held = Arc::new(());
        tasks.spawn_holding(pending(), Arc::clone(&held));
        trigger.abort();
        tasks.drained().await;
        assert_eq!(Arc::strong_count(&held), 1);
    }

    #[test]
    fn wrapping_a_future_adds_less_than_64_bytes() {
        let inner = size_of::<[u8; 4096]>();
        assert!(size_of::<Abortable<[u8; 4096], ()>>() <= inner + 64);
    }
}
