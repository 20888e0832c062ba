//! Clients' tasks: futures that are polled when something woke them.

use super::alarms::Sleep;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

type Task = Pin<Box<dyn Future<Output = ()>>>;

/// Tasks that were woken and not polled since, by number.
type Woken = Arc<Mutex<BTreeSet<usize>>>;

/// Hands tasks to the executor, also from within a task.
#[derive(Clone, Default)]
pub struct Spawner {
    fresh: Rc<RefCell<Vec<Task>>>,
}

impl Spawner {
    /// Adds a task.
    pub fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        self.fresh.borrow_mut().push(Box::pin(task));
    }
}

/// All tasks of one run.
#[derive(Default)]
pub(super) struct Tasks {
    tasks: Vec<Option<(Task, Waker)>>,
    woken: Woken,
    spawner: Spawner,
}

struct Bell {
    task: usize,
    woken: Woken,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.woken.lock().unwrap_or_else(PoisonError::into_inner).insert(self.task);
    }
}

impl Tasks {
    pub(super) fn spawner(&self) -> Spawner {
        self.spawner.clone()
    }

    /// The tasks that want to be polled, in order.
    pub(super) fn woken(&mut self) -> Vec<usize> {
        for task in self.spawner.fresh.borrow_mut().drain(..) {
            let number = self.tasks.len();
            let waker = Waker::from(Arc::new(Bell { task: number, woken: self.woken.clone() }));
            waker.wake_by_ref();
            self.tasks.push(Some((task, waker)));
        }
        self.woken.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }

    pub(super) fn poll(&mut self, number: usize) {
        self.woken.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
        let Some((task, waker)) = &mut self.tasks[number] else { return };
        if task.as_mut().poll(&mut Context::from_waker(waker)).is_ready() {
            self.tasks[number] = None;
        }
    }

    /// Whether every task has come to its end.
    pub(super) fn are_done(&self) -> bool {
        self.spawner.fresh.borrow().is_empty() && self.tasks.iter().all(Option::is_none)
    }
}

/// What the future comes to, or `None` if the sleep is over first.
pub async fn or_after<T>(future: impl Future<Output = T>, sleep: Sleep) -> Option<T> {
    let (mut future, mut sleep) = (pin!(future), pin!(sleep));
    poll_fn(move |context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => sleep.as_mut().poll(context).map(|()| None),
    })
    .await
}

/// Waits for every one of the futures, all at the same time.
pub async fn all(futures: Vec<Pin<Box<dyn Future<Output = ()>>>>) {
    let mut pending = futures;
    poll_fn(move |context| {
        pending.retain_mut(|future| future.as_mut().poll(context).is_pending());
        if pending.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}
