//! AMQP 0-9-1 as bytes: pure functions, both directions.
//!
//! What it is not: no socket, no negotiated state, no broker. Which frame may follow which, what a method does and
//! whom it is answered to is the session's.
//!
//! ```text
//!   protocol header   "AMQP" 0 0 9 1                                      protocol
//!   frame             type | channel | size | payload | 0xCE              frame
//!     method          class | method | arguments                          methods, one file per class
//!     header          class | 0 | body size | flags | properties          content, properties
//!     body            a part of the body                                  content
//!     heartbeat       nothing
//!   arguments         octets, numbers, strings, bits, tables              octets, methods::field, table
//! ```
//!
//! Invariants: numbers are big-endian. No input panics. Nothing is allocated to decode: methods, tables and properties borrow
//! from the frame, and what passes through is kept as the bytes it came in.

pub mod codes;
pub mod content;
pub mod frame;
pub mod methods;
pub mod octets;
pub mod output;
pub mod properties;
pub mod protocol;
pub mod table;

pub use codes::{ReplyCode, Scope};
pub use octets::Malformed;
