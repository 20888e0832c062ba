//! Asking a running server: the admin API's client, for the commands that work on a server instead of being one.
//!
//! ```text
//!   arguments ──→ Address ──→ Client ── HTTP, JSON ──→ admin door
//!                             Path, Query              AskError: not running, no TLS, refused with a code and a hint
//! ```
//!
//! What it is not: knowledge of what is asked for; each command knows its own question. Invariants: a secret comes from the
//! environment alone, and no error shows it; an answer that was cut short is an error, never a short answer.

mod address;
mod client;
mod error;
mod events;
mod path;

pub(crate) use address::Address;
pub(crate) use client::Client;
pub(crate) use error::AskError;
pub(crate) use events::{Event, Events};
pub(crate) use path::Path;
