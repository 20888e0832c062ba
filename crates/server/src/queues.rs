//! Makes the queues of the configuration before anyone is served.
//!
//! What it is not: the declarations (the configuration's) or how a queue becomes as declared (the door's).

use crate::config::{Config, queue_place};
use crate::exit::Failure;
use door_sqs::{DeclareError, Outcome, SqsDoor};

/// Declares every queue of the configuration to the door.
pub(crate) async fn declare(door: &SqsDoor, config: &Config) -> Result<(), Failure> {
    let queues = &config.sqs_queues;
    if queues.is_empty() {
        return Ok(());
    }
    let outcomes = door.declare(queues).await.map_err(|error| undeclared(config, error))?;
    let count = |outcome| outcomes.iter().filter(|&&o| o == outcome).count();
    let (made, changed, same) = (count(Outcome::Made), count(Outcome::Changed), count(Outcome::Same));
    tracing::info!(made, changed, same, "queues of the configuration");
    Ok(())
}

fn undeclared(config: &Config, error: DeclareError) -> Failure {
    let DeclareError { index, key, reason } = error;
    let name = config.sqs_queues.get(index).map(|queue| queue.name.as_str());
    let key = key.map_or_else(String::new, |key| format!("{key}: "));
    Failure::Queue { place: queue_place(index, name), reason: format!("{key}{reason}") }
}
