//! `longshore queue show`: one queue, in full.

use crate::ask::{Client, Path};
use crate::cli::QueueArgs;
use crate::operate::DONE;
use crate::operate::answers::{QueueDetail, Times};
use crate::operate::consumers;
use crate::operate::lines::Lines;
use crate::operate::output::print;
use crate::operate::words::{ago, number, rate};
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
    lines.add("waiting", format!("{} receives", number(queue.waiters)));
    let rates = &queue.rates;
    let rates = [("in", rates.published), ("out", rates.delivered), ("acked", rates.acked), ("failed", rates.failed)];
    lines.add("per second", rates.map(|(name, of)| format!("{} {name}", rate(of))).join(", "));
    lines.add_some("wait", times(detail.wait_ms.as_ref()));
    lines.add_some("service", times(detail.service_ms.as_ref()));
    lines.add_some("dead letters", queue.dead_letter.as_ref().map(|name| format!("go to {name}")));
    if !queue.sources.is_empty() {
        lines.add("holds those of", queue.sources.join(", "));
    }
    for (key, value) in &detail.settings {
        lines.add("setting", format!("{key}={value}"));
    }
    let mut text = lines.to_text();
    if !detail.consumers.is_empty() {
        text = format!("{text}\n\n{}", consumers::shown(&detail.consumers, now_ms));
    }
    text
}

/// Nothing where nothing was measured.
fn times(times: Option<&Times>) -> Option<String> {
    let times = times.filter(|times| times.count > 0)?;
    let shown = |ms: Option<f64>| ms.map_or_else(|| "-".to_owned(), |ms| format!("{ms:.0} ms"));
    Some(format!("half within {}, 95 % {}, 99 % {}", shown(times.p50), shown(times.p95), shown(times.p99)))
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
            "wait_ms": { "p50": 4.2, "p95": 10, "p99": null, "max": 12, "count": 9 },
        });
        let text = shown(&QueueDetail::deserialize(&queue).expect("the contract's shape"), 43_000);
        for part in [
            "3 ready, 0 delayed, 1 leased",
            "paused",
            "42 s",
            "2 receives",
            "1.5 in, - out",
            "half within 4 ms, 95 % 10 ms, 99 % -",
            "go to orders-dead",
            "lease_ms=30000",
        ] {
            assert!(text.contains(part), "{part:?} is not in\n{text}");
        }
    }
}
