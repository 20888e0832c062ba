//! The text that Prometheus reads.

use super::*;
use broker::QueueTotals;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use vocab::{QueueId, QueueSettings};

fn queue(name: &str) -> Arc<QueueInfo> {
    Arc::new(QueueInfo {
        id: QueueId(1),
        name: name.to_owned(),
        settings: QueueSettings::default(),
        annotations: BTreeMap::new(),
        created_ms: 0,
        modified_ms: 0,
        revision: 1,
    })
}

fn figures(queues: Vec<(Arc<QueueInfo>, QueueStats)>, queues_total: usize) -> Figures {
    Figures { phase: Phase::Ready, resident_bytes: Some(4096), running: None, queues_total, queues }
}

fn check(text: &str, line: &str) {
    assert!(text.lines().any(|found| found == line), "{line:?} is not in\n{text}");
}

#[test]
fn a_queues_counts_appear_under_its_name() {
    let totals = QueueTotals { published: 9, acked: 4, ..QueueTotals::default() };
    let stats = QueueStats { ready: 3, leased: 2, oldest_ms: Some(1500), totals, ..QueueStats::default() };
    let text = render(&figures(vec![(queue("orders"), stats)], 1));
    check(&text, r#"longshore_queue_messages{queue="orders",state="ready"} 3"#);
    check(&text, r#"longshore_queue_messages{queue="orders",state="leased"} 2"#);
    check(&text, r#"longshore_queue_oldest_timestamp_seconds{queue="orders"} 1.5"#);
    check(&text, r#"longshore_queue_events_total{queue="orders",event="published"} 9"#);
    check(&text, r#"longshore_queue_events_total{queue="orders",event="acked"} 4"#);
    check(&text, "longshore_ready 1");
    check(&text, "process_resident_memory_bytes 4096");
}

#[test]
fn a_name_with_quotes_cannot_break_out_of_its_label() {
    let text = render(&figures(vec![(queue("a\"b\\c\nd"), QueueStats::default())], 1));
    check(&text, r#"longshore_queue_waiters{queue="a\"b\\c\nd"} 0"#);
}

#[test]
fn queues_over_the_cap_are_counted_but_have_no_series() {
    let text = render(&figures(vec![(queue("first"), QueueStats::default())], 12));
    check(&text, "longshore_queues 12");
    check(&text, "longshore_queues_unreported 11");
}

#[test]
fn the_journals_figures_are_all_there() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let stats = JournalStats { commits: 7, syncs: 5, sync_us: 900, segments: 2, ..JournalStats::default() };
    metrics::with_local_recorder(&recorder, || record_journal(&stats));
    let text = recorder.handle().render();
    check(&text, "longshore_journal_commits_total 7");
    check(&text, "longshore_journal_syncs_total 5");
    check(&text, "longshore_journal_sync_microseconds_total 900");
    check(&text, "longshore_journal_segments 2");
}

#[test]
fn every_metric_is_documented_for_operators() {
    let document = include_str!("../../../../../docs/operating.md");
    let source = include_str!("../metrics.rs");
    let named: BTreeSet<&str> = source
        .split('"')
        .filter(|word| word.starts_with("longshore_") || word.starts_with("process_"))
        .filter(|word| word.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase()))
        .collect();
    assert!(named.len() > 20, "{named:?}");
    for name in named {
        assert!(document.contains(&format!("`{name}")), "docs/operating.md does not mention {name}");
    }
}
