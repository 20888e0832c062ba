//! `longshore queue show`: one queue, in full.

use crate::ask::{Client, Path};
use crate::cli::QueueArgs;
use crate::operate::DONE;
use crate::operate::answers::QueueDetail;
use crate::operate::lines::Lines;
use crate::operate::output::print;
use crate::operate::words::{ago, counted, number, rate};
use crate::tools::ToolError;
use serde::Deserialize;
use serde_json::Value;
use vocab::clock::{Clock, SystemClock};

/// Shows it.
pub(crate) fn run(arguments: &QueueArgs) -> Result<u8, ToolError> {
    let client = Client::new(&arguments.ask.server)?;
    let queue: Value = client.get(&Path::queue(&arguments.queue))?;
    tell(&queue, arguments.ask.json)
}

/// Prints a queue.
pub(super) fn tell(queue: &Value, json: bool) -> Result<u8, ToolError> {
    let now_ms = SystemClock::new().wall_ms();
    print(&if json { queue.to_string() } else { shown(&QueueDetail::deserialize(queue).unwrap_or_default(), now_ms) })?;
    Ok(DONE)
}

fn shown(detail: &QueueDetail, now_ms: u64) -> String {
    let queue = &detail.queue;
    let mut lines = Lines::default();
    lines.add("queue", queue.name.clone());
    if queue.paused {
        lines.add("paused", "yes: nothing is handed out; longshore queue resume lets it go on");
    }
    let (ready, delayed, leased) = (number(queue.ready), number(queue.delayed), number(queue.leased));
    lines.add("messages", format!("{ready} ready, {delayed} delayed, {leased} leased"));
    lines.add("oldest", ago(now_ms, queue.oldest_ms));
    lines.add("waiting", counted(queue.waiters, "receive"));
    let rates = &queue.rates;
    let rates = [("in", rates.published), ("out", rates.delivered), ("acked", rates.acked), ("failed", rates.failed)];
    lines.add("per second", rates.map(|(name, of)| format!("{} {name}", rate(of))).join(", "));
    lines.add_some("dead letters", queue.dead_letter.as_ref().map(|name| format!("go to {name}")));
    if !queue.sources.is_empty() {
        lines.add("holds those of", queue.sources.join(", "));
    }
    for (key, value) in &detail.settings {
        lines.add("setting", format!("{key}={value}"));
    }
    lines.to_text()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn everything_about_it_is_told_in_lines() {
        let queue = json!({
            "name": "orders", "ready": 3, "delayed": 0, "leased": 1, "waiters": 2, "oldest_ms": 1000, "paused": true,
            "dead_letter": "orders-dead", "rates": { "in": 1.5, "out": null }, "settings": { "lease_ms": 30000 },
        });
        let text = shown(&QueueDetail::deserialize(&queue).expect("the contract's shape"), 43_000);
        for part in [
            "3 ready, 0 delayed, 1 leased",
            "paused",
            "42 s",
            "2 receives",
            "1.5 in, - out",
            "go to orders-dead",
            "lease_ms=30000",
        ] {
            assert!(text.contains(part), "{part:?} is not in\n{text}");
        }
    }
}
