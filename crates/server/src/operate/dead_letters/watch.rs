//! `longshore dlq redrives`, `dlq cancel`, and how far a redrive is.

use crate::ask::{Client, Path};
use crate::cli::{CancelArgs, RedrivesArgs};
use crate::operate::DONE;
use crate::operate::answers::Redrive;
use crate::operate::output::print;
use crate::operate::table::{Side, Table};
use crate::operate::words::{ago, number, visible};
use crate::tools::{Progress, ToolError};
use serde::Deserialize;
use serde_json::{Value, json};
use std::thread::park_timeout;
use std::time::Duration;
use vocab::clock::{Clock, SystemClock};

/// Between two looks at a redrive that runs.
const LOOK: Duration = Duration::from_millis(500);

/// The exit code where a redrive did not end as it was meant to.
const NOT_DONE: u8 = 1;

/// Waits for a redrive's end and tells how it came.
pub(super) fn follow(client: &Client, id: &str, json: bool) -> Result<u8, ToolError> {
    let bar = Progress::of_messages("moving");
    let path = Path::new("/v1/redrives").part(id);
    loop {
        let answer: Value = client.get(&path)?;
        let redrive = Redrive::deserialize(&answer).unwrap_or_default();
        bar.show(redrive.moved, redrive.to_move);
        if let Some(stage) = &redrive.stage {
            bar.say(stage.replace('_', " "));
        }
        if redrive.state != "running" {
            drop(bar);
            tell(&answer, json)?;
            return Ok(if redrive.state == "done" { DONE } else { NOT_DONE });
        }
        // Woken too early, it only looks once more.
        park_timeout(LOOK);
    }
}

/// Prints one redrive.
pub(super) fn tell(answer: &Value, json: bool) -> Result<(), ToolError> {
    print(&if json { answer.to_string() } else { told(&Redrive::deserialize(answer).unwrap_or_default()) })
}

fn told(redrive: &Redrive) -> String {
    let mut parts = vec![format!("{} of {} moved", number(redrive.moved), number(redrive.to_move))];
    if redrive.kept > 0 {
        parts.push(format!("{} stayed", number(redrive.kept)));
    }
    if redrive.failed_again > 0 {
        parts.push(format!("{} failed again", number(redrive.failed_again)));
    }
    let why = redrive.why.as_ref().map(|why| format!("\n{}", visible(why))).unwrap_or_default();
    format!("redrive {} is {}: {}{why}", visible(&redrive.id), visible(&redrive.state), parts.join(", "))
}

/// Every redrive that the server knows of.
pub(crate) fn list(arguments: &RedrivesArgs) -> Result<u8, ToolError> {
    let client = Client::new(&arguments.ask.server)?;
    let answer: Value = client.get(&Path::new("/v1/redrives").with_some("queue", arguments.queue.as_deref()))?;
    let redrives = Vec::<Redrive>::deserialize(&answer["redrives"]).unwrap_or_default();
    print(&match (arguments.ask.json, redrives.is_empty()) {
        (true, _) => answer.to_string(),
        (false, true) => "no redrive since the server's start".to_owned(),
        (false, false) => listed(&redrives, SystemClock::new().wall_ms()),
    })?;
    Ok(DONE)
}

fn listed(redrives: &[Redrive], now_ms: u64) -> String {
    let mut table = Table::new(&[
        ("ID", Side::Left),
        ("FROM", Side::Left),
        ("TO", Side::Left),
        ("STATE", Side::Left),
        ("MOVED", Side::Right),
        ("OF", Side::Right),
        ("FAILED AGAIN", Side::Right),
        ("SINCE", Side::Right),
        ("WHY", Side::Left),
    ]);
    for redrive in redrives {
        table.row([
            redrive.id.clone(),
            redrive.queue.clone(),
            redrive.target.clone().unwrap_or_else(|| "their own".to_owned()),
            redrive.state.clone(),
            number(redrive.moved),
            number(redrive.to_move),
            number(redrive.failed_again),
            ago(now_ms, Some(redrive.started_ms)),
            redrive.why.clone().unwrap_or_default(),
        ]);
    }
    table.to_text()
}

/// Stops one.
pub(crate) fn cancel(arguments: &CancelArgs) -> Result<u8, ToolError> {
    let client = Client::new(&arguments.ask.server)?;
    let answer: Value = client.post(&Path::new("/v1/redrives").part(&arguments.id).part("cancel"), &json!({}))?;
    tell(&answer, arguments.ask.json)?;
    Ok(DONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_canary_that_stopped_says_why() {
        let answer = json!({ "id": "7", "state": "stopped", "to_move": 40, "moved": 10, "failed_again": 2, "kept": 0,
            "why": "2 of 10 failed again" });
        let text = told(&Redrive::deserialize(&answer).expect("the contract's shape"));
        assert_eq!(text, "redrive 7 is stopped: 10 of 40 moved, 2 failed again\n2 of 10 failed again");
    }
}
