//! The broker's clients: what they do is up to the dice, what they see goes into the history.
//!
//! [`port`] is the only file that calls the broker; it writes every call and every answer down. [`customer`] uses it as
//! administrators do, [`producer`] as producers, [`worker`] as workers, [`router`] as users of
//! routers and transactions, [`salvager`] moves what was buried, [`operator`] pauses queues and
//! deals with single messages, [`auditor`] looks at
//! everything when nobody else calls, and [`weather`] changes the machine under them.

pub mod auditor;
pub mod customer;
pub mod letter;
pub mod operator;
pub mod port;
mod producer;
mod router;
pub mod salvager;
pub mod weather;
pub mod worker;
pub mod world;

pub use port::Port;
pub use world::{Hand, World};
