//! `longshore queue list`: every queue with its figures.

use crate::ask::{Client, Path};
use crate::cli::QueueListArgs;
use crate::operate::answers::{Queue, Queues};
use crate::operate::output::print;
use crate::operate::table::{Side, Table};
use crate::operate::words::{ago, counted, number, rate};
use crate::operate::{DONE, words};
use crate::tools::ToolError;
use serde::Deserialize;
use serde_json::{Value, json};
use vocab::clock::{Clock, SystemClock};

/// Queues of one answer at most: the contract's limit.
const PAGE: u64 = 1000;

/// Shows them.
pub(crate) fn run(arguments: &QueueListArgs) -> Result<u8, ToolError> {
    let client = Client::new(&arguments.ask.server)?;
    let (mut all, mut counts) = (Vec::new(), Queues::default());
    while (all.len() as u64) < arguments.limit {
        let path = Path::new("/v1/queues")
            .with_some("search", arguments.search.as_deref())
            .with("sort", arguments.sort.word())
            .with("order", if arguments.desc { "desc" } else { "asc" })
            .with("offset", all.len())
            .with("limit", PAGE.min(arguments.limit - all.len() as u64));
        let mut page: Value = client.get(&path)?;
        let queues = page["queues"].as_array_mut().map(std::mem::take).unwrap_or_default();
        counts = Queues::deserialize(&page).unwrap_or_default();
        if queues.is_empty() {
            break;
        }
        all.extend(queues);
    }
    if arguments.ask.json {
        print(&json!({ "total": counts.total, "matched": counts.matched, "queues": all }).to_string())?;
    } else {
        print(&shown(&all, &counts))?;
    }
    Ok(DONE)
}

fn shown(queues: &[Value], counts: &Queues) -> String {
    if queues.is_empty() && counts.total == 0 {
        return "there is no queue yet; longshore queue create NAME makes one".to_owned();
    }
    if queues.is_empty() {
        return format!("none of {} matches", counted(counts.total, "queue"));
    }
    let now_ms = SystemClock::new().wall_ms();
    let mut table = Table::new(&columns());
    for queue in queues {
        table.row(row(&Queue::deserialize(queue).unwrap_or_default(), now_ms));
    }
    let left_out = counts.matched.saturating_sub(queues.len() as u64);
    let rest =
        if left_out > 0 { format!("\nand {} more; --limit N shows more", number(left_out)) } else { String::new() };
    table.to_text() + &rest
}

/// The columns of a table of queues.
pub(in crate::operate) fn columns() -> [(&'static str, Side); 9] {
    [
        ("QUEUE", Side::Left),
        ("READY", Side::Right),
        ("DELAYED", Side::Right),
        ("LEASED", Side::Right),
        ("OLDEST", Side::Right),
        ("IN/s", Side::Right),
        ("OUT/s", Side::Right),
        ("FAIL/s", Side::Right),
        ("NOTES", Side::Left),
    ]
}

/// A queue's row in it.
pub(in crate::operate) fn row(queue: &Queue, now_ms: u64) -> [String; 9] {
    [
        queue.name.clone(),
        number(queue.ready),
        number(queue.delayed),
        number(queue.leased),
        ago(now_ms, queue.oldest_ms),
        rate(queue.rates.published),
        rate(queue.rates.delivered),
        rate(queue.rates.failed),
        notes(queue),
    ]
}

/// What is not a figure, and not as usual.
fn notes(queue: &Queue) -> String {
    let mut notes = Vec::new();
    if queue.paused {
        notes.push("paused".to_owned());
    }
    if !matches!(queue.order.as_str(), "" | "standard") {
        notes.push(queue.order.clone());
    }
    if !queue.sources.is_empty() {
        notes.push(format!("dead letters of {}", queue.sources.join(", ")));
    }
    words::cut(&notes.join(", "), 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unusual_is_noted() {
        let usual = Queue { order: "standard".to_owned(), ..Queue::default() };
        assert_eq!(notes(&usual), "");
        let sources = vec!["orders".to_owned()];
        assert_eq!(notes(&Queue { paused: true, sources, ..usual }), "paused, dead letters of orders");
        assert_eq!(notes(&Queue { order: "laned".to_owned(), ..Queue::default() }), "laned");
    }

    #[test]
    fn no_queue_is_an_invitation() {
        assert!(shown(&[], &Queues::default()).contains("queue create"));
        assert!(shown(&[], &Queues { total: 3, ..Queues::default() }).contains("none of 3"));
        let counts = Queues { total: 5, matched: 5, ..Queues::default() };
        let text = shown(&[json!({ "name": "a", "ready": 1204, "oldest_ms": null })], &counts);
        assert!(text.contains("1,204") && text.contains("and 4 more"), "{text}");
    }
}
