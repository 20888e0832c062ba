//! `longshore receive`: takes messages, shows them, and acknowledges them where asked.
//!
//! Invariant: a message is acknowledged only after it was printed whole; one that could not be printed comes back.

use super::DONE;
use super::answers::Seen;
use super::output::{line, print};
use super::seen;
use super::words::{counted, visible};
use crate::ask::{Client, Path};
use crate::cli::ReceiveArgs;
use crate::tools::ToolError;
use serde::Deserialize;
use serde_json::{Value, json};
use std::ops::ControlFlow;
use vocab::clock::{Clock, SystemClock};

/// Receives.
pub(crate) fn run(arguments: &ReceiveArgs) -> Result<u8, ToolError> {
    let client = Client::new(&arguments.ask.server)?;
    let mut wanted = json!({ "max": arguments.max, "wait_ms": arguments.wait.ms });
    if let Some(lease) = arguments.lease {
        wanted["lease_ms"] = Value::from(lease.ms);
    }
    let answer: Value = client.post(&Path::queue(&arguments.queue).part("receive"), &wanted)?;
    let deliveries = answer["deliveries"].as_array().map(Vec::as_slice).unwrap_or_default();
    if deliveries.is_empty() && !arguments.ask.json {
        print("nothing is ready")?;
    }
    let now_ms = SystemClock::new().wall_ms();
    let mut shown = Vec::new();
    for delivery in deliveries {
        let text = if arguments.ask.json { delivery.to_string() } else { told(delivery, arguments, now_ms) };
        if line(&text)? == ControlFlow::Break(()) {
            break;
        }
        shown.push(&delivery["token"]);
    }
    if arguments.ack && !shown.is_empty() {
        acknowledge(&client, &shown)?;
    }
    Ok(DONE)
}

fn told(delivery: &Value, arguments: &ReceiveArgs, now_ms: u64) -> String {
    let mut seen = Seen::deserialize(delivery).unwrap_or_default();
    seen.queue.clone_from(&arguments.queue);
    seen.state = "received".to_owned();
    let token = match arguments.ack {
        true => String::new(),
        false => format!("\ntoken  {}", visible(delivery["token"].as_str().unwrap_or_default())),
    };
    format!("{}{token}\n", seen::whole(&seen, now_ms))
}

fn acknowledge(client: &Client, tokens: &[&Value]) -> Result<(), ToolError> {
    let settlements: Vec<Value> = tokens.iter().map(|token| json!({ "token": token, "how": "ack" })).collect();
    let answer: Value = client.post(&Path::new("/v1/settle"), &json!({ "settlements": settlements }))?;
    let results = answer["results"].as_array().map(Vec::as_slice).unwrap_or_default();
    let failed: Vec<&Value> = results.iter().filter(|result| result["ok"] != true).collect();
    match failed.first() {
        None => Ok(()),
        Some(first) => {
            let what = format!("shown and not acknowledged: {}", counted(failed.len() as u64, "message"));
            let why = first["error"]["message"].as_str().unwrap_or("the server does not say why");
            Err(ToolError::Wrong { what, why: format!("{why}; they will be delivered again") })
        }
    }
}
