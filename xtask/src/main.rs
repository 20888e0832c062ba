//! `cargo xtask`: the one front door for people. Each task is a plain command anybody could type;
//! this program only knows their order, what they need, and how to say what is missing.
//!
//! What it is not: part of the product. Nothing under `crates/` may depend on it.

mod bench;
mod check;
mod deny;
mod fuzz;
mod javascript;
mod metadata;
mod python;
mod sim;
mod skipped;
mod soak;
mod spdx;
mod step;
mod tasks;
mod test;
mod tidy;

use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match tasks::run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
