//! The kit for tests of what operators are given: the files of the source, and a server that runs as one of them says.
//!
//! What it is not: a part of the product. The tests are in `tests`.

pub mod exposition;
mod installation;
pub mod receiver;
pub mod source;

pub use installation::{Installation, Running};
