//! `longshore queue create`, `set`, `pause` and `resume`: what changes a queue and removes nothing.

use super::{settings, show};
use crate::ask::{Client, Path};
use crate::cli::{QueueArgs, QueueSetArgs};
use crate::tools::ToolError;
use serde_json::{Map, Value, json};

/// Makes a queue.
pub(crate) fn create(arguments: &QueueSetArgs) -> Result<u8, ToolError> {
    let settings = typed(arguments)?;
    let client = Client::new(&arguments.ask.server)?;
    let wanted = json!({ "name": arguments.queue, "settings": settings });
    let made: Value = client.post(&Path::new("/v1/queues"), &wanted)?;
    show::tell(&made, arguments.ask.json)
}

/// Changes settings.
pub(crate) fn set(arguments: &QueueSetArgs) -> Result<u8, ToolError> {
    let settings = typed(arguments)?;
    if settings.is_empty() {
        let why = "name what is to change: KEY=VALUE, or --dead-letter QUEUE".to_owned();
        return Err(ToolError::Wrong { what: "there is nothing to set".to_owned(), why });
    }
    let client = Client::new(&arguments.ask.server)?;
    let changed: Value = client.patch(&Path::queue(&arguments.queue), &json!({ "settings": settings }))?;
    show::tell(&changed, arguments.ask.json)
}

/// Hands nothing out.
pub(crate) fn pause(arguments: &QueueArgs) -> Result<u8, ToolError> {
    switch(arguments, "pause")
}

/// Hands out again.
pub(crate) fn resume(arguments: &QueueArgs) -> Result<u8, ToolError> {
    switch(arguments, "resume")
}

fn switch(arguments: &QueueArgs, how: &str) -> Result<u8, ToolError> {
    let client = Client::new(&arguments.ask.server)?;
    let changed: Value = client.post(&Path::queue(&arguments.queue).part(how), &json!({}))?;
    show::tell(&changed, arguments.ask.json)
}

fn typed(arguments: &QueueSetArgs) -> Result<Map<String, Value>, ToolError> {
    settings::read(&arguments.settings, arguments.dead_letter.as_deref(), arguments.failures_max)
}
