//! `longshore dlq drop`: messages go for good.
//!
//! What it is not: a purge, which takes a whole queue. Invariant: what is dropped is as many as whoever agreed was told; where that
//! changed meanwhile, the server refuses and nothing is gone.

use super::filter;
use crate::ask::{Client, Path};
use crate::cli::DropArgs;
use crate::operate::DONE;
use crate::operate::confirm::is_meant;
use crate::operate::output::print;
use crate::operate::words::{counted, visible};
use crate::tools::ToolError;
use serde_json::{Value, json};

/// Drops, once it is meant.
pub(crate) fn run(arguments: &DropArgs) -> Result<u8, ToolError> {
    let client = Client::new(&arguments.ask.server)?;
    let filter = filter::body(&arguments.filter);
    let queue = Path::queue(&arguments.queue);
    let trial: Value = client.post(&queue.clone().part("redrives"), &json!({ "filter": filter, "dry_run": true }))?;
    let matched = trial["matched"].as_u64().unwrap_or(0);
    let question = format!("Remove {} of {} for good?", counted(matched, "message"), visible(&arguments.queue));
    if matched > 0 && !is_meant(arguments.yes, &question)? {
        return Ok(DONE);
    }
    let dropped: Value = match matched {
        0 => json!({ "dropped": 0 }),
        _ => client.post(&queue.part("drop"), &json!({ "filter": filter, "confirm": matched }))?,
    };
    let count = dropped["dropped"].as_u64().unwrap_or(0);
    print(&if arguments.ask.json { dropped.to_string() } else { format!("{} removed", counted(count, "message")) })?;
    Ok(DONE)
}
