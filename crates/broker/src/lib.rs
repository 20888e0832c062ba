//! The protocol-free service: catalog, publish, receive, settle. The Rust API that a program can embed.
//!
//! ```text
//!   Broker (handle) ── command ──→ inbox ──→ Runner: the shard's step, on a thread of its own
//!         ↑                                    │
//!         └──────────── Teller ←── outbox ─────┘
//! ```
//!
//! What it is not: no protocol word appears here, no file is opened, and the library never ends its host's process.

mod askers;
pub mod broker;
mod browse;
mod catalog;
mod consumers;
mod consuming;
pub mod delivery;
mod empty_receives;
pub mod error;
mod life;
mod onlookers;
mod operate;
mod past;
pub mod pipeline;
mod recorder;
mod redrive;
mod reply;
mod routing;
pub mod start;
pub mod threads;
mod times;
pub mod traces;

pub use askers::Askers;
pub use broker::Broker;
pub use browse::{Browsed, BrowsedMessage};
pub use consumers::{Consumer, Manner};
pub use consuming::{ConsumerInfo, ConsumerList, Consuming};
pub use delivery::Delivery;
pub use engine::core::lanes::LaneLimits;
pub use engine::driver::{Offload, Recovering, Signal, Step};
pub use engine::{
    Annotations, BindError, Browse, CancelRedriveError, CreateQueueError, CreateRouterError, DeleteRouterError,
    Extension, FanOut, Held, Holding, InterveneError, Intervention, JournalStats, LeaseTerms, Leased, Measure,
    MessageState, MoveError, MoveMessagesError, MoveVerdicts, NoSuchQueue, NoSuchRouter, Outcome, Placed, PublishError,
    Purge, QueueInfo, QueueStats, QueueTotals, Receive, ReceiveError, Redrive, RedriveId, RedriveInfo, RedriveTarget,
    RouterInfo, Routing, Seen, Settle, SettleError, Settlement, Standing, StartRedrive, StartRedriveError, States,
    TransactError, Transacted, Transaction, Transfer, Trouble, UpdateQueueError,
};
pub use error::{Error, Unavailable};
pub use history::{Consumer as HistoryConsumer, Figures as HistoryFigures, Gap, Life, Moment, What};
pub use operate::MoveMessages;
pub use pipeline::Publishing;
pub use start::{Parts, Runner, start};
pub use times::Times;
