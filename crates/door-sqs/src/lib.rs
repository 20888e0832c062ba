//! The Amazon SQS door: AWS JSON 1.0 and the Query protocol over HTTP/1.1.
//!
//! What it is not: a listener (the door kit's) or a queue (the broker's). It reads requests, says them in the broker's
//! words, and writes the answers and errors that SQS clients expect.
//!
//! ```text
//!   session ─→ frame::call, frame::body ─→ commands::run ─→ commands::<action> ─→ Broker
//!   (hyper)     which protocol and action                     ↓
//!           ←─ frame::reply ←─ frame::writer ←────────── answer, or errors::SqsError
//! ```
//!
//! `docs/doors/sqs.md` says action by action what is supported and where this differs from AWS.

mod action;
mod attempts;
mod authentication;
mod authorization;
mod batch;
mod caller;
mod characters;
mod client;
mod commands;
mod config;
mod declare;
mod door;
mod errors;
mod figures;
mod frame;
pub mod fuzz;
pub mod limits;
mod listing;
mod md5;
mod message_attributes;
mod move_tasks;
mod names;
mod native;
mod policy;
mod queue_attributes;
mod receipt;
mod receiving;
mod redrive;
mod sending;
mod session;
mod signature;
mod tags;
mod trace;
mod url;
mod waiting_rules;

pub use action::Action;
pub use caller::Origin;
pub use config::SqsConfig;
pub use declare::{DeadLetter, DeclareError, DeclaredQueue, Outcome};
pub use door::SqsDoor;
pub use errors::{Code, Row, SqsError};
pub use figures::Figures;
pub use queue_attributes::settable_names;
