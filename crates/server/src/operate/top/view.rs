//! What one look of `longshore top` shows: the whole in three lines, the queues in a table.

use super::keys::Sorting;
use crate::operate::answers::{Queue, Rates};
use crate::operate::queue::{columns, row};
use crate::operate::table::Table;
use crate::operate::words::{ago, counted, number, rate, span, time, visible};
use serde::Deserialize;
use serde_json::Value;
use vocab::clock::{Clock, SystemClock};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Overview {
    version: String,
    started_ms: u64,
    phase: String,
    queues: u64,
    messages: Messages,
    rates: Rates,
    oldest_ms: Option<u64>,
    dead_letters: u64,
    connections: u64,
    consumers: u64,
    store: Store,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Messages {
    ready: u64,
    delayed: u64,
    leased: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Store {
    healthy: Option<bool>,
    disk_full: bool,
}

/// The text of one look.
pub(super) fn shown(look: &Value, sorting: Sorting, coloured: bool) -> String {
    let now_ms = SystemClock::new().wall_ms();
    let overview = Overview::deserialize(&look["overview"]).unwrap_or_default();
    let queues = Vec::<Queue>::deserialize(&look["queues"]).unwrap_or_default();
    let mut table = Table::new(&columns());
    for queue in &queues {
        table.row(row(queue, now_ms));
    }
    let order = if sorting.descending { "the greatest first" } else { "the least first" };
    format!(
        "{}\n{}\n\n{}\n\nsorted by {}, {order}; keys: n r d l a i o f, v turns, q ends",
        heading(&overview, now_ms),
        figures(&overview, now_ms, coloured),
        table.to_text(),
        sorting.order.word(),
    )
}

/// `longshore 0.1.0  serving for 3 h  2026-11-22 14:02:10Z`
fn heading(overview: &Overview, now_ms: u64) -> String {
    let up = span(now_ms.saturating_sub(overview.started_ms));
    visible(&format!("longshore {}  {} for {up}  {}", overview.version, overview.phase, time(now_ms)))
}

fn figures(overview: &Overview, now_ms: u64, coloured: bool) -> String {
    let Overview { messages, rates, .. } = overview;
    let mut text = format!(
        "{}: {} ready, {} delayed, {} leased, the oldest {}; {} in/s, {} out/s, {} failed/s; {}, {}",
        counted(overview.queues, "queue"),
        number(messages.ready),
        number(messages.delayed),
        number(messages.leased),
        ago(now_ms, overview.oldest_ms),
        rate(rates.published),
        rate(rates.delivered),
        rate(rates.failed),
        counted(overview.consumers, "consumer"),
        counted(overview.connections, "connection"),
    );
    for alarm in alarms(overview) {
        text += &if coloured { format!("; \x1b[1;31m{alarm}\x1b[0m") } else { format!("; {alarm}") };
    }
    text
}

/// What somebody should look at.
fn alarms(overview: &Overview) -> Vec<String> {
    let dead = (overview.dead_letters > 0).then(|| counted(overview.dead_letters, "dead letter"));
    let ill = (overview.store.healthy == Some(false)).then(|| "THE STORE HAS FAILED".to_owned());
    let full = overview.store.disk_full.then(|| "THE DISK IS FULL".to_owned());
    [dead, ill, full].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::QueueOrder;
    use serde_json::json;

    #[test]
    fn a_look_has_the_whole_and_each_queue() {
        let look = json!({
            "overview": { "version": "0.1.0", "phase": "serving", "queues": 2, "messages": { "ready": 1204 }, "dead_letters": 3,
                          "store": { "healthy": true, "disk_full": true } },
            "queues": [{ "name": "or\u{1b}ders", "ready": 1200 }],
        });
        let text = shown(&look, Sorting::by(QueueOrder::Ready), false);
        for part in ["1,204 ready", "3 dead letters", "THE DISK IS FULL", "or␛ders", "1,200", "sorted by ready"] {
            assert!(text.contains(part), "{part:?} is not in\n{text}");
        }
        assert!(!text.contains("HAS FAILED") && !text.contains('\u{1b}'), "{text}");
    }
}
