//! The redrives that run in this process, and those that ended lately.
//!
//! Invariants: at most [`RUNNING_MAX`] run at a time, of one queue at most one; at most [`KEPT_MAX`] are remembered.

use crate::dead_letters::progress::Progress;
use crate::dead_letters::redrive::{Redrive, RedriveName};
use crate::dead_letters::task::{Work, run};
use crate::errors::{ApiError, Code};
use door::{Shutdown, Tasks};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use vocab::QueueId;

/// Redrives that run at a time: each costs a page of messages in memory.
pub(crate) const RUNNING_MAX: usize = 16;

/// Redrives that are remembered: the newest.
const KEPT_MAX: usize = 200;

/// All of them.
#[derive(Debug)]
pub(crate) struct RedriveTasks {
    tasks: Tasks,
    shutdown: Shutdown,
    list: Mutex<List>,
}

#[derive(Debug, Default)]
struct List {
    last: u64,
    by_number: BTreeMap<u64, Arc<Progress>>,
}

/// Why a redrive did not begin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum StartTaskError {
    /// The server does no more at a time.
    #[error("{RUNNING_MAX} redrives are running, which is as many as the server runs at a time")]
    TooMany,
    /// One of the queue runs already.
    #[error("redrive {0} of this queue is running; a queue has one at a time")]
    Running(String),
}

impl RedriveTasks {
    /// None yet.
    pub(crate) fn new(shutdown: Shutdown) -> Self {
        Self { tasks: Tasks::new(shutdown.clone()), shutdown, list: Mutex::default() }
    }

    /// Begins one; the redrive as it begins.
    ///
    /// # Errors
    /// Too many run already.
    pub(crate) fn start(&self, work: Work, draft: Redrive) -> Result<Redrive, StartTaskError> {
        let mut list = self.list();
        let running: Vec<_> = list.by_number.values().filter(|task| task.is_running()).collect();
        if let Some(task) = running.iter().find(|task| task.source == work.source) {
            return Err(StartTaskError::Running(task.told().id));
        }
        if running.len() >= RUNNING_MAX {
            return Err(StartTaskError::TooMany);
        }
        list.last += 1;
        let number = list.last;
        let id = RedriveName::Task { boot: work.broker.boot(), number }.to_string();
        let redrive = Redrive { id, ..draft };
        let progress = Arc::new(Progress::new(work.source, redrive.clone()));
        list.by_number.insert(number, Arc::clone(&progress));
        list.forget_oldest();
        let shutdown = self.shutdown.clone();
        self.tasks.spawn(async move { run(&work, &progress, &shutdown).await });
        Ok(redrive)
    }

    /// The one of this number.
    pub(crate) fn find(&self, number: u64) -> Option<Arc<Progress>> {
        self.list().by_number.get(&number).cloned()
    }

    /// All that are remembered, or those of one queue, the newest first.
    pub(crate) fn all(&self, queue: Option<QueueId>) -> Vec<(QueueId, Redrive)> {
        let list = self.list();
        let wanted = list.by_number.values().rev().filter(|task| queue.is_none_or(|queue| task.source == queue));
        wanted.map(|task| (task.source, task.told())).collect()
    }

    fn list(&self) -> MutexGuard<'_, List> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl List {
    fn forget_oldest(&mut self) {
        while self.by_number.len() > KEPT_MAX {
            let ended = self.by_number.iter().find(|(_, task)| !task.is_running()).map(|(number, _)| *number);
            let Some(number) = ended else { return };
            self.by_number.remove(&number);
        }
    }
}

impl From<StartTaskError> for ApiError {
    fn from(error: StartTaskError) -> Self {
        match error {
            StartTaskError::TooMany => Self::new(Code::Unavailable, error.to_string()),
            StartTaskError::Running(_) => Self::new(Code::Conflict, error.to_string()),
        }
    }
}
