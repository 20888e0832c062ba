//! Kills the real server under load, again and again, and audits what it kept.
//!
//! ```text
//!   8 producers ─┐                       ┌─ 8 workers
//!    (10 sockets ├──→  longshore serve ──┤   (10 sockets
//!     each)      │        kill -9 × N    │    each)
//!       │        ┘                       └       │
//!       ▼ synced before and after every request  ▼
//!    ledgers ────────────→  audit  ←──────── ledgers
//! ```
//!
//! What it is not: a simulation. Nothing repeats exactly here: real processes, real sockets, the real disk. What a power cut
//! does beyond `kill -9` (losing what was written and not synced) is the simulator's to show.
//!
//! Invariant: a client writes down and syncs what it is about to do before it does it, and what came of it before it acts on
//! it, outside the server's data folder. So whatever the ledgers say was acknowledged was acknowledged.

pub mod amqp;
pub mod audit;
pub mod connection;
pub mod disk_full;
pub mod endpoint;
pub mod fifo;
pub mod figures;
pub mod groups;
pub mod ledger;
pub mod lives;
pub mod message;
pub mod producer;
pub mod queue;
pub mod scenario;
pub mod server;
pub mod trigger;
pub mod worker;
