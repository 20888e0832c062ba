//! `longshore work`: the worker that everybody writes by hand.
//!
//! ```text
//!   Supply ── receive ──→ deliveries ──→ one thread each: Job (command or request) ──→ Ending
//!     ↑ as many as are free                                                             │ Settlement
//!   Crew: who works, who was told to stop  ←── Scaler, Watchman, signals               settle ──→ server
//!     ↓ while they work
//!   Leases ── extend ──→ server
//! ```
//!
//! What it is not: a queue of its own. A message is ours from its delivery until it is settled or its lease ends, and nothing is kept
//! back. Invariants: each delivery is settled once, by the thread that attended to it; a message that was not done because *we* were told
//! to stop goes back without counting as a failure; whatever happens to this process, leases end and messages come back.

mod attend;
mod backoff;
mod crew;
mod delivery;
mod environment;
mod job;
mod leases;
mod pipes;
mod post;
mod progress;
mod reason;
mod scaling;
mod settlement;
mod supply;
mod watchman;

use crate::ask::{Client, Path};
use crate::cli::WorkArgs;
use crate::signals::Watch;
use crate::tools::ToolError;
use crew::{Crew, Stop};
use job::Work;
use scaling::{Scaler, Sizes};
use serde_json::Value;
use std::thread::scope;

/// The exit code of a worker that ended as it was meant to.
const DONE: u8 = 0;

/// Works until it is told to stop, or until the queue is empty.
pub(crate) fn run(arguments: &WorkArgs) -> Result<u8, ToolError> {
    if arguments.min > arguments.max {
        let (what, why) = ("--min".to_owned(), format!("{} is more than --max {}", arguments.min, arguments.max));
        return Err(ToolError::Wrong { what, why });
    }
    let client = Client::new(&arguments.server)?;
    let work = Work::new(arguments)?;
    // Whether the queue is there, and whether we may: before anything is begun.
    let _queue: Value = client.get(&Path::queue(&arguments.queue))?;
    let sizes = Sizes { min: arguments.min, max: arguments.max };
    let crew = Crew::new(sizes.first());
    let ended = scope(|threads| {
        let watch = Watch::start(threads, |signal| crew.signalled(signal)).map_err(ToolError::io("signals"))?;
        threads.spawn(|| leases::keep(&crew, &client, arguments.lease));
        threads.spawn(|| watchman::watch(&crew, &work, arguments.grace));
        threads.spawn(|| Scaler::new(&crew, &client, arguments, sizes).run());
        let supplied = supply::run(threads, &crew, &client, &work, arguments);
        crew.finish(&client, arguments.grace);
        drop(watch);
        supplied
    });
    progress::last(&crew);
    ended?;
    Ok(match crew.stop() {
        Some(Stop::AtOnce(signal)) => signal.exit_code(),
        Some(Stop::Gently) | None => DONE,
    })
}
