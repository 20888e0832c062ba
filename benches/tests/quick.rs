//! The benches still run: every measurement once, at a scale at which the figures mean nothing.

use std::process::Command;

/// Runs the bench at its smallest scale; what it judged, as (workload, what).
fn quick(part: &str) -> Vec<(String, String)> {
    let output =
        Command::new(env!("CARGO_BIN_EXE_longshore-bench")).args([part, "--quick"]).output().expect("the bench starts");
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{complained}");
    let last = said.lines().last().expect("something is printed");
    let report: serde_json::Value = serde_json::from_str(last).expect("the last line is JSON");
    let budgets = report["budgets"].as_array().expect("there are budgets");
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    budgets.iter().map(|budget| (text(&budget["workload"]), text(&budget["what"]))).collect()
}

fn check(part: &str, expected: &[(&str, &str)]) {
    let expected: Vec<_> = expected.iter().map(|(workload, what)| (workload.to_string(), what.to_string())).collect();
    assert_eq!(quick(part), expected);
}

#[test]
fn a_quick_run_over_http_measures_every_workload() {
    check(
        "sqs",
        &[
            ("send 1 KiB", "share of ceiling B"),
            ("send 1 KiB", "server CPU, µs"),
            ("send batch of 10 × 1 KiB", "share of ceiling B"),
            ("send batch of 10 × 1 KiB", "server CPU, µs"),
            ("receive 10, delete batch of 10", "server CPU, µs"),
            ("FIFO send batch of 10 × 1 KiB, 1,000 groups", "share of the standard queue's rate"),
            ("FIFO send batch of 10 × 1 KiB, 1,000 groups", "server CPU, times the standard queue's"),
            ("FIFO receive 10, delete batch of 10, 1,000 groups", "share of the standard queue's rate"),
            ("FIFO receive 10, delete batch of 10, 1,000 groups", "server CPU, times the standard queue's"),
            ("FIFO, one hot group: receive 10, delete batch of 10", "share of 10 / (2 × bare)"),
            ("signed send 1 KiB", "server CPU beyond an anonymous one's, µs"),
            ("one lone client, send 1 KiB", "p50, µs; fdatasync's p50 + 300"),
            ("idle long polls", "memory, of ceiling A's"),
            ("idle long polls", "server CPU, % of a core"),
            ("idle long polls", "p99 of a message's arrival, ms"),
        ],
    );
}

#[test]
fn a_quick_run_over_amqp_measures_every_workload() {
    let cpu = "server CPU, s for a million";
    check(
        "amqp",
        &[
            ("publish 1 KiB", cpu),
            ("consume and ack 1 KiB", cpu),
            ("publish and consume 1 KiB", cpu),
            ("idle consumers", "bytes of memory for each"),
        ],
    );
}

#[test]
fn a_quick_run_measures_the_journal() {
    check("journal", &[("single records, many waiters", "share of bare writes")]);
}

#[test]
fn a_quick_run_measures_fair_queues() {
    check("fair", &[("fair queue", "quiet tenants' p99 wait, times calm")]);
}

#[test]
fn a_quick_run_measures_deliveries_while_people_look_on() {
    let name = "deliveries, people look on";
    check("browse", &[(name, "rate, of that without them"), (name, "memory that looking adds, MB")]);
}

#[test]
fn a_quick_run_measures_the_store() {
    let written = ["log bytes written, by the journal", "all bytes written, by the kernel"];
    let past = ["rate, of a store's without", "CPU of a message, times a store's without", "found in, p99 s"];
    check(
        "store",
        &[
            ("deep backlog", "memory over an empty store's, MB"),
            ("deep backlog", "publish rate, of the shallow one"),
            ("deep backlog", "start to ready after kill -9, s"),
            ("drain, receive 10", "deep backlog, of the recent window's rate"),
            ("drain, receive 100", "deep backlog, of the recent window's rate"),
            ("deep backlog", "disk once all is acknowledged, MB"),
            ("drain one of many queues", "of a large lone queue's rate, cold"),
            ("drain one of many queues", "of a small lone queue's rate, cold"),
            ("log of 1 KiB messages", "start to ready after kill -9, s"),
            ("log of 100 B messages", "start to ready after kill -9, s"),
            ("1 KiB, consumers keep up", written[0]),
            ("1 KiB, consumers keep up", written[1]),
            ("1 KiB, deep backlog", written[0]),
            ("1 KiB, deep backlog", written[1]),
            ("1 KiB, a random half stays", written[0]),
            ("1 KiB, a random half stays", written[1]),
            ("lanes of one message each", "memory over an empty store's, at most ever, MB"),
            ("64 waiters of one record", "share of bare writes"),
            ("64 × 100 records, pipelined", "share of bare writes"),
            ("64 × 100 records, in batches", "share of bare writes"),
            ("100 B, one by one, with a history", past[0]),
            ("100 B, one by one, with a history", past[1]),
            ("a message's life", past[2]),
            ("100 B, batches of 10, with a history", past[0]),
            ("100 B, batches of 10, with a history", past[1]),
        ],
    );
}
