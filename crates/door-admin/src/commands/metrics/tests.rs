//! The text that Prometheus reads.

use super::queues::Figures as QueueFigures;
use super::*;
use broker::{QueueStats, QueueTotals};
use std::collections::BTreeSet;

/// What is reported of these queues when `listed_max` of them are listed.
fn figures(queues: Vec<QueueFigures>, listed_max: usize) -> Figures {
    let mut all = Queues::default();
    for queue in queues {
        all.add(queue, listed_max);
    }
    let process = Process { resident_bytes: Some(4096), cpu_seconds: Some(1.25), ..Process::default() };
    let disk = Some(Disk { free_bytes: 10, total_bytes: 40 });
    Figures { phase: Phase::Ready, process, disk, running: None, queues: all }
}

fn check(text: &str, line: &str) {
    assert!(text.lines().any(|found| found == line), "{line:?} is not in\n{text}");
}

fn stats(ready: u64, oldest_ms: Option<u64>) -> QueueStats {
    let totals = QueueTotals { published: 9, published_bytes: 90, acked: 4, ..QueueTotals::default() };
    QueueStats { ready, leased: 2, oldest_ms, totals, ..QueueStats::default() }
}

#[test]
fn a_queues_counts_appear_under_its_name() {
    let text = render(&figures(vec![QueueFigures::new("orders", stats(3, Some(1500)), 6)], 1));
    check(&text, r#"longshore_queue_messages{queue="orders",state="ready"} 3"#);
    check(&text, r#"longshore_queue_messages{queue="orders",state="leased"} 2"#);
    check(&text, r#"longshore_queue_oldest_timestamp_seconds{queue="orders"} 1.5"#);
    check(&text, r#"longshore_queue_events_total{queue="orders",event="published"} 9"#);
    check(&text, r#"longshore_queue_events_total{queue="orders",event="acked"} 4"#);
    check(&text, r#"longshore_queue_published_bytes_total{queue="orders"} 90"#);
    check(&text, r#"longshore_queue_empty_receives_total{queue="orders"} 6"#);
    check(&text, "longshore_ready 1");
    check(&text, "process_resident_memory_bytes 4096");
    check(&text, "process_cpu_seconds_total 1.25");
    check(&text, "longshore_disk_free_bytes 10");
    check(&text, "longshore_disk_size_bytes 40");
    assert!(!text.contains("longshore_queue_dead_letters{"), "{text}");
}

#[test]
fn a_name_with_quotes_cannot_break_out_of_its_label() {
    let text = render(&figures(vec![QueueFigures::new("a\"b\\c\nd", QueueStats::default(), 0)], 1));
    check(&text, r#"longshore_queue_waiters{queue="a\"b\\c\nd"} 0"#);
}

#[test]
fn queues_over_the_cap_are_summed_under_one_label() {
    let queues = vec![
        QueueFigures::new("a", stats(1, Some(1000)), 1),
        QueueFigures::new("b", stats(10, None), 2),
        QueueFigures::new("c", stats(100, Some(3000)), 4),
        QueueFigures::new("d", stats(1000, Some(2000)), 8),
    ];
    let text = render(&figures(queues, 1));
    check(&text, "longshore_queues_listed 1");
    check(&text, r#"longshore_queue_messages{queue="a",state="ready"} 1"#);
    check(&text, r#"longshore_queue_messages{queue="(others)",state="ready"} 1110"#);
    check(&text, r#"longshore_queue_oldest_timestamp_seconds{queue="(others)"} 2"#);
    check(&text, r#"longshore_queue_events_total{queue="(others)",event="published"} 27"#);
    check(&text, r#"longshore_queue_published_bytes_total{queue="(others)"} 270"#);
    check(&text, r#"longshore_queue_empty_receives_total{queue="(others)"} 14"#);
    assert!(!text.contains(r#"queue="b""#), "{text}");
}

#[test]
fn dead_letters_are_told_by_the_queue_that_they_are_in() {
    let queue = |name| QueueFigures::new(name, stats(3, None), 0);
    let text = render(&figures(vec![queue("a").dead(), queue("b"), queue("c").dead(), queue("d").dead()], 2));
    check(&text, r#"longshore_queue_dead_letters{queue="a"} 5"#);
    check(&text, r#"longshore_queue_dead_letters{queue="(others)"} 10"#);
    assert!(!text.contains(r#"longshore_queue_dead_letters{queue="b"}"#), "{text}");
}

#[test]
fn where_every_queue_is_listed_there_are_no_others() {
    let text = render(&figures(vec![QueueFigures::new("a", QueueStats::default(), 0)], 1));
    assert!(!text.contains("(others)"), "{text}");
}

#[test]
fn the_journals_figures_are_all_there() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let stats = JournalStats { commits: 7, syncs: 5, segments: 2, ..JournalStats::default() };
    metrics::with_local_recorder(&recorder, || record_journal(&stats));
    let text = recorder.handle().render();
    check(&text, "longshore_journal_commits_total 7");
    check(&text, "longshore_journal_syncs_total 5");
    check(&text, "longshore_journal_segments 2");
}

#[test]
fn every_metric_is_documented_for_operators() {
    let document = include_str!("../../../../../docs/operating/monitoring.md");
    let source = concat!(include_str!("../metrics.rs"), include_str!("queues.rs"));
    let named: BTreeSet<&str> = source
        .split('"')
        .filter(|word| word.starts_with("longshore_") || word.starts_with("process_"))
        .filter(|word| word.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase()))
        .collect();
    assert!(named.len() > 20, "{named:?}");
    for name in named {
        assert!(document.contains(&format!("`{name}")), "docs/operating/monitoring.md does not mention {name}");
    }
}
