//! Longshore as a library: [`embed`] opens a store and gives the queue to the program that it runs in.
//!
//! What it is not: the server. That is this package's binary, which uses the library as any other program would.

#[cfg(not(unix))]
compile_error!("Longshore runs on Linux and macOS; on Windows, run it in WSL or a container");

pub mod embed;

pub use broker;
pub use vocab;
