//! What every call of the door can reach.

use crate::audit::Audit;
use crate::config::AdminConfig;
use crate::dead_letters::tasks::RedriveTasks;
use crate::errors::{ApiError, ErrorCounts};
use crate::figures;
use crate::frame::LARGE_BODIES_BYTES;
use crate::scaling;
use crate::status::{Running, Status};
use broker::{Broker, QueueInfo};
use door::{Access, HostRule, Tally};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Streams of events that may be open at a time: each asks the broker every two seconds.
const STREAMS_MAX: usize = 64;

/// Shared by all connections.
#[derive(Debug)]
pub(crate) struct Api {
    /// The server.
    pub(crate) status: Arc<Status>,
    /// Who may come in.
    pub(crate) access: Access,
    /// Which requests are answered at all.
    pub(crate) host_rule: HostRule,
    /// The account of queues with a plain name.
    pub(crate) account_id: String,
    /// Requests by call and outcome.
    pub(crate) tally: Arc<Tally>,
    /// Errors told, by code.
    pub(crate) errors: ErrorCounts,
    /// The record of changes.
    pub(crate) audit: Audit,
    /// What was asked before about queues that are scaled.
    pub(crate) scaling: scaling::Looks,
    /// Room for large bodies, in bytes.
    pub(crate) large_bodies: Arc<Semaphore>,
    /// Streams that may be open.
    pub(crate) streams: Arc<Semaphore>,
    /// Earlier looks at the queues, for rates.
    pub(crate) looks: figures::Looks,
    /// Redrives that this process does.
    pub(crate) redrives: RedriveTasks,
}

impl Api {
    /// Nothing has happened yet.
    pub(crate) fn new(status: Arc<Status>, config: AdminConfig, tally: Arc<Tally>) -> Self {
        let AdminConfig { access, host_rule, account_id, audit_folder } = config;
        let audit = Audit::new(audit_folder);
        let large_bodies = Arc::new(Semaphore::new(LARGE_BODIES_BYTES));
        let streams = Arc::new(Semaphore::new(STREAMS_MAX));
        let redrives = RedriveTasks::new(status.shutdown().clone());
        let (errors, scaling, looks) = Default::default();
        Self {
            status,
            access,
            host_rule,
            account_id,
            tally,
            errors,
            audit,
            scaling,
            large_bodies,
            streams,
            looks,
            redrives,
        }
    }

    /// What runs.
    pub(crate) fn running(&self) -> Result<&Running, ApiError> {
        self.status.running().ok_or_else(ApiError::starting)
    }

    /// The broker.
    pub(crate) fn broker(&self) -> Result<&Broker, ApiError> {
        self.running().map(|running| &running.broker)
    }

    /// The log's time; 0 before the store is open.
    pub(crate) fn log_ms(&self) -> u64 {
        self.status.running().map_or(0, |running| running.broker.log_ms())
    }

    /// The queue of this name.
    pub(crate) fn queue(&self, name: &str) -> Result<Arc<QueueInfo>, ApiError> {
        self.broker()?.queue(name).ok_or_else(|| ApiError::no_such_queue(name))
    }
}
