//! The admin door: health, metrics and backups, the console, and the API that operators, the console and the command line use.
//!
//! What it is not: a protocol for applications' own use, apart from the plain HTTP of `/v1/queues/{queue}/receive` and its kin.
//! Whatever changes something needs a header that no web page can send, and is recorded.
//!
//! It is the one door that answers while the store is still being opened, so it is started without a broker and is
//! told of it through [`Status`].

mod api;
mod audit;
mod authentication;
mod authorization;
mod caller;
mod client;
mod commands;
mod config;
mod console;
mod content;
mod dead_letters;
mod errors;
mod event_stream;
mod figures;
mod frame;
mod messages;
mod scaling;
mod session;
mod settings;
mod status;
mod view;

#[cfg(test)]
mod tests;

pub use config::AdminConfig;
pub use session::Admin;
pub use status::{DoorFigures, Phase, Running, Status, WriteBackup};
