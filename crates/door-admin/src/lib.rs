//! The admin door: health, readiness and metrics over plain HTTP, and backups.
//!
//! What it is not: a way to change anything. What is more than a look needs a header that no web page can send.
//!
//! It is the one door that answers while the store is still being opened, so it is started without a broker and is
//! told of it through [`Status`].

mod commands;
mod session;
mod status;

pub use session::Admin;
pub use status::{DoorFigures, Phase, Running, Status, WriteBackup};
