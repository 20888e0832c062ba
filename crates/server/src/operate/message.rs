//! `longshore message …`: one message, looked at.

use super::DONE;
use super::answers::Life;
use super::output::print;
use super::seen;
use super::words::time;
use crate::ask::{Client, Path};
use crate::cli::{MessageArgs, MessageCommand};
use crate::tools::ToolError;
use serde::Deserialize;
use serde_json::Value;
use vocab::clock::{Clock, SystemClock};

/// Runs one of them.
pub(crate) fn run(command: &MessageCommand) -> Result<u8, ToolError> {
    match command {
        MessageCommand::Show(arguments) => show(arguments),
    }
}

fn show(arguments: &MessageArgs) -> Result<u8, ToolError> {
    let client = Client::new(&arguments.ask.server)?;
    let answer: Value = client.get(&Path::message(&arguments.id))?;
    let now_ms = SystemClock::new().wall_ms();
    print(&if arguments.ask.json {
        answer.to_string()
    } else {
        told(&Life::deserialize(&answer).unwrap_or_default(), now_ms)
    })?;
    Ok(DONE)
}

fn told(life: &Life, now_ms: u64) -> String {
    let message = match &life.message {
        Some(message) => seen::whole(message, now_ms),
        None => "it is in no queue any more; longshore explain says where it went".to_owned(),
    };
    let known = match life.life_from_ms {
        Some(from_ms) => format!("what happened to it (known since {})", time(from_ms)),
        None => "what happened to it".to_owned(),
    };
    if life.life.is_empty() { message } else { format!("{message}\n\n{known}\n{}", seen::life(&life.life)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_gone_still_has_a_life() {
        let answer = json!({ "message": null, "life": [{ "at_ms": 0, "what": "published" }], "life_from_ms": 0 });
        let text = told(&Life::deserialize(&answer).expect("the contract's shape"), 0);
        assert!(
            text.contains("in no queue any more") && text.contains("known since 1970") && text.contains("published")
        );
    }
}
