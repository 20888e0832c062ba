//! The AMQP 0-9-1 door: what RabbitMQ's clients speak.
//!
//! What it is not: a listener (the door kit's), a queue or a router (the broker's). It reads frames, says them in the broker's words, and
//! writes the answers and errors that RabbitMQ's clients expect.
//!
//! ```text
//!   session ─→ wire ─→ commands ─→ Broker
//!      ↑        bytes     │  what a method means
//!      └── wire ←─────────┴── answer, or errors::AmqpError
//! ```
//!
//! `docs/doors/amqp.md` says method by method what is supported and where this differs from RabbitMQ.

mod authentication;
mod caller;
mod channel;
mod client;
mod commands;
mod config;
mod deaths;
mod destination;
mod door;
mod errors;
mod figures;
pub mod fuzz;
mod limits;
mod message;
mod publish;
mod queue_arguments;
mod server_properties;
mod session;
mod uses;
pub mod wire;

pub use config::AmqpConfig;
pub use door::AmqpDoor;
// A virtual host is a name space of queues and routers.
use vocab::NameSpace as Vhost;
