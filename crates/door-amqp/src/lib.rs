//! The AMQP 0-9-1 door: what RabbitMQ's clients speak.
//!
//! What it is not: a listener (the door kit's) or a queue (the broker's).
//!
//! [`wire`] is the protocol's bytes and nothing else: no socket, no state of a connection, no broker. Load tools and tests
//! use it from the client's side.

pub mod fuzz;
pub mod wire;
