//! The commands that ask a running server: what a person on call sees and does.
//!
//! ```text
//!   arguments ──→ question ──→ ask::Client ──→ answer ──┬→ table, sentences     for people
//!                                                      └→ the answer itself    with --json
//! ```
//!
//! What it is not: rules. The server decides, refuses and counts; a command asks, and shows. Invariants: what comes from messages,
//! names and errors is shown with its control characters made visible; JSON goes out as the server gave it; what destroys asks first.

mod answers;
pub(crate) mod clients;
pub(crate) mod completions;
mod confirm;
pub(crate) mod dead_letters;
pub(crate) mod doctor;
pub(crate) mod explain;
mod lines;
pub(crate) mod man;
pub(crate) mod message;
mod output;
pub(crate) mod peek;
pub(crate) mod queue;
pub(crate) mod receive;
mod seen;
pub(crate) mod send;
mod table;
pub(crate) mod tail;
pub(crate) mod top;
pub(crate) mod users;
mod words;

pub(crate) use words::{counted, number, visible};

/// The exit code of a command that did what it was asked for.
const DONE: u8 = 0;

/// Where the next page of an answer begins, if there is one: a text, or a number.
fn next_page(next: &serde_json::Value) -> Option<String> {
    match next {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
