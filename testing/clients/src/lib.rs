//! The kit for tests that drive the built server from outside, as its users do: start it, kill it,
//! run their client programs against it, speak to it in raw bytes.
//!
//! What it is not: a client library. It knows nothing of the server's crates.

pub mod http;
pub mod javascript;
pub mod program;
pub mod python;
pub mod server;
pub mod wait;

pub use http::Response;
pub use server::Server;
