//! The admin door: health, readiness and metrics over plain HTTP.
//!
//! What it is not: a way to change anything. Every request is a GET that only looks.
//!
//! It is the one door that answers while the store is still being opened, so it is started without a broker and is
//! told of it through [`Status`].

mod commands;
mod session;
mod status;

pub use session::Admin;
pub use status::{DoorFigures, Phase, Running, Status};
