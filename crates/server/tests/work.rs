//! `longshore work`, run as an operator would, before a desk that keeps a ledger.

mod backlog; // a thousand messages, with commands that fail, crash and are slow
mod desk; // what hands messages out
mod ending; // signals, second ones, leases that are lost
mod hooks; // requests instead of commands
mod server; // the same before the real server
mod verdicts; // what each end of a command means

use crate::program::Program;
use desk::Desk;
use std::path::Path;

/// Starts a worker for the desk's queue.
fn start(folder: &Path, desk: &Desk, arguments: &[&str]) -> Program {
    let address = desk.address();
    let usual = ["work", "orders", "--server", address.as_str(), "--backoff", "10ms..40ms"];
    Program::start(folder, &[&usual, arguments].concat())
}
