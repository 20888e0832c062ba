//! `longshore queue purge` and `delete`: what cannot be undone, and therefore asks.

use crate::ask::{Client, Path};
use crate::cli::{QueueDeleteArgs, QueuePurgeArgs};
use crate::operate::DONE;
use crate::operate::answers::QueueDetail;
use crate::operate::confirm::is_meant;
use crate::operate::output::print;
use crate::operate::words::{counted, visible};
use crate::tools::ToolError;
use serde_json::{Value, json};

/// Removes messages.
pub(crate) fn purge(arguments: &QueuePurgeArgs) -> Result<u8, ToolError> {
    let client = Client::new(&arguments.ask.server)?;
    let what = if arguments.ready { "ready" } else { "all" };
    if !arguments.yes && !is_meant(false, &purging(&client, &arguments.queue)?)? {
        return Ok(DONE);
    }
    let purged: Value = client.post(&Path::queue(&arguments.queue).part("purge"), &json!({ "what": what }))?;
    let count = purged["purged"].as_u64().unwrap_or(0);
    print(&if arguments.ask.json { purged.to_string() } else { format!("{} removed", counted(count, "message")) })?;
    Ok(DONE)
}

/// Removes a queue.
pub(crate) fn delete(arguments: &QueueDeleteArgs) -> Result<u8, ToolError> {
    let client = Client::new(&arguments.ask.server)?;
    if !arguments.yes {
        let question = format!(
            "Remove the queue {} with its {}?",
            visible(&arguments.queue),
            holdings(&client, &arguments.queue)?
        );
        if !is_meant(false, &question)? {
            return Ok(DONE);
        }
    }
    client.delete(&Path::queue(&arguments.queue))?;
    print(&if arguments.ask.json {
        json!({ "deleted": arguments.queue }).to_string()
    } else {
        format!("the queue {} is gone", visible(&arguments.queue))
    })?;
    Ok(DONE)
}

fn purging(client: &Client, name: &str) -> Result<String, ToolError> {
    Ok(format!("Remove {} of {} for good?", holdings(client, name)?, visible(name)))
}

/// What would be gone.
fn holdings(client: &Client, name: &str) -> Result<String, ToolError> {
    let queue = client.get::<QueueDetail>(&Path::queue(name))?.queue;
    let messages = queue.ready + queue.delayed + queue.leased;
    Ok(counted(messages, "message"))
}
