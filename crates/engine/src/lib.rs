//! The queue engine: a pure state machine ([`core`]) and the driver that gives it a journal, a clock and replies.
//!
//! ```text
//!   command → core: decide → apply at once → event → driver: record → journal
//!                     └→ answer + what it rests on → outbox → reply, once that is durable
//! ```
//!
//! What it is not: async, or aware of protocols, names of users, sockets.

pub mod core;
pub mod driver;
pub mod fuzz;
pub mod record;
pub mod snapshot;

pub use core::answer::{Placed, Transacted};
pub use core::browse::{Browse, MessageState, Page, Seen, States};
pub use core::command::{
    Carry, Command, Extension, FanOut, Intervention, LeaseTerms, Purge, Receive, Settle, Settlement, StartRedrive,
    Transaction, Transfer,
};
pub use core::decide::MoveVerdicts;
pub use core::error::{
    BindError, CancelRedriveError, CreateQueueError, CreateRouterError, DeleteRouterError, InterveneError, Measure,
    MoveError, MoveMessagesError, NoSuchQueue, NoSuchRouter, PublishError, ReceiveError, SettleError,
    StartRedriveError, TransactError, UpdateQueueError,
};
pub use core::explain::{Held, Standing};
pub use core::holders::{Holders, Holding};
pub use core::info::{Annotations, Leased, QueueInfo, QueueStats, QueueTotals};
pub use core::redrive::{Outcome, Redrive, RedriveId, RedriveInfo, RedriveTarget, Trouble};
pub use core::routers::{RouterInfo, Routing};
pub use journal::{Fetch, Journal, JournalStats, Opened, Poisoned, ReadError, Replay, ReplayError};
