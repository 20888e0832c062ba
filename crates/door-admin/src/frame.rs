//! HTTP and JSON as this door reads and writes them: what a call is, who is let through to it, and how it is described.
//!
//! ```text
//!   request ─→ front (Host and Origin, headers of every answer)
//!           ─→ gate of the call (who asks, the change header, the right it needs; counted, and recorded if it changes anything)
//!           ─→ Json, Params, path ─→ commands/<verb>
//! ```

pub(crate) mod call;
mod forms;
mod front;
mod gate;
mod json;
pub(crate) mod openapi;
mod params;
pub(crate) mod routes;
pub(crate) mod trouble;

pub(crate) use call::Call;
pub(crate) use forms::{BASE64, FINGERPRINT, MESSAGE_ID};
pub(crate) use json::{Json, LARGE_BODIES_BYTES, LargeBody, read as read_json};
pub(crate) use params::{IdInPath, Params, QueueInPath};
