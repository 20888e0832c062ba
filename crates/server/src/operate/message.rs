//! `longshore message …`: one message, looked at, explained, removed, released or set aside.
//!
//! What it is not: a settlement, which ends a consumer's own lease.

use super::DONE;
use super::answers::Life;
use super::explain;
use super::output::print;
use super::seen;
use super::words::{time, visible};
use crate::ask::{Client, Path};
use crate::cli::{AskArgs, MessageArgs, MessageCommand};
use crate::tools::ToolError;
use serde::Deserialize;
use serde_json::{Value, json};
use vocab::clock::{Clock, SystemClock};

/// Runs one of them.
pub(crate) fn run(command: &MessageCommand) -> Result<u8, ToolError> {
    match command {
        MessageCommand::Show(arguments) => show(arguments),
        MessageCommand::Explain(arguments) => explain::run(arguments),
        MessageCommand::Delete(arguments) => {
            Client::new(&arguments.ask.server)?.delete(&Path::message(&arguments.id))?;
            done(&arguments.ask, &arguments.id, "deleted", "is gone")
        }
        MessageCommand::Release(arguments) => {
            let client = Client::new(&arguments.ask.server)?;
            client.post_quiet(&Path::message(&arguments.id).part("release"), &json!({}))?;
            done(&arguments.ask, &arguments.id, "released", "can be delivered")
        }
        MessageCommand::Bury(arguments) => {
            let client = Client::new(&arguments.ask.server)?;
            let body = match &arguments.reason {
                Some(reason) => json!({ "reason": reason }),
                None => json!({}),
            };
            client.post_quiet(&Path::message(&arguments.id).part("bury"), &body)?;
            done(&arguments.ask, &arguments.id, "buried", "is set aside")
        }
    }
}

fn done(ask: &AskArgs, id: &str, what: &str, sentence: &str) -> Result<u8, ToolError> {
    print(&if ask.json { json!({ what: id }).to_string() } else { format!("{} {sentence}", visible(id)) })?;
    Ok(DONE)
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

    #[test]
    fn what_is_gone_still_has_a_life() {
        let answer = json!({ "message": null, "life": [{ "at_ms": 0, "what": "published" }], "life_from_ms": 0 });
        let text = told(&Life::deserialize(&answer).expect("the contract's shape"), 0);
        assert!(
            text.contains("in no queue any more") && text.contains("known since 1970") && text.contains("published")
        );
    }
}
